"""When a shop is open, as far as the words in which it says so can be read for certain."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from loyalty.rules.typed_text import DASH, fold

HOUR = 60
"""Minutes."""
HALF = 12 * HOUR
DAY = 2 * HALF
_NO_MORNING = 13 * HOUR
"""From here on nobody means a time before noon."""
LONGEST_NIGHT = 14 * HOUR
"""Beyond midnight no shop is open longer: whoever writes 8点到6点 means the evening, or errs."""

EVERY_DAY = frozenset(range(7))

_WEEK = "一二三四五六日"
_NUMERALS = ("", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")
_SIMPLIFIED = str.maketrans("週點時間營業禮兩", "周点时间营业礼二")
_PART_OF_DAY = "早上|上午|早晨|早|中午|下午|傍晚|晚上|晚|夜里|凌晨"
_LATER_HALF = {
    "中午": range(1, 3),
    "下午": range(12),
    "傍晚": range(12),
    "晚上": range(5, 13),
    "晚": range(5, 13),
    "夜里": range(6, 13),
}
"""Hours that are twelve more than is written.

晚上12点 ends the day, and 夜里1点 is of the next.
"""
_TIME = rf"(?:{_PART_OF_DAY})?\d{{1,2}}(?::\d\d|(?:点|时)(?:半|\d\d分?|钟)?)?"
_DAY_OF_WEEK = rf"(?:周|星期|礼拜)[{_WEEK}]"
_TOKEN = re.compile(
    rf"(?P<days>每天|每日|天天|周末|工作日|{_DAY_OF_WEEK}(?:[-、,和及](?:周|星期|礼拜)?[{_WEEK}])*)"
    rf"|(?P<span>{_TIME}-{_TIME})"
    r"|(?P<always>24小时|全天)"
    r"|(?P<rest>休息|休市|店休|不营业|不开门|关门)"
    r"|(?P<between>[,;:、。()/和及]|营业时间|营业|开门)"
)
_TIME_PARTS = re.compile(rf"({_PART_OF_DAY})?(\d{{1,2}})[:点时]?(半|\d\d)?")
_NAMED = {"周末": frozenset({5, 6}), "工作日": frozenset(range(5))}


@dataclass(frozen=True, slots=True)
class OpenSpan:
    """From when to when a shop is open on some days of the week."""

    weekdays: frozenset[int]
    """The days on which the span begins; 0 is Monday."""
    opens: int
    """Minutes after midnight, included."""
    closes: int
    """Minutes after the same midnight, not included; more than a day's where it ends later."""


@dataclass(slots=True)
class _Reading:
    """How far a text has been read."""

    spans: list[OpenSpan] = field(default_factory=list)
    days: frozenset[int] = EVERY_DAY
    """Those that the next times are of."""
    said: frozenset[int] = frozenset()
    """Those that were named, and of which nothing has been said yet."""
    rests: frozenset[int] = frozenset()

    def take(self, kind: str, text: str) -> bool:
        """Take the next piece in; return whether it makes sense here."""
        if kind == "days":
            self.said |= _days_in(text)
            self.days = self.said
        elif kind == "rest":
            self.rests |= self.said
            known = bool(self.said)
            self.days, self.said = EVERY_DAY, frozenset()
            return known
        elif kind != "between":
            times = (0, DAY) if kind == "always" else _times_in(text)
            if times is None:
                return False
            self.spans.append(OpenSpan(self.days, *times))
            self.said = frozenset()
        return True


def read_opening_hours(text: str | None) -> tuple[OpenSpan, ...] | None:
    """Return the spans in what a shop wrote: 每天7:00–20:00，周一休息.

    Times without days are those of every day, and a day on which the shop rests is none of them.
    Of a text of which any part cannot be read, or that says nothing of a day it names, nothing is
    known: None.
    """
    narrow, reading, place = _narrow(text or ""), _Reading(), 0
    while place < len(narrow):
        token = _TOKEN.match(narrow, place)
        if token is None or not reading.take(token.lastgroup or "", token[0]):
            return None
        place = token.end()
    if reading.said or not reading.spans:
        return None
    return tuple(
        OpenSpan(one.weekdays - reading.rests, one.opens, one.closes) for one in reading.spans
    )


def is_open(spans: Iterable[OpenSpan], at: datetime) -> bool:
    """Return whether a shop is open at an instant on the community's wall clock.

    The first minute of a span is open, the minute it ends at is not.
    """
    minute, today = at.hour * HOUR + at.minute, at.weekday()
    return any(
        (today in one.weekdays and one.opens <= minute < one.closes)
        or ((today - 1) % 7 in one.weekdays and minute < one.closes - DAY)
        for one in spans
    )


def _narrow(text: str) -> str:
    """Return what was written without blanks, in half width, its times in digits."""
    plain = re.sub(r"\s+", "", DASH.sub("-", fold(text))).translate(_SIMPLIFIED)
    plain = re.sub(r"(?<=[周期拜和及、,-])天", "日", re.sub(r"[~至到]", "-", plain))
    return re.sub(r"十[一二]?|[一二三四五六七八九](?=点)", _to_digits, plain)


def _to_digits(found: re.Match[str]) -> str:
    return str(_NUMERALS.index(found[0]))


def _days_in(text: str) -> frozenset[int]:
    """Return the days of 周一-五, of 周一、三、五, or of a word for several."""
    named = re.findall(rf"(-?)(?:周|星期|礼拜)?([{_WEEK}])", text)
    if not named or text in _NAMED:
        return _NAMED.get(text, EVERY_DAY)
    days: list[int] = []
    for through, letter in named:
        day = _WEEK.index(letter)
        first = days[-1] + 1 if through else day
        days += (one % 7 for one in range(first, day + 1 if first <= day else day + 8))
    return frozenset(days)


def _times_in(text: str) -> tuple[int, int] | None:
    """Return the two ends of a span in minutes; None where they make none.

    A later time without a part of the day is of the same part: 下午5点-7点. A night that ends
    without one is believed only where it cannot be a day: 18:00-2:00, but not 11:00-1:00.
    """
    first, last = (_TIME_PARTS.match(one) for one in text.split("-"))
    if first is None or last is None or not re.search("[:点时]", text):
        return None
    begin, end = _as_written(first), _as_written(last)
    opens = _minutes_in(begin, first[1])
    closes = _minutes_in(end, last[1] or (first[1] if end > begin else None))
    if closes <= opens:
        if last[1] is None and end >= HOUR and opens < _NO_MORNING:
            return None
        closes += DAY
        if closes - opens > LONGEST_NIGHT:
            return None
    return None if opens >= DAY or closes > 2 * DAY else (opens, closes)


def _as_written(time: re.Match[str]) -> int:
    """Return the minutes of a time, whatever its part of the day."""
    hour, minute = int(time[2]), time[3]
    return hour * HOUR + (30 if minute == "半" else int(minute or 0))


def _minutes_in(written: int, part: str | None) -> int:
    """Return the minutes after midnight of a time that was written with a part of the day."""
    hour = written // HOUR
    if part == "凌晨" and hour == HALF // HOUR:
        return written - HALF
    return written + HALF if part and hour in _LATER_HALF.get(part, ()) else written
