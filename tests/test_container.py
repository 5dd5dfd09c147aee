"""The container file and the package: what they name exists, what the program needs is packed."""

from __future__ import annotations

import json
import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import click
import pytest

from kpi.cli import command
from kpi.cli.serve import HEADER_VARIABLE, PASSWORD_VARIABLE

ROOT = Path(__file__).resolve().parents[1]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def steps() -> list[tuple[str, str]]:
    """`(instruction, arguments)` of the container file, continued lines joined."""
    lines = (ROOT / "Containerfile").read_text("utf-8").replace("\\\n", " ").splitlines()
    kept = (line.strip() for line in lines if line.strip() and not line.startswith("#"))
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in kept)]


def arguments(instruction: str) -> list[str]:
    return [rest for word, rest in steps() if word == instruction]


def ignored(path: str) -> bool:
    """Whether .dockerignore keeps a path of the first level out: the last rule that fits decides."""
    rules = [line for line in (ROOT / ".dockerignore").read_text("utf-8").split("\n") if line and line[0] != "#"]
    verdict = False
    for rule in rules:
        if fnmatch(path, rule.removeprefix("!")):
            verdict = not rule.startswith("!")
    return verdict


def test_what_is_copied_exists_and_is_sent_along() -> None:
    copied = [part for rest in arguments("COPY") if "--from" not in rest for part in rest.split()[:-1]]
    assert {"kpi", "index", "pyproject.toml", "constraints.txt"} <= set(copied)
    assert [path for path in copied if not (ROOT / path).exists() or ignored(path)] == []
    assert ignored("corpus")
    assert ignored(".git")


def test_extras_and_python_are_those_of_the_project() -> None:
    (chosen,) = arguments("ARG")
    extras = set(chosen.removeprefix("EXTRAS=").split(","))
    assert extras == set(PROJECT["project"]["optional-dependencies"]) - {"dev"}
    versions = {match.group(1) for rest in arguments("FROM") if (match := re.search(r"python:([\d.]+)-slim", rest))}
    least = PROJECT["project"]["requires-python"].removeprefix(">=")
    assert versions
    assert all(tuple(map(int, version.split("."))) >= tuple(map(int, least.split("."))) for version in versions)


def test_its_command_is_one_that_is_understood() -> None:
    (entry,), (told,) = arguments("ENTRYPOINT"), arguments("CMD")
    (program,) = json.loads(entry)
    assert program in PROJECT["project"]["scripts"]
    name, *rest = json.loads(told)
    chosen = command.get_command(click.Context(command), name)
    assert chosen is not None
    values = chosen.make_context(name, rest).params
    assert str(values["port"]) in arguments("EXPOSE")
    assert f":{values['port']}/" in " ".join(arguments("HEALTHCHECK"))


def test_it_does_not_run_as_root_and_listens_only_with_a_password(monkeypatch: pytest.MonkeyPatch) -> None:
    assert arguments("USER")[-1] not in {"root", "0"}
    monkeypatch.delenv(PASSWORD_VARIABLE, raising=False)
    monkeypatch.delenv(HEADER_VARIABLE, raising=False)
    from kpi.cli import main

    assert main(json.loads(arguments("CMD")[0])) == 2


def test_its_variables_are_ones_that_the_program_reads() -> None:
    named = set(re.findall(r"\b(KPI_[A-Z_]+)=", " ".join(arguments("ENV"))))
    code = "".join(path.read_text("utf-8") for path in (ROOT / "kpi").rglob("*.py"))
    assert named >= {"KPI_STORE", "KPI_LOG_FORMAT"}
    assert [name for name in named if name not in code] == []


def test_every_data_file_is_packed() -> None:
    packed = PROJECT["tool"]["setuptools"]["package-data"]
    packages = sorted(PROJECT["tool"]["setuptools"]["packages"], key=len, reverse=True)
    left_out = []
    for top in ("kpi", "index"):
        for path in (ROOT / top).rglob("*"):
            if path.is_dir() or path.suffix in {".py", ".pyc"} or path.name == ".DS_Store":
                continue
            relative = path.relative_to(ROOT)
            own = next(name for name in packages if relative.is_relative_to(name.replace(".", "/")))
            known = {name: relative.relative_to(name.replace(".", "/")).as_posix()
                     for name in packed if relative.is_relative_to(name.replace(".", "/"))}  # fmt: skip
            if not any(fnmatch(rest, pattern) for name, rest in known.items() for pattern in packed[name]):
                left_out.append(f"{relative} ({own})")
    assert left_out == []
