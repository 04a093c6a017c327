"""What a program has measured, beside its goals, and the one table in which it is shown."""

import argparse
import inspect
import json
import sys
import traceback
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from enum import IntEnum
from pathlib import Path

HEADINGS = ("what was measured", "figure", "goal", "figure / goal", "verdict")
NUMBERS = range(1, 4)
"""The columns that are set to the right."""


class Verdict(IntEnum):
    """What is said of a figure, in the order of the table."""

    MISSED = 0
    FAILED = 1
    """The program ended with an error, and gave no figure."""
    UNMEASURED = 2
    """What it takes is not on this machine."""
    MET = 3
    TOLD = 4
    """It has no goal."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure, or why there is none."""

    name: str
    value: float | None
    unit: str = ""
    """Such as ``ms``; empty for a ratio."""
    goal: float | None = None
    """What it may be at most, or must be at least; None where it is only told."""
    at_least: bool = False
    why: str = ""
    """Why it was not measured."""
    failed: bool = False

    @property
    def verdict(self) -> Verdict:
        """Return what is said of it; what reaches its goal exactly meets it."""
        if self.value is None:
            return Verdict.FAILED if self.failed else Verdict.UNMEASURED
        if self.goal is None:
            return Verdict.TOLD
        met = self.value >= self.goal if self.at_least else self.value <= self.goal
        return Verdict.MET if met else Verdict.MISSED

    @property
    def ratio(self) -> float | None:
        """Return the figure by its goal; None where one is missing, or the goal is 0."""
        return self.value / self.goal if self.value is not None and self.goal else None

    @property
    def cells(self) -> tuple[str, ...]:
        """Return it as a row under `HEADINGS`."""
        sign = "≥" if self.at_least else "≤"
        return (
            self.name,
            "" if self.value is None else f"{_write(self.value)} {self.unit}".strip(),
            "" if self.goal is None else f"{sign} {_write(self.goal)} {self.unit}".strip(),
            "" if self.ratio is None else f"{self.ratio:.2f}",
            self._verdict_in_words(),
        )

    def _verdict_in_words(self) -> str:
        if self.value is None:
            return f"not measured: {self.why}"
        if self.verdict is Verdict.TOLD:
            return ""
        word = self.verdict.name.lower()
        return word if self.ratio is None else f"{word} by {_write(100 * abs(self.ratio - 1))} %"


def write_table(figures: Iterable[Figure]) -> str:
    """Return a table in Markdown, which is read as well as it is: missed goals first."""
    rows = [HEADINGS, *(figure.cells for figure in sorted(figures, key=lambda one: one.verdict))]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [_write_row(row, widths) for row in rows]
    edges = (
        f"{'-' * (width - 1)}{':' if place in NUMBERS else '-'}"
        for place, width in enumerate(widths)
    )
    return "\n".join([lines[0], f"| {' | '.join(edges)} |", *lines[1:], ""])


def _write_row(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = (
        cell.rjust(width) if place in NUMBERS else cell.ljust(width)
        for place, (cell, width) in enumerate(zip(row, widths, strict=True))
    )
    return f"| {' | '.join(cells)} |"


def _write(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"  # noqa: PLR2004  # three digits


def find_within(values: Iterable[float], share: float) -> float:
    """Return the value that a share of all does not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def exit_code(figures: Iterable[Figure]) -> int:
    """Return 1 where a goal is missed or a program failed, otherwise 0."""
    return int(any(one.verdict in {Verdict.MISSED, Verdict.FAILED} for one in figures))


def say(text: str) -> None:
    """Tell how far a program is, apart from the table."""
    print(text, file=sys.stderr, flush=True)


def run(measure: Callable[..., list[Figure]], doc: str | None) -> None:
    """Run a program by its own command line: print its table, and end it.

    Args:
        measure: its parameters are whole numbers with defaults, and the options of that line.
        doc: says in its first line what is measured.

    With ``--into FILE`` the figures are kept there for `benchmarks.__main__`, and none is printed.
    """
    parser = argparse.ArgumentParser(description=(doc or "").partition("\n")[0])
    for one in inspect.signature(measure).parameters.values():
        parser.add_argument(f"--{one.name}", type=int, default=one.default)
    parser.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    options = vars(parser.parse_args())
    into = options.pop("into")
    if into is None:
        figures = measure(**options)
        print(write_table(figures), end="")
    else:
        figures = _measure_or_tell_why(measure, options, parser.description or "")
        into.write_text(json.dumps([asdict(figure) for figure in figures]), encoding="utf-8")
    sys.exit(exit_code(figures))


def _measure_or_tell_why(
    measure: Callable[..., list[Figure]], options: dict[str, int], name: str
) -> list[Figure]:
    try:
        return measure(**options)
    except (Exception, SystemExit) as error:  # noqa: BLE001  # the other programs go on
        traceback.print_exc()
        why = f"{type(error).__name__}: {error}".partition("\n")[0]
        return [Figure(name, None, why=why, failed=True)]
