"""The table of security names each requirement once, and each test it names is there."""

import re
from collections import Counter
from datetime import date
from pathlib import Path

PROJECT = Path(__file__).parents[2]
TABLE = (PROJECT / "docs" / "security.md").read_text("utf-8")
LEVEL_2 = (Path(__file__).parent / "asvs_level_2.txt").read_text("utf-8").split()
"""Numbers of the requirements of ASVS 5.0 at levels 1 and 2."""

ROW = re.compile(r"^\| ((?:V[0-9.]+ ?)+)\| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


def rows() -> list[tuple[list[str], str, str]]:
    return [(numbers.split(), second, last) for numbers, second, last in ROW.findall(TABLE)]


def is_there(file: str, test: str) -> bool:
    path = PROJECT / file
    return path.exists() and (not test or f"def {test}(" in path.read_text("utf-8"))


def test_each_requirement_is_answered_once() -> None:
    answered = Counter(number for numbers, _, _ in rows() for number in numbers)

    assert answered == Counter(LEVEL_2)


def test_each_test_that_is_named_is_there() -> None:
    named = TEST.findall(TABLE)

    assert len(named) > 100
    assert [one for one in named if not is_there(*one)] == []


def test_what_has_no_test_has_a_day_and_a_reason() -> None:
    without = [(since, why) for _, since, why in rows() if not TEST.search(why)]

    assert all(date.fromisoformat(since) and len(why) > 8 for since, why in without)


def test_the_sums_at_the_top_are_right() -> None:
    shown = sum(len(numbers) for numbers, _, last in rows() if TEST.search(last))

    assert f"Of {len(LEVEL_2)} requirements {shown} are shown by a test" in TABLE
