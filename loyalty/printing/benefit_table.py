"""The figures of some months as one table for programs: codes, whole numbers, fen."""

from collections.abc import Iterable, Iterator

from loyalty.reports.benefit_table import write_benefit_table
from loyalty.rules.benefit import Cell
from loyalty.rules.calendar import Month
from loyalty.services.ledger.benefit import Benefit, Share, sum_benefit
from loyalty.services.work import Work

Row = dict[str, str | int | None]


def print_benefit_table(work: Work, *, first: Month, last: Month) -> bytes:
    """Return the figures of some months, both included, as CSV."""
    return write_benefit_table([*_list_rows(sum_benefit(work, first=first, last=last))])


def _list_rows(found: Benefit) -> Iterator[Row]:
    yield from _list_shares("total", [Share("", "", found.totals)])
    yield from _list_shares("month", found.by_month)
    yield from _list_shares("shop", found.by_shop)
    yield from _list_shares("honour", found.by_honour)
    yield from _list_shares("trade", found.by_trade)
    if found.given is None:
        return
    for cell in found.given.matrix:
        yield from _list_cell("matrix", cell)
    for share in found.given.by_kind:
        kind = share.kind
        named: Row = {"key": kind.code, "name": kind.name, "entries": share.entries}
        for row in _list_cell("contribution", share.cell):
            yield {**row, **named}


def _list_shares(part: str, shares: Iterable[Share]) -> Iterator[Row]:
    for share in shares:
        sums = {name: getattr(share.sums, name) for name in share.sums.__slots__}
        yield {"part": part, "key": share.key, "name": share.name, **sums}


def _list_cell(part: str, cell: Cell) -> Iterator[Row]:
    """Yield the money of a cell, and each quantity in a row of its own: units are never added."""
    sides: Row = {
        "part": part,
        "giver": cell.giver.value,
        "receiver": cell.receiver.value,
        "label": cell.label.value,
    }
    if cell.amount or not cell.quantities:
        yield {**sides, "amount_fen": cell.amount}
    for unit, quantity in cell.quantities:
        yield {**sides, "unit": unit, "quantity_hundredths": int(quantity * 100)}
