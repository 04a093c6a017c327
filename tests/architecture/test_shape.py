"""What the style guide promises about the shape of the code, where a machine can count it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from loyalty.database import Model

PROJECT = Path(__file__).parents[2]
OURS = ("loyalty", "tests", "benchmarks")
LONGEST_FILE = 400
LONGEST_FUNCTION = 40

NEVER_KEPT = re.compile(
    r"ethnic|nation(al|ality)|religio|faith|belief|race\b|id_?card|id_?number|blacklist|black_list|"
    r"deduct|penalt|demerit|conduct|behaviou?r|political|household_members|民族|宗教|身份证|黑名单"
)
"""Words of what the programme never records about a person."""


def python_files() -> Iterator[Path]:
    for folder in OURS:
        yield from sorted((PROJECT / folder).rglob("*.py"))


def javascript_files() -> Iterator[Path]:
    for folder in ("loyalty", "tests"):
        for path in sorted((PROJECT / folder).rglob("*.*js")):
            # What others have written is copied there.
            if path.suffix in {".js", ".mjs"} and "vendor" not in path.parts:
                yield path


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    files = [*python_files(), *javascript_files()]
    lengths = {path: len(path.read_text("utf-8").splitlines()) for path in files}

    assert {path.suffix for path in files} == {".py", ".js", ".mjs"}

    assert {path: length for path, length in lengths.items() if length > LONGEST_FILE} == {}


def test_no_function_is_longer_than_forty_lines() -> None:
    long = [
        f"{path}:{node.lineno} {node.name}"
        for path in python_files()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno >= LONGEST_FUNCTION
    ]

    assert long == []


def test_nothing_is_called_utils_helpers_or_common() -> None:
    banned = {"utils", "util", "helpers", "helper", "common", "misc"}

    assert [path for path in python_files() if banned & {*path.parts, path.stem}] == []


@pytest.mark.parametrize(
    "lock", ["requirements.lock", "requirements-dev.lock", "package-lock.json", ".npmrc"]
)
def test_a_lock_file_holds_no_address(lock: str) -> None:
    assert "://" not in (PROJECT / lock).read_text("utf-8")


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_every_locked_package_has_its_hash(lock: str) -> None:
    text = (PROJECT / lock).read_text("utf-8")

    packages = re.findall(r"^[\w.\[\]-]+==.*(?:\n    .*)*", text, re.MULTILINE)

    assert len(packages) > 30
    assert [package for package in packages if "--hash=sha256:" not in package] == []


def test_no_column_keeps_what_the_programme_never_asks() -> None:
    columns = [f"{table.name}.{column.name}" for table in Model.metadata.tables.values()
               for column in table.columns]  # fmt: skip

    assert len(columns) > 100
    assert [name for name in columns if NEVER_KEPT.search(name)] == []


def test_no_member_of_the_api_asks_for_what_the_programme_never_asks(app: Flask) -> None:
    schemas = app.test_client().get("/api/openapi.json").json["components"]["schemas"]

    members = [
        f"{name}.{member}" for name, schema in schemas.items()
        for member in schema.get("properties", {})
    ]  # fmt: skip

    assert members
    assert [name for name in members if NEVER_KEPT.search(name)] == []


@pytest.mark.parametrize("word", ["resident.ethnicity", "shop.blacklist", "resident.id_number"])
def test_a_forbidden_word_would_be_noticed(word: str) -> None:
    assert NEVER_KEPT.search(word)
