"""What an upsert or an update by hand counts with is immutable, as a distributed database asks.

A node that holds a row must come to the same value as any other, so Citus refuses functions there
that may answer differently another time, `jsonb_build_object` among them.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.kept_database import plain

PRODUCT = Path(__file__).parents[2] / "loyalty"

WRITING = re.compile(
    r"\b(?:DO\s+UPDATE|UPDATE\s+\w+(?:\s+AS\s+\w+)?)\s+(SET\b.*?)(?:\bRETURNING\b|\Z)", re.DOTALL
)
"""Where a statement says what becomes of a row that is there."""
CALL = re.compile(r"\b([a-z_][a-z0-9_]*)\s*\(", re.IGNORECASE)
WITHOUT_PARENTHESES = re.compile(r"\b(current_\w+|localtime\w*)\b", re.IGNORECASE)
SYNTAX = {
    "and", "any", "array", "case", "coalesce", "exists", "greatest", "in", "least", "or", "where",
}  # fmt: skip
"""What looks like a function, and is the language itself."""

VOLATILITY = """
SELECT proname, bool_and(provolatile = 'i') FROM pg_proc WHERE proname = ANY(%s) GROUP BY proname
"""


def functions_in(statement: str) -> set[str]:
    """Return what a statement calls to work out new values of rows that are there."""
    return {
        name.lower()
        for clause in WRITING.findall(statement)
        for name in (*CALL.findall(clause), *WITHOUT_PARENTHESES.findall(clause))
        if name.lower() not in SYNTAX
    }


def written_by_hand() -> Iterator[tuple[str, str]]:
    """Yield each text of the product that changes rows, with the name of its file."""
    for path in sorted(PRODUCT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            text = node.value if isinstance(node, ast.Constant) else None
            if isinstance(text, str) and WRITING.search(text):
                yield path.name, text


def changeable(server: str, names: set[str]) -> set[str]:
    """Return which functions are not immutable, whatever they are called with."""
    with psycopg.connect(plain(server)) as connection:
        known: dict[str, bool] = dict(connection.execute(VOLATILITY, (sorted(names),)).fetchall())
    return {name for name in names if not known.get(name)}


def test_what_changes_a_row_calls_immutable_functions_alone(server: str) -> None:
    statements = [*written_by_hand()]

    assert {"sale.py", "reversals.py", "rate_limits.py"} <= {file for file, _ in statements}
    for file, statement in statements:
        assert changeable(server, functions_in(statement)) == set(), file


@pytest.mark.parametrize(
    ("clause", "told"),
    [
        ("uses = uses || jsonb_build_object('a', 1)", {"jsonb_build_object"}),
        ("at = now()", {"now"}),
        ("at = CURRENT_TIMESTAMP", {"current_timestamp"}),
        ("uses = jsonb_set(uses, ARRAY['a'], (1)::text::jsonb)", set()),
        ("saved = greatest(coalesce(saved, 0) - 1, 0) WHERE saved IN (1, 2)", set()),
    ],
)
@pytest.mark.parametrize("before", ["UPDATE card_month SET", "INSERT … DO UPDATE\n   SET"])
def test_a_function_that_may_answer_differently_is_told(
    server: str, before: str, clause: str, told: set[str]
) -> None:
    assert changeable(server, functions_in(f"{before} {clause}")) == told


def test_what_is_only_inserted_may_call_anything() -> None:
    assert functions_in("INSERT INTO card_month (at) VALUES (now()) RETURNING at") == set()
