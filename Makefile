# make run    install, ingest corpus/, open the app          make test   install, run all tests
# make check  style, types, layers, generated docs            make bench  measure against peers
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
STORE ?= .kpi
PORT ?= 8501

.DEFAULT_GOAL := help
.PHONY: help setup run test check bench fuzz screenshots clean

help:
	@sed -n '1,2s/^# //p' Makefile

setup: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "需要 Python 3.11 或更高版本 (Python >= 3.11 is needed)")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo '正在安装依赖到 $(VENV)，首次约需 2 分钟 (installing, about 2 minutes the first time) …'
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[cluster,dev,ocr,s3]'
	@touch $(STAMP)

run: $(STAMP)
	$(BIN)/kpi ingest corpus --store $(STORE)
	$(BIN)/kpi serve --store $(STORE) --port $(PORT)

test: $(STAMP)
	$(BIN)/python -m pytest

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python docs/make_layouts.py --check

bench: $(STAMP)
	$(BIN)/python -m benchmarks

fuzz: $(STAMP)
	$(BIN)/python -m fuzz

screenshots: $(STAMP)
	$(BIN)/python docs/screenshots.py

clean:
	rm -rf $(VENV) $(STORE) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
