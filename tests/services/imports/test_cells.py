from collections.abc import Callable
from contextlib import suppress
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.rules.money import Permille
from loyalty.services.deeds.points import MOST_POINTS, format_points
from loyalty.services.imports.cells import (
    read_home,
    read_person_name,
    read_place,
    read_rate,
    read_text,
    read_yes_or_no,
    strip_remark,
)
from loyalty.services.imports.days import read_day
from loyalty.services.imports.hours import read_points
from loyalty.services.imports.layout import Cell, CellRefusedError, RowFaultCode, Surroundings


@given(st.integers(1, 999).map(Permille))
def test_a_rate_is_the_same_however_it_is_written(pay: Permille) -> None:
    share = Decimal(pay)

    assert read_rate(f"{share / 10}%") == pay
    assert read_rate(str(share / 1000)) == pay
    if pay >= 100:
        assert (
            read_rate(f"{share / 100}")
            == read_rate(f"{share / 100}折")
            == read_rate(str(pay))
            == pay
        )


@given(st.integers(1, MOST_POINTS))
def test_points_come_back_as_they_were_written(hundredths: int) -> None:
    assert read_points(format_points(hundredths)) == hundredths


@given(st.dates(date(1000, 1, 1)))
def test_a_day_is_the_same_however_it_is_written(written: date) -> None:
    year, month, number = written.year, written.month, written.day

    assert read_day(str(written)) == written
    assert read_day(f"{year}/{month}/{number}") == written
    assert read_day(f"{year}年{month}月{number}日") == written
    assert read_day(written.strftime("%Y%m%d")) == written


@given(st.text())
def test_a_text_that_is_taken_starts_no_formula(cell: str) -> None:
    try:
        taken = read_text(cell)
    except CellRefusedError:
        return
    assert not taken.startswith(("=", "@", "+"))


@given(st.text(max_size=10))
def test_no_cell_breaks_its_reader(cell: str) -> None:
    for read in (read_yes_or_no, read_day, read_points, read_rate):
        with suppress(CellRefusedError):
            assert read(cell) is not None


@pytest.mark.parametrize("cell", ["是", "TRUE", "√", "１", " 同 意 ", "Yes"])
def test_a_tick_is_a_yes(cell: str) -> None:
    assert read_yes_or_no(cell)


@pytest.mark.parametrize("cell", ["否", "FALSE", "×", "0", "不同意", "No"])
def test_a_cross_is_a_no(cell: str) -> None:
    assert not read_yes_or_no(cell)


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
        "张三3-501",
        "张三和李四",
        "张三-李四",
        "张三→李四",
        "王芳 李明 张三",
        "欧阳修 李四",
        "张三(妻)李四",
        "张三及家人",
        "张三等3人",
        "张三夫妇",
    ],
)
def test_two_names_in_one_cell_are_told(cell: str) -> None:
    with pytest.raises(CellRefusedError) as refusal:
        read_person_name(cell)
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
        "陈和平",
        "李 和 平",
        "夏侯 惇",
        "王芳*",
    ],
)
def test_one_name_is_one_person_whatever_stands_between_its_letters(cell: str) -> None:
    assert read_person_name(cell)


@pytest.mark.parametrize("cell", ["王?", "王？芳", "王*芳", "王*", "王**", "张XX", "张×", "王□"])
def test_a_name_with_a_letter_lost_or_covered_is_told(cell: str) -> None:
    with pytest.raises(CellRefusedError) as refusal:
        read_person_name(cell)
    assert refusal.value.code == RowFaultCode.DAMAGED_TEXT


@pytest.mark.parametrize("read", [read_person_name, read_place, read_home])
@pytest.mark.parametrize("cell", ["无", "NULL", "nan", "(null)", "N/A", "……"])
def test_a_word_for_nothing_is_neither_a_name_nor_a_place(
    read: Callable[[str], str], cell: str
) -> None:
    with pytest.raises(CellRefusedError) as refusal:
        read(cell)
    assert refusal.value.code == RowFaultCode.REQUIRED


@pytest.mark.parametrize("read", [read_person_name, read_place, read_home])
@pytest.mark.parametrize("cell", ["同上", "同 上", "〃", '"'])
def test_what_points_to_the_row_above_is_told(read: Callable[[str], str], cell: str) -> None:
    with pytest.raises(CellRefusedError) as refusal:
        read(cell)
    assert refusal.value.code == RowFaultCode.AS_ABOVE


def test_a_number_alone_is_nobodys_name() -> None:
    with pytest.raises(CellRefusedError) as refusal:
        read_person_name("123")
    assert refusal.value.code == RowFaultCode.REQUIRED


@pytest.mark.parametrize("cell", ["1、张三", "1.张三", "（1）张三", "12) 张三", "1．张三（女）"])
def test_the_number_before_a_name_is_no_part_of_it(cell: str) -> None:
    assert strip_remark(Cell(cell), Surroundings("姓名", [])).text == "张三"


@pytest.mark.parametrize(
    "cell",
    [
        "3-501/3-502",
        "3-501、3-502",
        "3栋501；3栋502",
        "3-501 3-502",
        "1-1-07和1-1-08",
        "3-501、502",
        "3栋501室、502室",
        "1-1-07，08",
        "3栋501和502",
    ],
)
def test_two_homes_in_one_cell_are_told(cell: str) -> None:
    with pytest.raises(CellRefusedError) as refusal:
        read_home(cell)
    assert refusal.value.code == RowFaultCode.TWO_THINGS


@pytest.mark.parametrize("cell", ["3号楼，501", "12号、501", "3-501", "和平路12号3栋501室"])
def test_one_home_may_be_written_in_parts(cell: str) -> None:
    assert read_home(cell) == cell


@pytest.mark.parametrize("cell", ["3/2/501", "2栋1单元,301", "3栋2单元 501室", "3栋/501"])
def test_what_stands_between_the_parts_of_an_address_makes_no_two(cell: str) -> None:
    assert read_home(cell) == cell


@pytest.mark.parametrize(
    "cell",
    [
        *("2001-03-02", "2001/3/2", "3月2日", "2-Mar", "Mar-02", "2-Mar-26", "2026年3月"),
        *("三月二日", "二〇二六年三月二日"),
    ],
)
def test_what_excel_makes_of_an_address_is_told_in_a_text_too(cell: str) -> None:
    with pytest.raises(CellRefusedError) as refusal:
        read_place(cell)
    assert refusal.value.code == RowFaultCode.TURNED_DATE


@pytest.mark.parametrize("cell", ["3-2", "3-2-501", "03-02-501", "1-1-07", "3/2", "3月花园2栋"])
def test_an_address_of_numbers_is_one(cell: str) -> None:
    assert read_place(cell) == cell


@pytest.mark.parametrize("cell", ["3栋501 13800138000", "13800138000 3栋", "3栋501，13900139000"])
def test_a_number_beside_an_address_is_told(cell: str) -> None:
    with pytest.raises(CellRefusedError) as refusal:
        read_place(cell)
    assert refusal.value.code == RowFaultCode.TWO_THINGS
