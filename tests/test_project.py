"""The project itself: packages, settings in one file, files that must not be there."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

import kpi

ROOT = Path(__file__).resolve().parents[1]
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
LARGEST = 2_000_000
LONGEST_MODULE = 450


def tracked() -> list[Path]:
    try:
        shown = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout")
    return [ROOT / name for name in shown.split("\0") if name and (ROOT / name).exists()]


def test_every_package_is_listed() -> None:
    found = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for top in ("kpi", "index")
        for path in (ROOT / top).rglob("__init__.py")
    }
    listed = set(SETTINGS["tool"]["setuptools"]["packages"])
    assert found <= listed
    assert all((ROOT / name.replace(".", "/")).is_dir() for name in listed)


def test_constraints_are_names_and_versions_only() -> None:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pinned = {}
    for line in lines:
        if line and not line.startswith("#"):
            match = re.fullmatch(r"([A-Za-z0-9_.-]+)==([A-Za-z0-9_.+!]+)", line)
            assert match, line
            pinned[re.sub(r"[-_.]+", "-", match[1]).lower()] = match[2]
    project = SETTINGS["project"]
    wanted = [
        *project["dependencies"],
        *(item for extra in project["optional-dependencies"].values() for item in extra),
    ]
    names = {re.sub(r"[-_.]+", "-", re.split(r"[<>=!~\[; ]", item)[0]).lower() for item in wanted}
    assert names <= set(pinned)


@pytest.mark.parametrize("name", kpi.__all__)
def test_public_names_are_there(name: str) -> None:
    assert getattr(kpi, name).__doc__


def test_review_can_be_called_whatever_was_imported_before() -> None:
    code = "import kpi, kpi.review; d = kpi.parse('corpus/jinzhou-2026.docx'); print(len(kpi.review(d)) > 0)"
    for order in (code, code.replace("kpi, kpi.review", "kpi")):
        shown = subprocess.run(
            [sys.executable, "-c", order], cwd=ROOT, check=True, capture_output=True, text=True
        ).stdout
        assert shown.strip() == "True"


def test_no_module_is_too_long() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for path in tracked()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in {"kpi", "index", "app.py"}
        and (count := len(path.read_text("utf-8").splitlines())) > LONGEST_MODULE
    }  # fmt: skip
    assert not long
    assert len((ROOT / "app.py").read_text("utf-8").splitlines()) <= 80


def test_no_given_document_or_city_is_named_in_code() -> None:
    """Docstrings may say where a word was seen, and the two faces show an example; no rule may."""
    words = re.compile("焦作|洛阳|许昌|晋州|jiaozuo|luoyang|xuchang|jinzhou|shared/gold")
    named = [
        f"{path.relative_to(ROOT)}: {text[:60]}"
        for path in tracked()
        if path.suffix == ".py" and path.relative_to(ROOT).parts[:2] not in {("kpi", "cli"), ("kpi", "ui")}
        and path.relative_to(ROOT).parts[0] in {"kpi", "index"}
        for text in strings_of(path)
        if words.search(text)
    ]  # fmt: skip
    assert not named


def strings_of(path: Path) -> Iterator[str]:
    """String constants of a module that are not docstrings."""
    tree = ast.parse(path.read_text("utf-8"))
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node.value


def test_no_tracked_file_is_huge() -> None:
    assert not [path.name for path in tracked() if path.stat().st_size > LARGEST]
