"""How values are written on a page. Templates show values and compute none."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time
from types import MappingProxyType
from typing import Any

from babel.dates import format_skeleton
from flask_babel import format_date, format_time, get_locale, gettext

from loyalty.models import Objection, Shop, ShopObjection
from loyalty.rules.calendar import Month
from loyalty.rules.card_number import group_digits, last4, number_of
from loyalty.rules.money import Fen
from loyalty.rules.verdict import Tone
from loyalty.services.deeds.points import format_points
from loyalty.services.matters.matters import is_overdue
from loyalty.services.shops.certification import notice_end_of
from loyalty.words.account_alerts import alert_in_words, device_name
from loyalty.words.contributions import kind_name, quantity_in_words
from loyalty.words.definitions import FigureWords
from loyalty.words.honours import honour_name
from loyalty.words.obstacles import outcome_name, reason_name, reason_with_fact
from loyalty.words.pledge import clause_for_reader, pledge_called
from loyalty.words.rates import list_shop_rates, pay_in_words
from loyalty.words.series import series_called
from loyalty.words.states import (
    StateWords,
    card_state_words,
    inspection_state_words,
    shop_state_words,
    till_state_words,
)
from loyalty.words.trades import trade_name


def day(value: date) -> str:
    """Return a date in words: 2026年12月31日."""
    return str(format_date(value, "long"))


def full_day(value: date) -> str:
    """Return a date in words with its day of the week: 2026年12月16日星期三."""
    return str(format_date(value, "full"))


def short_day(value: date) -> str:
    """Return a date of this season in few letters: 12月16日."""
    return str(format_skeleton("MMMd", value, locale=get_locale()))


def month(value: date) -> str:
    """Return the month a date lies in: 2026年12月."""
    return str(format_skeleton("yMMMM", value, locale=get_locale()))


def named_months(months: Iterable[Month]) -> dict[Month, str]:
    """Return months to choose from, each with its name."""
    return {one: month(one.first) for one in months}


def moment(value: datetime) -> str:
    """Return an instant on the community's wall clock: 2026年12月31日 10:21."""
    return f"{format_date(value, 'medium', rebase=False)} {minute(value)}"


def money(amount: Fen) -> str:
    """Return an amount in yuan with both decimals: 1234567 fen is "12,345.67"."""
    yuan, fen = divmod(abs(amount), 100)
    return f"{'-' if amount < 0 else ''}{yuan:,}.{fen:02d}"


def figure(value: int | None, words: FigureWords) -> str:
    """Return a figure of a month as its kind is written: an amount, or a number."""
    return money(Fen(value)) if words.is_money and value is not None else counted(value)


def counted(number: int | None) -> str:
    """Return a whole number with its thousands set apart; a dash for what nobody can count."""
    return "—" if number is None else f"{number:,}"


def ground(against: Mapping[str, Any]) -> str:
    """Return one entry of `Candidate.grounds` in words: the reason, and the fact behind it."""
    months = [month(Month.parse(won).first) for won in against.get("months_won", ())]
    return reason_with_fact(
        against["reason"],
        months=listed(months),
        score=format_points(against.get("score") or 0),
        threshold=format_points(against.get("threshold") or 0),
    )


def clock(value: datetime | time) -> str:
    """Return the time of day, to the second."""
    return str(format_time(value, "HH:mm:ss", rebase=False))


def minute(value: datetime | time) -> str:
    """Return the time of day as it is written by hand: 10:21."""
    return str(format_time(value, "HH:mm", rebase=False))


def listed(parts: Iterable[object]) -> str:
    """Return several names as a list in a sentence: 甲、乙."""
    return str(gettext("、")).join(map(str, parts))


def put_right(shop: Shop, today: date) -> StateWords:
    """Return until when a warned shop is to put things right, and whether that day is over."""
    last = shop.put_right_by or today
    tone = Tone.NO if last < today else Tone.UNSURE
    return StateWords(tone, gettext("应在%(day)s前改正", day=day(last)))


def objection_state(objection: Objection | ShopObjection, today: date) -> StateWords:
    """Return how far an objection is: until when it is to be answered, or what was found."""
    if objection.decided_at is None:
        tone = Tone.NO if objection.due_on < today else Tone.UNSURE
        return StateWords(tone, gettext("应在%(day)s前答复", day=day(objection.due_on)))
    if objection.upheld:
        return StateWords(Tone.NO, gettext("异议成立"))
    return StateWords(Tone.YES, gettext("异议不成立"))


def percent(permille: int) -> str:
    """Return a part of a whole as it is said, such as 15.3%."""
    whole, tenth = divmod(permille, 10)
    return f"{whole}.{tenth}%" if tenth else f"{whole}%"


FILTERS: Mapping[str, Callable[..., object]] = MappingProxyType(
    {
        "alert": alert_in_words,
        "device": device_name,
        "day": day,
        "full_day": full_day,
        "ground": ground,
        "month": month,
        "moment": moment,
        "clock": clock,
        "minute": minute,
        "money": money,
        "figure": figure,
        "counted": counted,
        "objection_state": objection_state,
        "pay": pay_in_words,
        "percent": percent,
        "grouped": group_digits,
        "number": number_of,
        "last4": last4,
        "listed": listed,
        "points": format_points,
        "outcome": outcome_name,
        "reason": reason_name,
        "shop_state": lambda shop, today: shop_state_words(shop, today=today),
        "card_state": lambda card, today: card_state_words(card, today=today),
        "till_state": lambda till, now: till_state_words(till, now=now),
        "overdue": lambda matter, today: is_overdue(matter, today=today),
        "notice_end": notice_end_of,
        "inspection_state": inspection_state_words,
        "put_right": put_right,
        "trade": trade_name,
        "clause": clause_for_reader,
        "pledge": pledge_called,
        "rates": list_shop_rates,
        "honour": honour_name,
        "series": series_called,
        "contribution_kind": kind_name,
        "quantity": quantity_in_words,
    }
)
