from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.rules.money import Permille
from loyalty.services.import_cells import named, placed, rate, text, yes_or_no
from loyalty.services.import_days import day
from loyalty.services.import_hours import hundredths_in as points
from loyalty.services.import_layout import CellRefusedError, RowFaultCode
from loyalty.services.points import MOST_POINTS, as_written


@given(st.integers(1, 999).map(Permille))
def test_a_rate_is_the_same_however_it_is_written(pay: Permille) -> None:
    share = Decimal(pay)

    assert rate(f"{share / 10}%") == pay
    assert rate(str(share / 1000)) == pay
    if pay >= 100:
        assert rate(f"{share / 100}") == rate(f"{share / 100}折") == rate(str(pay)) == pay


@given(st.integers(1, MOST_POINTS))
def test_points_come_back_as_they_were_written(hundredths: int) -> None:
    assert points(as_written(hundredths)) == hundredths


@given(st.dates(date(1000, 1, 1)))
def test_a_day_is_the_same_however_it_is_written(written: date) -> None:
    year, month, number = written.year, written.month, written.day

    assert day(str(written)) == written
    assert day(f"{year}/{month}/{number}") == written
    assert day(f"{year}年{month}月{number}日") == written
    assert day(written.strftime("%Y%m%d")) == written


@given(st.text())
def test_a_text_that_is_taken_starts_no_formula(cell: str) -> None:
    try:
        taken = text(cell)
    except CellRefusedError:
        return
    assert not taken.startswith(("=", "@", "+"))


@given(st.text(max_size=10))
def test_no_cell_breaks_its_reader(cell: str) -> None:
    for read in (yes_or_no, day, points, rate):
        with suppress(CellRefusedError):
            assert read(cell) is not None


@pytest.mark.parametrize("cell", ["是", "TRUE", "√", "１", " 同 意 ", "Yes"])
def test_a_tick_is_a_yes(cell: str) -> None:
    assert yes_or_no(cell)


@pytest.mark.parametrize("cell", ["否", "FALSE", "×", "0", "不同意", "No"])
def test_a_cross_is_a_no(cell: str) -> None:
    assert not yes_or_no(cell)


@pytest.mark.parametrize(
    "cell",
    [
        "张三、李四",
        "张三，李四",
        "张三/李四",
        "张三;李四",
        "张三 和 李四",
        "Li Si/Wang Wu",
        "张三(已故)",
        "张三 李四",
        "张三13800138000",
        "张三 3栋501",
    ],
)
def test_two_names_in_one_cell_are_told(cell: str) -> None:
    with pytest.raises(CellRefusedError) as refusal:
        named(cell)
    assert refusal.value.code == RowFaultCode.TWO_THINGS


@pytest.mark.parametrize(
    "cell",
    [
        "张三",
        "李和平",
        "买买提·吐尔逊",
        "孙 燕莲",
        "Smith, John",
        "O'Neil-Li",
        "欧阳 娜娜",
        "买买提 吐尔逊",
        "张3",
    ],
)
def test_one_name_is_one_person_whatever_stands_between_its_letters(cell: str) -> None:
    assert named(cell)


@pytest.mark.parametrize(
    "cell", ["2001-03-02", "2001/3/2", "3月2日", "2-Mar", "Mar-02", "2-Mar-26", "2026年3月"]
)
def test_what_excel_makes_of_an_address_is_told_in_a_text_too(cell: str) -> None:
    with pytest.raises(CellRefusedError) as refusal:
        placed(cell)
    assert refusal.value.code == RowFaultCode.TURNED_DATE


@pytest.mark.parametrize("cell", ["3-2", "3-2-501", "03-02-501", "1-1-07", "3/2", "3月花园2栋"])
def test_an_address_of_numbers_is_one(cell: str) -> None:
    assert placed(cell) == cell


@pytest.mark.parametrize("cell", ["3栋501 13800138000", "13800138000 3栋", "3栋501，13900139000"])
def test_a_number_beside_an_address_is_told(cell: str) -> None:
    with pytest.raises(CellRefusedError) as refusal:
        placed(cell)
    assert refusal.value.code == RowFaultCode.TWO_THINGS
