"""A telephone number is stored as it was typed, or refused."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.services.errors import ValueRefusedError
from loyalty.services.imports.cells import read_phone
from loyalty.services.imports.layout import CellRefusedError, RowFaultCode
from loyalty.services.people.phones import to_e164


@pytest.mark.parametrize(
    "written",
    [
        "13800138000",
        "138-0013-8000",
        "138 0013 8000",
        "+86 13800138000",
        "0086 13800138000",
        "86-13800138000",
        "１３８００１３８０００",
        "（+86）138–0013–8000",
        "\u202d13800138000\u202c",
        "138\u00a00013\u30008000",
    ],
)
def test_a_number_is_the_same_however_it_is_grouped(written: str) -> None:
    assert to_e164(written) == "+8613800138000"


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("0991-2345678", "+869912345678"),
        ("(0991) 2345678", "+869912345678"),
        ("400-810-8888", "+864008108888"),
        ("+852 9123 4567", "+85291234567"),
    ],
)
def test_landlines_and_numbers_of_elsewhere_are_read(written: str, stored: str) -> None:
    assert to_e164(written) == stored


@pytest.mark.parametrize(
    "written",
    [
        "13800138OOO",
        "1380013800O",
        "+86 1380013810",
        "+86 138001380000",
        "1.38E+10",
        "13800138000.0",
        "13800138000转801",
        "13800138000 ext 5",
        "tel:13800138000",
        "138001380001390013900",
        "1380013800",
        "2345678",
        "１３８００１３８००〇",
        "138+00138000",
        "",
        "()",
    ],
)
def test_what_may_be_another_number_is_refused(written: str) -> None:
    with pytest.raises(ValueRefusedError):
        to_e164(written)


@given(st.text(st.sampled_from("0123456789 -()+.E转Ol\u202d０１"), max_size=18))
def test_the_digits_stored_are_the_digits_typed(written: str) -> None:
    with suppress(ValueRefusedError):
        digits = "".join(str(int(letter)) for letter in written if letter.isdigit())
        assert digits.removeprefix("00").removeprefix("86").lstrip("0") in to_e164(written)


def test_a_number_that_a_program_held_as_a_number_is_read_in_a_file() -> None:
    assert read_phone("13800138000.0") == "+8613800138000"


@pytest.mark.parametrize(
    "cell",
    [
        "13800138000/13900139000",
        "13800138000、13900139000",
        "13800138000 13900139000",
        "13800138000;0991-2345678",
        "13800138000或13900139000",
        "2345678，13900139000",
    ],
)
def test_two_numbers_in_one_cell_are_told(cell: str) -> None:
    with pytest.raises(CellRefusedError) as refusal:
        read_phone(cell)
    assert refusal.value.code == RowFaultCode.TWO_THINGS
