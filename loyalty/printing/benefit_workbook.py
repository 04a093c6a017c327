"""The workbook of some months, put together for Excel; offices read it in zh-Hans alone."""

from collections.abc import Iterable, Sequence

from flask_babel import force_locale

from loyalty.models import Contribution
from loyalty.printing.briefing import LANGUAGE, list_definitions, months_in_words
from loyalty.reports.benefit_workbook import (
    BookChart,
    BookColumn,
    BookSheet,
    CellKind,
    CellValue,
    PartSum,
    SumElsewhere,
    total_cell,
    write_benefit_workbook,
)
from loyalty.rules.benefit import Cell, Label, Party
from loyalty.rules.calendar import Month
from loyalty.rules.contributions import Unit
from loyalty.services.ledger.benefit import Share, Sums
from loyalty.services.ledger.matrix import KindShare
from loyalty.services.ledger.period import (
    Period,
    collect_period,
    list_counted_entries,
    list_trend,
)
from loyalty.services.work import Work
from loyalty.words.contributions import LABELS, PARTIES, UNITS, kind_name
from loyalty.words.definitions import FIGURES
from loyalty.words.trades import trade_name

COUNT, HUNDREDTHS, PROSE = CellKind.COUNT, CellKind.HUNDREDTHS, CellKind.PROSE

SUMMED = ("uses", "payable_fen", "saved_fen")
"""Figures of shares that add up; one person may stand behind several shares."""

_FIGURE_COLUMNS = [
    BookColumn("用卡（人次）", COUNT, summed=True),
    BookColumn("用卡的人（人）", COUNT),
    BookColumn("受益家庭（户）", COUNT),
    BookColumn("持卡消费额（元）", HUNDREDTHS, 18, summed=True),
    BookColumn("店铺让利（元）", HUNDREDTHS, 18, summed=True),
]
_SIDES = [BookColumn("谁给的"), BookColumn("给谁的"), BookColumn("依据")]
_YUAN = BookColumn("金额（元）", HUNDREDTHS, 18, summed=True)


def print_workbook(work: Work, *, first: Month, last: Month) -> bytes:
    """Return the workbook of some months, both included."""
    period = collect_period(work, first=first, last=last)
    trend = list_trend(work, last)
    entries = list_counted_entries(work, first=first, last=last)
    with force_locale(LANGUAGE):
        title = f"{period.community.name}{months_in_words(first, last)}互惠台账"
        return write_benefit_workbook(title, _make_sheets(period, trend, entries), "合计")


def _make_sheets(
    period: Period, trend: Sequence[Share], entries: Sequence[Contribution]
) -> Sequence[BookSheet]:
    found = period.found
    by_shop = _list_shares("按店铺", "店铺", found.by_shop)
    sheets = [
        by_shop,
        _list_shares("按业态", "业态", _named(found.by_trade), shape="bar"),
        _list_shares("按荣誉", "荣誉", found.by_honour, shape="column"),
        _list_shares("十二个月", "月份", trend, shape="line"),
        _list_cells(period.given.matrix),
        _list_kinds(period.given.by_kind),
        _list_entries(entries),
        BookSheet("口径", [BookColumn("口径", PROSE, 90)], [[one] for one in _explain(period)]),
    ]
    return [_list_totals(found.totals, by_shop), *sheets]


def _list_totals(sums: Sums, by_shop: BookSheet) -> BookSheet:
    """Return the first sheet: each figure with its definition; what adds up is a formula."""
    rows: list[list[CellValue]] = []
    for place, (name, words) in enumerate(FIGURES.items(), start=1):
        value = getattr(sums, name)
        shown: CellValue = value
        if words.is_money or name in SUMMED:
            kind = HUNDREDTHS if words.is_money else COUNT
            address = total_cell(by_shop, place) if by_shop.rows else "=0"
            shown = SumElsewhere(address, value, kind)
        rows.append([str(words.name), shown, str(words.unit), str(words.definition)])
    columns = [
        BookColumn("数字"),
        BookColumn("多少", COUNT, 18),
        BookColumn("单位"),
        BookColumn("口径", PROSE, 60),
    ]
    return BookSheet("总览", columns, rows)


def _list_shares(
    title: str, heading: str, shares: Iterable[Share], *, shape: str | None = None
) -> BookSheet:
    rows = [[share.name, *_figures_of(share.sums)] for share in shares]
    chart = BookChart(shape, "持卡消费额和店铺让利（元）", (4, 5)) if shape else None
    return BookSheet(title, [BookColumn(heading, width=24), *_FIGURE_COLUMNS], rows, chart)


def _named(shares: Iterable[Share]) -> Iterable[Share]:
    """Yield trades under their names, those with the most spent first."""
    for share in sorted(shares, key=lambda one: (-one.sums.payable_fen, one.key)):
        yield Share(share.key, trade_name(share.key), share.sums)


def _figures_of(sums: Sums) -> list[CellValue]:
    return [getattr(sums, name) for name in FIGURES]


def _list_cells(cells: Iterable[Cell]) -> BookSheet:
    """Return who gave whom how much; each label has its own sum."""
    rows: list[list[CellValue]] = [
        [*_name_sides(cell.giver, cell.receiver, cell.label), cell.amount] for cell in cells
    ]
    sums = [PartSum(f"{word}合计", 2, str(word)) for word in LABELS.values()]
    return BookSheet("谁给了谁", [*_SIDES, _YUAN], rows, part_sums=sums)


def _list_kinds(shares: Iterable[KindShare]) -> BookSheet:
    rows: list[list[CellValue]] = []
    for share in shares:
        cell = share.cell
        first, *others = [(unit, int(quantity * 100)) for unit, quantity in cell.quantities] or [
            ("", 0)
        ]
        named = [kind_name(share.kind), *_name_sides(cell.giver, cell.receiver, cell.label)]
        rows.append([*named, share.entries, cell.amount, *_quantity(*first)])
        # Further units of the same kind stand below, without the money once more.
        rows += [[*named, None, None, *_quantity(*other)] for other in others]
    columns = [
        BookColumn("种类", width=20),
        *_SIDES,
        BookColumn("几笔", COUNT, summed=True),
        _YUAN,
        BookColumn("数量", HUNDREDTHS),
        BookColumn("单位"),
    ]
    sums = [PartSum(f"{LABELS[one]}合计", 3, str(LABELS[one])) for one in ENTERED]
    return BookSheet("每一种", columns, rows, part_sums=sums)


ENTERED = (Label.ATTESTED, Label.ESTIMATED)


def _list_entries(entries: Iterable[Contribution]) -> BookSheet:
    """Return each contribution, under the headings by which such a table is imported."""
    rows: list[list[CellValue]] = []
    for entry in entries:
        unit, quantity = _quantity(entry.unit or "", entry.quantity_hundredths)[::-1]
        rows.append(
            [
                entry.happened_on.isoformat(),
                kind_name(entry.kind),
                entry.giving.name if entry.giving else str(PARTIES[Party(entry.giver)]),
                entry.receiving.name if entry.receiving else str(PARTIES[Party(entry.receiver)]),
                entry.amount_fen or None,
                quantity,
                unit,
                str(LABELS[Label(entry.label)]),
                entry.evidence,
            ]
        )
    columns = [
        BookColumn("日期"),
        BookColumn("种类", width=20),
        BookColumn("谁给的", width=24),
        BookColumn("给谁的", width=24),
        _YUAN,
        BookColumn("数量", HUNDREDTHS),
        BookColumn("单位"),
        BookColumn("依据"),
        BookColumn("凭据", width=36),
    ]
    sums = [PartSum(f"{LABELS[one]}合计", 7, str(LABELS[one])) for one in ENTERED]
    return BookSheet("每一笔", columns, rows, part_sums=sums)


def _name_sides(giver: Party, receiver: Party, label: Label) -> list[CellValue]:
    return [str(PARTIES[giver]), str(PARTIES[receiver]), str(LABELS[label])]


def _quantity(unit: str, hundredths: int) -> list[CellValue]:
    return [hundredths or None, str(UNITS[Unit(unit)]) if unit else None]


def _explain(period: Period) -> Sequence[str]:
    closed = period.last_closed
    chained = [] if closed is None else [f"{Month.of(closed.month)}的校验码：{closed.head}"]
    still = [] if period.is_closed else ["这几个月还没有全部结账，数字还会变。"]
    shown = ["演示：这里的人和数字都是虚构的。"] if period.community.demonstration else []
    return [*shown, *list_definitions(), *still, *chained]
