"""Templates show what they are handed; they compare no states and reckon nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

PROJECT = Path(__file__).parents[2]
LONGEST_LINE = 160

ARITHMETIC = (nodes.Add, nodes.Sub, nodes.Mul, nodes.Div, nodes.FloorDiv, nodes.Mod, nodes.Pow)
SELECTING = frozenset(
    {"selectattr", "rejectattr", "select", "reject", "map", "groupby", "unique", "sort", "dictsort"}
    | {"min", "max", "sum", "abs", "round"}
)
MARKS_THE_CHOSEN = frozenset({"eq", "in"})
"""Which of several things is the one that was handed over, too: with no code written out."""


def templates() -> Iterator[Path]:
    yield from sorted((PROJECT / "loyalty").rglob("*.html"))


def computed_in(text: str) -> Iterator[str]:
    """Yield what a template computes, with its line."""
    for node in Environment(autoescape=True).parse(text).find_all(nodes.Expr):
        match node:
            case nodes.Compare(expr=first, ops=[nodes.Operand(op=op, expr=second)]):
                written_out = any(
                    isinstance(part, nodes.Literal) or part.find(nodes.Literal)
                    for part in (first, second)
                )
                if op not in MARKS_THE_CHOSEN or written_out:
                    yield f"{node.lineno}: compares"
            case nodes.Compare():
                yield f"{node.lineno}: compares"
            case nodes.Filter(name=name) if name in SELECTING:
                yield f"{node.lineno}: {name}"
            case _ if isinstance(node, ARITHMETIC):
                yield f"{node.lineno}: reckons"


def test_templates_compute_nothing() -> None:
    computed = {
        str(path.relative_to(PROJECT)): found
        for path in templates()
        if (found := [*computed_in(path.read_text("utf-8"))])
    }

    assert computed == {}


def test_no_line_of_a_template_is_longer_than_160_letters() -> None:
    long = [
        f"{path.relative_to(PROJECT)}:{number}"
        for path in templates()
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if len(line) > LONGEST_LINE
    ]

    assert long == []


@pytest.mark.parametrize(
    "spoilt",
    [
        '{% if round.state == "open" %}{% endif %}',
        '{% if card.state in ("issued", "active") %}{% endif %}',
        "{% if objection.due_on < today %}{% endif %}",
        "{% if round.lists | length > 1 %}{% endif %}",
        "{% if low != high %}{% endif %}",
        "{{ year + 1 }}",
        '{{ sales | rejectattr("voided") | list }}',
        "{{ [won, quota] | min }}",
    ],
)
def test_what_a_template_computes_would_be_noticed(spoilt: str) -> None:
    assert [*computed_in(spoilt)]


@pytest.mark.parametrize(
    "showing",
    [
        "{% if code == chosen %} selected{% endif %}",
        "{% if account.id in seated %} checked{% endif %}",
        "{% if shop.stall %}{{ shop.stall }}{% endif %}",
        "{{ loop.index }} {{ people | length }}",
    ],
)
def test_a_template_marks_what_was_chosen(showing: str) -> None:
    assert [*computed_in(showing)] == []
