"""Small tables as the import reads them: what is laid out of them, refused and told."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from loyalty.services.imports.days import make_year_adder, read_day
from loyalty.services.imports.hours import add_unit, read_points
from loyalty.services.imports.layout import Column, LaidOut
from loyalty.services.imports.residents import make_name_column, make_unit_column
from loyalty.services.imports.table_cells import CellMark
from loyalty.services.imports.tables import Table, TableRow

TODAY = date(2026, 11, 29)
COLUMNS = (
    make_name_column(required=True),
    make_unit_column(required=True),
    Column("phone", "电话", ("手机", "联系电话"), str),
    Column(
        "done_on",
        "日期",
        (),
        read_day,
        takes=frozenset({CellMark.DATE}),
        complete=make_year_adder(TODAY),
    ),
    Column("points", "积分", ("时长", "时长分钟"), read_points, complete=add_unit),
)


def table(
    *rows: Sequence[str], marks: Mapping[tuple[int, int], CellMark] = {}, **more: Any
) -> Table:
    """Return a table of these rows, numbered from 1; marks by number and place."""
    return Table(
        [
            TableRow(
                number,
                cells,
                {at: mark for (row, at), mark in marks.items() if row == number},
                hidden=number in more.get("hidden", ()),
            )
            for number, cells in enumerate(rows, start=1)
            if any(cells)
        ],
        **{name: value for name, value in more.items() if name != "hidden"},
    )


def codes(found: LaidOut) -> list[tuple[int, str, str]]:
    return [(fault.row, fault.column, fault.code) for fault in found.faults]


def cells(found: LaidOut) -> list[dict[str, str]]:
    return [dict(row.cells) for row in found.rows]


def refused(found: LaidOut) -> list[dict[str, str]]:
    return [{name: str(each.code) for name, each in row.refused.items()} for row in found.rows]


HEADINGS = ("姓名", "住址")
ZHANG = ("张三", "1栋101")
