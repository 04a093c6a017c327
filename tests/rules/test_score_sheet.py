"""The score sheet: three heads, points up to what each may have, and vetoes that refuse."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.rules.score_sheet import (
    Head,
    Sheet,
    SheetFault,
    SheetItem,
    SheetVeto,
    find_sheet_fault,
    find_wrong_marks,
    judge_sheet,
)


def item(code: str, head: Head, points: int) -> SheetItem:
    return SheetItem(code, head, {"zh_Hans": code}, points)


SHEET = Sheet(
    items=(
        item("licence", Head.PAPERS, 30),
        item("prices", Head.CONDUCT, 40),
        item("clean", Head.PREMISES, 30),
    ),
    vetoes=(SheetVeto("fake", {"zh_Hans": "fake"}),),
    pass_points=80,
)
marks = st.fixed_dictionaries({one.code: st.integers(0, one.points) for one in SHEET.items})


@pytest.mark.parametrize(("clean", "passed"), [(9, False), (10, True), (30, True)])
def test_a_shop_passes_from_the_points_of_the_sheet_on(clean: int, passed: bool) -> None:  # noqa: FBT001  # a case
    judged = judge_sheet(SHEET, {"licence": 30, "prices": 40, "clean": clean}, ())

    assert (judged.total, judged.passed) == (70 + clean, passed)


@given(marks=marks)
def test_one_veto_refuses_whatever_the_points(marks: dict[str, int]) -> None:
    judged = judge_sheet(SHEET, marks, ["fake"])

    assert (judged.vetoed, judged.passed) == (True, False)


@given(marks=marks)
def test_the_heads_add_up(marks: dict[str, int]) -> None:
    judged = judge_sheet(SHEET, marks, ())

    assert judged.by_head == {
        Head.PAPERS: marks["licence"],
        Head.CONDUCT: marks["prices"],
        Head.PREMISES: marks["clean"],
    }
    assert judged.total == sum(marks.values())


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({}, ()),
        ({"clean": 31}, ("clean",)),
        ({"clean": -1}, ("clean",)),
        ({"smell": 3}, ("smell",)),
    ],
)
def test_what_has_too_many_points_or_stands_on_no_sheet_is_named(
    changed: dict[str, int], wrong: tuple[str, ...]
) -> None:
    assert find_wrong_marks(SHEET, {"licence": 1, "prices": 0, "clean": 30, **changed}) == wrong


def test_what_has_no_points_is_named() -> None:
    assert find_wrong_marks(SHEET, {"licence": 1}) == ("prices", "clean")


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({}, None),
        ({"pass_points": 100}, None),
        ({"pass_points": 101}, SheetFault.OUT_OF_REACH),
        ({"pass_points": 0}, SheetFault.OUT_OF_REACH),
        ({"items": SHEET.items[1:]}, SheetFault.HEAD_EMPTY),
        ({"vetoes": (SheetVeto("x", {"zh_Hans": "clean"}),)}, SheetFault.NAME_TWICE),
    ],
)
def test_a_sheet_that_nobody_could_fill_in_is_refused(
    changed: dict[str, object], fault: SheetFault | None
) -> None:
    assert find_sheet_fault(replace(SHEET, **changed)) is fault  # type: ignore[arg-type]  # the cases'
