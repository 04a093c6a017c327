"""The score sheet of an inspection: points under three heads, and what refuses a shop by itself."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Head(StrEnum):
    """Under which head a point of the sheet stands. Codes are public."""

    PAPERS = "papers"
    CONDUCT = "conduct"
    PREMISES = "premises"


@dataclass(frozen=True, slots=True)
class SheetItem:
    """One thing that is looked at, and for which points are given."""

    code: str
    head: Head
    names: Mapping[str, str]
    """By language: zh_Hans, and zh_Hant and en where they were given."""
    points: int
    """The most it may be given, at least 1."""


@dataclass(frozen=True, slots=True)
class SheetVeto:
    """One thing that refuses the shop, whatever its points."""

    code: str
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Sheet:
    """One version of a community's score sheet."""

    items: Sequence[SheetItem]
    vetoes: Sequence[SheetVeto]
    pass_points: int
    """From how many points on a shop passes, included."""

    @property
    def most(self) -> int:
        """Return the points of a shop without fault."""
        return sum(item.points for item in self.items)


@dataclass(frozen=True, slots=True)
class SheetJudgement:
    """What a filled-in sheet says."""

    by_head: Mapping[Head, int]
    vetoed: bool
    passed: bool

    @property
    def total(self) -> int:
        """Return all points together."""
        return sum(self.by_head.values())


class SheetFault(StrEnum):
    """Why a sheet cannot be used. Codes are public: add one, never rename one."""

    HEAD_EMPTY = "head_empty"
    """Nothing is looked at under one of the heads."""
    NAME_TWICE = "name_twice"
    OUT_OF_REACH = "out_of_reach"
    """More points are asked for than there are, or none."""


def find_sheet_fault(sheet: Sheet) -> SheetFault | None:
    """Return what is wrong with a new version of a sheet; None if it can be used."""
    names = [one.names["zh_Hans"] for one in sheet.items]
    names += [one.names["zh_Hans"] for one in sheet.vetoes]
    checks = (
        ({item.head for item in sheet.items} != set(Head), SheetFault.HEAD_EMPTY),
        (len(names) != len(set(names)), SheetFault.NAME_TWICE),
        (not 1 <= sheet.pass_points <= sheet.most, SheetFault.OUT_OF_REACH),
    )
    return next((fault for applies, fault in checks if applies), None)


def find_wrong_marks(sheet: Sheet, marks: Mapping[str, int]) -> tuple[str, ...]:
    """Return the codes of what has no points, too many, or does not stand on the sheet."""
    most = {item.code: item.points for item in sheet.items}
    wrong = [code for code, points in most.items() if not 0 <= marks.get(code, -1) <= points]
    return (*wrong, *(code for code in marks if code not in most))


def judge_sheet(sheet: Sheet, marks: Mapping[str, int], vetoes: Collection[str]) -> SheetJudgement:
    """Return what a filled-in sheet says; one veto refuses the shop.

    Args:
        marks: points by the code of each item, none of them wrong.
        vetoes: codes of the vetoes that were ticked.
    """
    by_head = {
        head: sum(marks[item.code] for item in sheet.items if item.head is head) for head in Head
    }
    vetoed = bool(vetoes)
    passed = not vetoed and sum(by_head.values()) >= sheet.pass_points
    return SheetJudgement(by_head, vetoed, passed)
