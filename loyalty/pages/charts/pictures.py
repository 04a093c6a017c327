"""What the pictures of the ledger, of a round's fairness and of the stalls show.

Amounts stay in fen until they are written: the script divides where it draws an axis.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import get_locale, gettext

from loyalty.pages.values import month as month_in_words
from loyalty.rules.benefit import Cell
from loyalty.rules.calendar import Month
from loyalty.rules.occupancy import MonthLet
from loyalty.services.ledger.benefit import Sums
from loyalty.services.ledger.book import Amounts, Hour
from loyalty.services.selection.fairness import ListFairness
from loyalty.words.contributions import LABELS, PARTIES
from loyalty.words.definitions import FIGURES
from loyalty.words.trades import trade_name

WEEK = range(1, 8)
"""Days as `Hour.weekday` counts them: Monday first."""


@dataclass(frozen=True, slots=True)
class Chart:
    """One picture."""

    title: str
    file: str
    """What it is called when it is saved, without its ending."""
    drawn: Mapping[str, Any]
    """What the script is handed: `kind`, and what that kind needs."""


@dataclass(frozen=True, slots=True)
class HourTable:
    """The same numbers as the picture of hours."""

    days: Sequence[str]
    rows: Mapping[str, Sequence[int]]
    """Hour → uses by day."""


def draw_trend(trend: Mapping[Month, Sums | None]) -> Chart | None:
    """Return uses, spending and savings month by month; None of fewer than two months.

    Args:
        trend: None where the figures of a month are not shown.
    """
    if len(trend) <= 1:
        return None
    return Chart(
        gettext("逐月的用卡、消费和让利"),
        f"trend-{max(trend)}",
        {
            "kind": "trend",
            "labels": [str(month) for month in trend],
            "series": [
                {
                    "name": _named(member),
                    "money": FIGURES[member].is_money,
                    "values": [sums and getattr(sums, member) for sums in trend.values()],
                }
                for member in ("payable_fen", "saved_fen", "uses")
            ],
        },
    )


def draw_occupancy(months: Sequence[MonthLet]) -> Chart | None:
    """Return the share of the stalls that was let, month by month; None of fewer than two.

    Args:
        months: the oldest first.
    """
    if len(months) <= 1:
        return None
    drawn = {
        "kind": "share",
        "labels": [str(one.month) for one in months],
        "permille": [one.permille for one in months],
        "name": gettext("出租率"),
    }
    return Chart(gettext("逐月的出租率"), f"occupancy-{months[-1].month}", drawn)


def draw_flow(cells: Iterable[Cell], month: Month) -> Chart | None:
    """Return how money went between the four parties; None where none did.

    Each label is a stream of its own, for they are never added.
    """
    streams = [
        {
            "giver": str(PARTIES[cell.giver]),
            "receiver": str(PARTIES[cell.receiver]),
            "label": cell.label.value,
            "word": str(LABELS[cell.label]),
            "value": cell.amount,
        }
        for cell in cells
        if cell.amount > 0
    ]
    if not streams:
        return None
    drawn = {"kind": "flow", "streams": streams, "name": gettext("金额（元）")}
    return Chart(
        gettext("谁给了谁：%(month)s", month=month_in_words(month.first)), f"flow-{month}", drawn
    )


def draw_trades(trades: Mapping[str, Sums | Amounts | None], month: Month) -> Chart | None:
    """Return what was spent in each trade; None of fewer than two that are shown."""
    shown = {trade: sums for trade, sums in trades.items() if sums is not None}
    if len(shown) <= 1:
        return None
    spent = {"name": _named("payable_fen"), "money": True}
    drawn = {
        "kind": "bars",
        "labels": [str(trade_name(trade)) for trade in shown],
        "series": [{**spent, "values": [sums.payable_fen for sums in shown.values()]}],
    }
    title = gettext("各行业的持卡消费：%(month)s", month=month_in_words(month.first))
    return Chart(title, f"trades-{month}", drawn)


def draw_communities(sums: Iterable[tuple[str, Sums | None]], month: Month) -> Chart | None:
    """Return what was spent and saved in each community; None of fewer than two that are shown."""
    told = [(name, each) for name, each in sums if each is not None]
    if len(told) <= 1:
        return None
    series = [
        {
            "name": _named(member),
            "money": True,
            "values": [getattr(each, member) for _, each in told],
        }
        for member in ("payable_fen", "saved_fen")
    ]
    title = gettext("各社区的消费和让利：%(month)s", month=month_in_words(month.first))
    drawn = {"kind": "bars", "labels": [name for name, _ in told], "series": series}
    return Chart(title, f"communities-{month}", drawn)


def draw_hours(hours: Sequence[Hour], month: Month) -> tuple[Chart, HourTable] | None:
    """Return when in the week cards were used, with its table; None where none were."""
    uses = {(one.weekday, one.hour): one.uses for one in hours if one.uses > 0}
    if not uses:
        return None
    names = get_locale().days["format"]["abbreviated"]
    days = [str(names[day - 1]) for day in WEEK]
    open_hours = range(min(hour for _, hour in uses), max(hour for _, hour in uses) + 1)
    drawn = {
        "kind": "hours",
        "days": days,
        "labels": [f"{hour}:00" for hour in open_hours],
        "name": _named("uses"),
        "values": [[uses.get((day, hour), 0) for hour in open_hours] for day in WEEK],
    }
    title = gettext("一周里什么时候用卡：%(month)s", month=month_in_words(month.first))
    rows = {f"{hour}:00": [uses.get((day, hour), 0) for day in WEEK] for hour in open_hours}
    return Chart(title, f"hours-{month}", drawn), HourTable(days, rows)


def draw_areas(one: ListFairness, areas: Mapping[Any, str], honour: str) -> Chart:
    """Return how each liaison area fared on one list, in people."""
    parts = {
        gettext("已推荐"): [share.nominated for share in one.areas],
        gettext("合格"): [share.eligible for share in one.areas],
        gettext("入选"): [share.selected for share in one.areas],
    }
    labels = [areas.get(share.area_id, gettext("未分责任区")) for share in one.areas]
    drawn = {
        "kind": "bars",
        "labels": labels,
        "series": [{"name": name, "values": values} for name, values in parts.items()],
    }
    return Chart(gettext("各责任区：%(honour)s", honour=honour), f"areas-{one.honour}", drawn)


def draw_scores(one: ListFairness, honour: str) -> Chart:
    """Return how the scores of one list are spread, in points."""
    spreads = {
        gettext("合格的人"): one.eligible_scores,
        gettext("入选的人"): one.selected_scores,
    }
    shown = {name: spread for name, spread in spreads.items() if spread is not None}
    boxes = [
        [each.least, each.lower_quartile, each.median, each.upper_quartile, each.most]
        for each in shown.values()
    ]
    drawn = {"kind": "spread", "labels": [*shown], "hundredths": boxes, "name": gettext("得分")}
    return Chart(gettext("得分分布：%(honour)s", honour=honour), f"scores-{one.honour}", drawn)


def _named(member: str) -> str:
    words = FIGURES[member]
    return f"{words.name} · {words.unit}"
