"""Whether the tests reach what they must: what coverage measured, against what we promise.

    python tests/coverage_gates.py build/coverage.json

Coverage itself knows one bound, for lines and branches together.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

WHOLE = ("loyalty/rules/", "loyalty/cards/", "loyalty/services/checkout/")
"""Where each line is reached: here it is decided what somebody pays."""
LEAST_LINES = 98
LEAST_BRANCHES = 95
"""Percent of all that is measured."""


def shortfalls(report: dict[str, Any]) -> Iterator[str]:
    """Say where the tests reach less than they must.

    Args:
        report: what `coverage json` writes.
    """
    for folder in WHOLE:
        inside = {name: one for name, one in report["files"].items() if name.startswith(folder)}
        if not inside:
            yield f"{folder}: nothing of it was measured"
        for name, one in inside.items():
            if one["missing_lines"]:
                yield f"{name}: lines {one['missing_lines']} are not reached"
    totals = report["totals"]
    for kind, reached, there, least in (
        ("lines", totals["covered_lines"], totals["num_statements"], LEAST_LINES),
        ("branches", totals["covered_branches"], totals["num_branches"], LEAST_BRANCHES),
    ):
        if reached * 100 < there * least:
            yield f"{reached} of {there} {kind} are reached, and {least} % must be"


if __name__ == "__main__":
    sys.exit("\n".join(shortfalls(json.loads(Path(sys.argv[1]).read_text("utf-8")))) or None)
