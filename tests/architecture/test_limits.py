"""A transaction that is not limited to one community says why."""

import ast
from collections.abc import Iterator
from pathlib import Path

PRODUCT = Path(__file__).parents[2] / "loyalty"

LIMITERS = {"limit_to", "enter_community", "community_here"}
"""What limits a transaction once its community is known."""

OF_ALL_COMMUNITIES = {
    "access._identify_caller": "a token tells whose it is",
    "console._signed_in": "a token tells whose it is",
    "tokens.post": "a name tells whose account it is",
    "sign_in._signed_in": "a name tells whose account it is",
    "joining.opened": "a token tells whose account it is",
    "joining._is_used": "a token tells whose account it is",
    "console.work_everywhere": "an account joins and leaves other communities",
    "street._read_all": "which communities a street reads is of no one of them",
    "kept_forms.sign_in_page": "asks whether there are several communities",
    "pairing.post": "a code tells whose till it is",
    "upload._keep_apart": "a token that was revoked tells whose it is",
    "check.post": "a token tells whose card it is",
    "well_known.get": "the set of all keys is published whole",
    "health.get": "asks nothing of anybody",
}
"""Functions whose transaction is of no one community, and why."""


def unlimited() -> Iterator[str]:
    """Yield each function that begins a transaction which nothing in it limits."""
    for folder in ("api", "pages", "till"):
        for path in sorted((PRODUCT / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.FunctionDef) and _is_unlimited(node):
                    yield f"{path.stem}.{node.name}"


def _is_unlimited(function: ast.FunctionDef) -> bool:
    calls = [
        node
        for node in ast.walk(function)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]
    names = {ast.unparse(call.func) for call in calls}
    begins = any(ast.unparse(call) == "transaction()" for call in calls)
    return begins and not names & LIMITERS


def test_each_other_transaction_is_limited_to_a_community() -> None:
    assert set(unlimited()) == OF_ALL_COMMUNITIES.keys()
