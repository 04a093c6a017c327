from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.rules.opening_hours import DAY, OpenSpan, is_open, read_opening_hours
from tests.given import NOON

WEDNESDAY = NOON.replace(hour=0)


def at(hour: int, minute: int = 0, *, day: int = 0) -> datetime:
    """Return an instant so many days after that Wednesday."""
    return NOON.replace(day=WEDNESDAY.day + day, hour=hour, minute=minute)


def span(days: str, opens: float, closes: float) -> OpenSpan:
    return OpenSpan(frozenset(map(int, days)), round(opens * 60), round(closes * 60))


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("每天7:00–20:00", [span("0123456", 7, 20)]),
        ("7:00-20:00", [span("0123456", 7, 20)]),
        ("每天７：００～２０：００，周一休息。", [span("123456", 7, 20)]),
        ("早7点到晚8点", [span("0123456", 7, 20)]),
        ("早上七点半至晚上九点", [span("0123456", 7.5, 21)]),
        ("周一至周五 8:00-18:00；周六 9:00-12:00", [span("01234", 8, 18), span("5", 9, 12)]),
        ("周一到五8:00-18:00，周末9:00-17:30", [span("01234", 8, 18), span("56", 9, 17.5)]),
        ("星期二、四、六 6:30-11:00", [span("135", 6.5, 11)]),
        ("工作日 8:00-12:00，14:00-18:00", [span("01234", 8, 12), span("01234", 14, 18)]),
        ("周六、周日10点-16点", [span("56", 10, 16)]),
        ("周五至周一 9:00-18:00", [span("0456", 9, 18)]),
        ("18:00-2:00", [span("0123456", 18, 26)]),
        ("24小时营业", [span("0123456", 0, 24)]),
        ("營業時間：週一至週日 6點-22點", [span("0123456", 6, 22)]),
        ("7:00-19:00（周一、周三休息）", [span("13456", 7, 19)]),
        ("下午5点-7点", [span("0123456", 17, 19)]),
        ("下午4点-5点半", [span("0123456", 16, 17.5)]),
        ("下午1点-1点半", [span("0123456", 13, 13.5)]),
        ("晚上8点-10点", [span("0123456", 20, 22)]),
        ("晚上8点-12点", [span("0123456", 20, 24)]),
        ("早上9点-晚上12点", [span("0123456", 9, 24)]),
        ("下午6点-夜里12点半", [span("0123456", 18, 24.5)]),
        ("下午6点-凌晨12点", [span("0123456", 18, 24)]),
        ("凌晨12点-6点", [span("0123456", 0, 6)]),
        ("早上8点-12点", [span("0123456", 8, 12)]),
        ("上午9点-中午12点", [span("0123456", 9, 12)]),
        ("中午1点-晚上8点", [span("0123456", 13, 20)]),
        ("中午11点-下午2点", [span("0123456", 11, 14)]),
        ("晚上11点-夜里1点", [span("0123456", 23, 25)]),
        ("晚上8点-2点", [span("0123456", 20, 26)]),
        ("晚5点-夜里5点", [span("0123456", 17, 29)]),
        ("夜里6点-夜里11点", [span("0123456", 18, 23)]),
        ("13:00-1:00", [span("0123456", 13, 25)]),
        ("13:00-3:00", [span("0123456", 13, 27)]),
        ("10:00-0:00", [span("0123456", 10, 24)]),
    ],
)
def test_what_shops_write_is_read(written: str, read: list[OpenSpan]) -> None:
    assert read_opening_hours(written) == tuple(read)


@pytest.mark.parametrize(
    "written",
    [
        *(None, "", "早市", "看天气", "7:00-20:00，节假日除外", "电话预约", "周一", "休息"),
        *("周一休息", "8-20", "8点到6点", "9:00-9:00", "25:00-26:00", "周一8:00-12:00，周二"),
        *("7:00", "11:00-1:00", "12:59-1:00", "中午12点-2点", "晚上12点-早上6点"),
        *("13:00-3:01", "20:00-19:00"),
    ],
)
def test_of_what_cannot_be_read_in_whole_nothing_is_said(written: str | None) -> None:
    assert read_opening_hours(written) is None


LETTERS = "周一二五日至到、，。（）127890:点半早晚凌晨夜里中下午休息每天- "


@given(st.text(alphabet=LETTERS, max_size=30))
def test_no_text_is_too_odd(text: str) -> None:
    for one in read_opening_hours(text) or ():
        assert 0 <= one.opens < one.closes <= 2 * DAY


@pytest.mark.parametrize(
    ("moment", "open_then"),
    [(at(6, 59), False), (at(7), True), (at(19, 59), True), (at(20), False)],
)
def test_the_first_minute_is_open_and_the_last_is_not(moment: datetime, *, open_then: bool) -> None:
    spans = read_opening_hours("每天7:00-20:00") or ()

    assert is_open(spans, moment) is open_then


@pytest.mark.parametrize(
    ("moment", "open_then"),
    [
        (at(17, 59), False),
        (at(18), True),
        (at(23, 59), True),
        (at(1, 59, day=1), True),
        (at(2, 0, day=1), False),
        (at(1, 0), False),
    ],
)
def test_a_night_belongs_to_the_day_it_began_on(moment: datetime, *, open_then: bool) -> None:
    spans = read_opening_hours("周三18:00-2:00") or ()

    assert is_open(spans, moment) is open_then
