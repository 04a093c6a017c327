"""The one table of all that is measured; the programs themselves are run by `make bench`."""

import importlib
import inspect
import json
import re
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks import figures
from benchmarks.__main__ import PROGRAMS, SIZED, run_program
from benchmarks.figures import Figure, Verdict, exit_code, find_within, write_table
from benchmarks.results import write_results

MISSED = Figure("redeem by bare GET", 0.15, "", 0.20, at_least=True)
MET = Figure("pack", 0.4, "s", 0.5)
TOLD = Figure("pgbench", 4512.3, "/s")
UNMEASURED = Figure("pretix", None, why="pretix is not here")
FAILED = Figure("ledger", None, why="OSError: no room", failed=True)


@pytest.mark.parametrize(
    ("value", "at_least", "verdict"),
    [
        (0.49, False, Verdict.MET),
        (0.50, False, Verdict.MET),
        (0.51, False, Verdict.MISSED),
        (0.49, True, Verdict.MISSED),
        (0.50, True, Verdict.MET),
        (0.51, True, Verdict.MET),
    ],
)
def test_what_reaches_its_goal_meets_it(value: float, at_least: bool, verdict: Verdict) -> None:  # noqa: FBT001  # a case
    assert Figure("a figure", value, "s", 0.5, at_least=at_least).verdict is verdict


@pytest.mark.parametrize(
    ("figure", "cells"),
    [
        (MISSED, ("redeem by bare GET", "0.15", "≥ 0.2", "0.75", "missed by 25 %")),
        (MET, ("pack", "0.4 s", "≤ 0.5 s", "0.80", "met by 20 %")),
        (Figure("pack", 1.25, "s", 0.5), ("pack", "1.25 s", "≤ 0.5 s", "2.50", "missed by 150 %")),
        (Figure("refused", 3, "", 0), ("refused", "3", "≤ 0", "", "missed")),
        (Figure("refused", 0, "", 0), ("refused", "0", "≤ 0", "", "met")),
        (TOLD, ("pgbench", "4,512 /s", "", "", "")),
        (UNMEASURED, ("pretix", "", "", "", "not measured: pretix is not here")),
        (FAILED, ("ledger", "", "", "", "not measured: OSError: no room")),
    ],
)
def test_a_row_says_by_how_much_a_goal_is_met_or_missed(
    figure: Figure, cells: tuple[str, ...]
) -> None:
    assert figure.cells == cells


def test_the_table_begins_with_what_is_missed_and_ends_with_what_has_no_goal() -> None:
    heading, edge, *rows = write_table([TOLD, MET, UNMEASURED, FAILED, MISSED]).splitlines()

    assert [row.split("|")[1].strip() for row in (heading, *rows)] == [
        "what was measured",
        "redeem by bare GET",
        "ledger",
        "pretix",
        "pack",
        "pgbench",
    ]
    assert {len(row) for row in (heading, edge, *rows)} == {len(heading)}


def test_figures_of_one_kind_keep_their_order() -> None:
    rows = write_table([Figure("b", 1), MET, Figure("a", 2)]).splitlines()[3:]

    assert [row.split("|")[1].strip() for row in rows] == ["b", "a"]


@pytest.mark.parametrize(
    ("told", "code"), [([], 0), ([MET, TOLD, UNMEASURED], 0), ([MET, MISSED], 1), ([FAILED], 1)]
)
def test_it_ends_with_1_where_a_goal_is_missed_or_a_program_failed(
    told: list[Figure], code: int
) -> None:
    assert exit_code(told) == code


@pytest.mark.parametrize(("share", "value"), [(0, 1), (0.5, 6), (0.9, 10), (0.99, 10), (1, 10)])
def test_a_share_of_all_lies_below_what_is_found(share: float, value: float) -> None:
    assert find_within(range(10, 0, -1), share) == value


def measure(*, rows: int = 7) -> list[Figure]:
    """Measure nothing; an odd number of rows is an error."""
    if rows % 2:
        raise ValueError(f"{rows} is odd\nand this line is too much")
    return [Figure("rows", rows, "", 6)]


def run_with(*options: str, monkeypatch: pytest.MonkeyPatch) -> int | str | None:
    monkeypatch.setattr(sys, "argv", ["program", *options])
    with pytest.raises(SystemExit) as ended:
        figures.run(measure, "What is measured.\n\nAnd how.")
    return ended.value.code


def test_a_program_alone_prints_its_table(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_with("--rows", "6", monkeypatch=monkeypatch) == 0
    assert capsys.readouterr().out == write_table([Figure("rows", 6, "", 6)])

    assert run_with("--rows=8", monkeypatch=monkeypatch) == 1
    assert "missed by 33.3 %" in capsys.readouterr().out


def test_a_program_among_others_keeps_its_figures(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    into = tmp_path / "figures"

    assert run_with("--rows=8", f"--into={into}", monkeypatch=monkeypatch) == 1

    kept = [Figure(**figure) for figure in json.loads(into.read_text("utf-8"))]
    assert kept == [Figure("rows", 8, "", 6)]
    assert capsys.readouterr().out == ""


def test_a_program_that_fails_is_a_row_that_says_why(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    into = tmp_path / "figures"

    assert run_with(f"--into={into}", monkeypatch=monkeypatch) == 1

    (kept,) = json.loads(into.read_text("utf-8"))
    assert Figure(**kept) == Figure(
        "What is measured.", None, why="ValueError: 7 is odd", failed=True
    )


def test_a_program_that_ends_without_a_word_is_a_row_too() -> None:
    assert run_program("no_such_program", []) == [
        Figure("no_such_program", None, why="it ended with 1", failed=True)
    ]


@pytest.mark.parametrize("name", PROGRAMS)
def test_every_program_has_the_options_it_is_run_with(name: str) -> None:
    taken = inspect.signature(importlib.import_module(f"benchmarks.{name}").measure).parameters
    given = {word.removeprefix("--") for word in PROGRAMS[name].split() if word.startswith("--")}

    assert given <= taken.keys()
    assert ({"workers", "threads"} <= taken.keys()) == (name in SIZED)


def test_the_file_says_when_and_where_and_of_what_it_was_measured() -> None:
    began = datetime(2026, 11, 30, 23, 50, tzinfo=UTC)
    ended = datetime(2026, 12, 1, 1, 5, tzinfo=UTC)

    text = write_results([MET, MISSED], "python -m benchmarks", began, ended, load=0.07)

    assert "begun 2026-11-30 23:50 UTC, took 75 minutes" in text
    assert re.search(r"^- commit (unknown|[0-9a-f]{12})\b", text, re.MULTILINE)
    assert "load when it began: 0.07" in text
    assert "`python -m benchmarks`" in text
    assert "cores" in text
    assert text.endswith(write_table([MET, MISSED]))
