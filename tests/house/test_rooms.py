"""The house itself: names, words, jobs, and what must not be in its files."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.jobs import JOBS
from tests.house.calls import parsed, sources

ROOT = Path(__file__).parents[2]
ROOMS = ("schema", "resolvers", "domain", "persistence", "app")
WRITTEN = (*ROOMS, "tests", "benchmarks", "examples", "docs")
TOP_FILES = ("README.md", "Makefile", "pyproject.toml", ".ci/run", "requirements.lock", ".gitignore")

OWN = {
    "schema": {
        "access",
        "coded",
        "enum",
        "errors",
        "execution",
        "grade",
        "ids",
        "limits",
        "merchandise",
        "mutation",
        "node",
        "noun",
        "paging",
        "priced",
        "root",
        "scalars",
        "subscription",
        "document",
        "written",
    },
    "resolvers": {"context", "loaders", "stream"},
    "persistence": {
        "bell",
        "bucket",
        "collection",
        "connection",
        "copy",
        "database",
        "dealing",
        "embedded",
        "freshness",
        "idempotency",
        "job",
        "mapping",
        "media_file",
        "migrate",
        "migrations",
        "outbox",
        "paging",
        "pool",
        "pooler",
        "redis",
        "soundness",
        "table",
        "tables",
        "timing",
        "work",
    },
}
"""What a room needs for itself; everything else is a capability and has the name that the domain gave it."""

FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc"}
FORBIDDEN_TEXT = {
    "an unfinished thought": re.compile(r"\b(TODO|FIXME|HACK)\b"),
    "a path of somebody's machine": re.compile(r"/root/|/home/\w+/|/work/\w+/|/opt/\w+/"),
    "a registry that packages came from": re.compile(r"\"resolved\":|registry\.npmjs"),
    "an index of somebody's": re.compile(r"--(extra-)?index-url|--find-links|pypi\.[a-z]+\.[a-z]+/simple"),
}


def modules(room: str) -> set[str]:
    return {
        path.stem
        for path in (ROOT / room).iterdir()
        if (path.suffix == ".py" or (path / "__init__.py").exists()) and not path.stem.startswith("_")
    }


def files() -> Iterator[Path]:
    for room in WRITTEN:
        for path in sorted((ROOT / room).rglob("*")):
            # What is built is made of other people's words.
            if path.is_file() and not {"__pycache__", "built"} & set(path.parts) and path.suffix != ".pyc":
                yield path
    yield from (ROOT / name for name in TOP_FILES)


@pytest.mark.parametrize("room", OWN)
def test_a_capability_has_one_name_in_every_room(room: str) -> None:
    unknown = modules(room) - modules("domain") - OWN[room]

    assert unknown == set(), f"{room} has modules that the domain has no name for"
    assert OWN[room] <= modules(room)


def test_there_are_no_rooms_but_these() -> None:
    listed = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")}

    assert listed - {"cercle.egg-info", "build"} <= set(WRITTEN)


def test_nothing_is_named_for_being_useful() -> None:
    named = {
        str(path.relative_to(ROOT)): FORBIDDEN_NAMES & set(re.split("[_.]", path.stem.lower()))
        for path in files()
        if path.suffix == ".py"
    }
    assert {path: words for path, words in named.items() if words} == {}

    for path in files():
        if path.suffix == ".py":
            for node in ast.walk(parsed(path)):
                if isinstance(node, ast.ClassDef):
                    words = {word.lower() for word in re.findall("[A-Z][a-z]+", node.name)}
                    assert not words & FORBIDDEN_NAMES, f"{path}: {node.name}"


@pytest.mark.parametrize("what", FORBIDDEN_TEXT)
def test_files_hold_nothing_of(what: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in files()
        if path.suffix not in (".png", ".jpg", ".webp") and path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if FORBIDDEN_TEXT[what].search(line)
    ]

    assert found == []


def test_every_module_says_what_it_is() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in files()
        if path.suffix == ".py" and path.read_text().strip() and ast.get_docstring(parsed(path)) is None
    ]

    assert silent == []


def test_every_job_of_the_domain_is_known_to_the_worker() -> None:
    """A job that nobody knows would wait in the outbox for ever."""
    named: set[str] = set()
    for _, tree in sources():
        constants = {
            target.id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Job":
                name = node.args[0]
                named.add(name.value if isinstance(name, ast.Constant) else constants[name.id])  # type: ignore[attr-defined]

    assert named == JOBS.keys()
