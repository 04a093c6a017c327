import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import coverage_gates
from tests.coverage_gates import WHOLE, shortfalls


def report(
    *, lines: int = 1000, branches: int = 1000, missing: dict[str, list[int]] | None = None
) -> dict[str, Any]:
    """What coverage writes of a thousand lines and branches, so many of which were reached."""
    files: dict[str, list[int]] = {f"{folder}one.py": [] for folder in WHOLE}
    files |= missing or {}
    return {
        "files": {name: {"missing_lines": lines} for name, lines in files.items()},
        "totals": {
            "covered_lines": lines,
            "num_statements": 1000,
            "covered_branches": branches,
            "num_branches": 1000,
        },
    }


@pytest.mark.parametrize(
    ("lines", "branches", "told"),
    [
        (980, 950, []),
        (979, 950, ["979 of 1000 lines are reached, and 98 % must be"]),
        (980, 949, ["949 of 1000 branches are reached, and 95 % must be"]),
    ],
)
def test_so_much_of_the_whole_is_reached(lines: int, branches: int, told: list[str]) -> None:
    assert list(shortfalls(report(lines=lines, branches=branches))) == told


@pytest.mark.parametrize("folder", WHOLE)
def test_each_line_is_reached_where_it_is_decided_what_somebody_pays(folder: str) -> None:
    file = f"{folder}within/other.py"

    assert list(shortfalls(report(missing={file: [7]}))) == [f"{file}: lines [7] are not reached"]


def test_elsewhere_some_lines_may_be_missing() -> None:
    assert list(shortfalls(report(missing={"loyalty/pages/public.py": [7]}))) == []


def test_a_folder_of_which_nothing_was_measured_is_noticed() -> None:
    measured = report()
    del measured["files"][f"{WHOLE[0]}one.py"]

    assert list(shortfalls(measured)) == [f"{WHOLE[0]}: nothing of it was measured"]


@pytest.mark.parametrize(("lines", "status"), [(980, 0), (979, 1)])
def test_make_stops_where_they_reach_less(tmp_path: Path, lines: int, status: int) -> None:
    measured = tmp_path / "coverage.json"
    measured.write_text(json.dumps(report(lines=lines)), "utf-8")

    command = [sys.executable, coverage_gates.__file__, str(measured)]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # ours

    assert (ended.returncode, "979 of 1000 lines" in ended.stderr) == (status, status == 1)
