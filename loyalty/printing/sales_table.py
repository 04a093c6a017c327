"""The entries of the book as a table to take along, in the reader's language."""

from collections.abc import Sequence
from decimal import Decimal

from flask_babel import gettext

from loyalty.clock import as_local
from loyalty.reports.text_table import write_text_table
from loyalty.reports.workbooks import write_list
from loyalty.services.checkout.entries import ListedEntry
from loyalty.words.entries import entry_state_words

_WIDTHS = (12, 10, 24, 16, 12, 10, 12, 14, 14, 14, 30)

Row = Sequence[str | Decimal]


def write_sales_workbook(title: str, entries: Sequence[ListedEntry], timezone: str) -> bytes:
    """Return the entries as a workbook.

    Args:
        timezone: of the community, on whose clock the entries are told.
    """
    rows = [_row(one, timezone) for one in entries]
    return write_list(title, _headings(), rows, widths=_WIDTHS, signed=False, landscape=True)


def write_sales_csv(title: str, entries: Sequence[ListedEntry], timezone: str) -> bytes:  # noqa: ARG001  # as a workbook is written
    """Return the same as text with commas, which Excel opens with its letters right."""
    return write_text_table(_headings(), [_row(one, timezone) for one in entries])


def _headings() -> list[str]:
    return [
        gettext("日期"),
        gettext("时间"),
        gettext("店铺名称"),
        gettext("在哪里记的"),
        gettext("卡号末四位"),
        gettext("凭据号"),
        gettext("状态"),
        gettext("原价（元）"),
        gettext("实收（元）"),
        gettext("让利（元）"),
        gettext("理由"),
    ]


def _row(told: ListedEntry, timezone: str) -> Row:
    entry = told.entry
    at = as_local(entry.happened_at, timezone)
    return [
        at.date().isoformat(),
        at.strftime("%H:%M"),
        told.shop,
        told.till or gettext("纸质登记"),
        told.last4 or "",
        entry.receipt,
        str(entry_state_words(told).word),
        *(Decimal(fen) / 100 for fen in (entry.total_fen, entry.payable_fen, entry.saved_fen)),
        entry.reason or "",
    ]
