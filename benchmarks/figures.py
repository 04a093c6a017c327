"""What a benchmark has measured, beside its goal, and how it is printed."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure."""

    name: str
    value: float
    unit: str
    """Such as ``ms``; empty for a ratio."""
    goal: float | None = None
    """What it may be at most, or must be at least; None where it is only told."""
    at_least: bool = False

    @property
    def met(self) -> bool:
        """Return whether the goal is reached, or there is none."""
        if self.goal is None:
            return True
        return self.value >= self.goal if self.at_least else self.value <= self.goal

    @property
    def missed_by(self) -> str:
        """Return by what factor a goal is missed, to be read; empty where it is met."""
        if self.met or self.goal is None:
            return ""
        worse = self.goal / self.value if self.at_least else self.value / self.goal
        return f"missed, {worse:.2f} x"

    @property
    def cells(self) -> tuple[str, str, str, str]:
        """Return it as a row: name, value, goal, and whether it is met."""
        sign = "at least" if self.at_least else "at most"
        goal = "" if self.goal is None else f"{sign} {_write(self.goal)}"
        verdict = self.missed_by or ("met" if goal else "")
        return self.name, f"{_write(self.value)} {self.unit}".strip(), goal, verdict


def _write(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"  # noqa: PLR2004  # three digits


def tell(figures: Sequence[Figure], *, into: Path | None = None) -> None:
    """Print figures, missed goals first, and keep them for `benchmarks.results`.

    Ends the program with 1 where a goal is missed.

    Args:
        into: a file with one figure a line, to which they are added.
    """
    for figure in sorted(figures, key=lambda one: one.met):
        name, value, goal, verdict = figure.cells
        print(f"{name:<58}{value:>14}  {goal:<18}{verdict}", flush=True)
    if into is not None:
        with into.open("a", encoding="utf-8") as file:
            file.writelines(f"{json.dumps(asdict(figure))}\n" for figure in figures)
    if not all(figure.met for figure in figures):
        sys.exit(1)
