import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.rules.money import (
    MAX_FEN,
    WHOLE,
    Fen,
    Permille,
    Rounding,
    format_yuan,
    parse_yuan,
    pay_in_words,
    payable_on,
    yuan_in_words,
)

fen = st.integers(0, MAX_FEN).map(Fen)
permilles = st.integers(1, WHOLE).map(Permille)


@pytest.mark.parametrize(("rounding", "payable"), [(Rounding.FEN, 1096), (Rounding.JIAO, 1090)])
def test_a_basket_of_12_yuan_90_is_cut_down_to_the_agreed_coin(
    rounding: Rounding, payable: int
) -> None:
    assert payable_on(Fen(1290), pay=Permille(850), rounding=rounding) == payable


def test_the_fen_is_the_coin_unless_another_is_agreed() -> None:
    assert payable_on(Fen(1290), pay=Permille(850)) == 1096


def test_an_exact_price_is_not_cut() -> None:
    assert payable_on(Fen(2000), pay=Permille(850)) == 1700
    assert payable_on(Fen(2000), pay=Permille(850), rounding=Rounding.JIAO) == 1700


@given(discountable=fen, pay=permilles)
def test_never_rounds_up_and_drops_less_than_a_fen(discountable: Fen, pay: Permille) -> None:
    dropped = discountable * pay - payable_on(discountable, pay=pay) * WHOLE

    assert 0 <= dropped < WHOLE


@given(discountable=fen, pay=permilles)
def test_jiao_drop_less_than_ten_fen_more(discountable: Fen, pay: Permille) -> None:
    in_fen = payable_on(discountable, pay=pay)
    in_jiao = payable_on(discountable, pay=pay, rounding=Rounding.JIAO)

    assert in_jiao % 10 == 0
    assert 0 <= in_fen - in_jiao < 10


@given(discountable=fen, more=fen, pay=permilles)
def test_more_goods_never_cost_less(discountable: Fen, more: Fen, pay: Permille) -> None:
    larger = Fen(discountable + more)

    assert payable_on(discountable, pay=pay) <= payable_on(larger, pay=pay)


@given(amount=fen)
def test_the_whole_price_is_the_price(amount: Fen) -> None:
    assert payable_on(amount, pay=WHOLE) == amount


@pytest.mark.parametrize(
    ("pay", "words"),
    [
        (850, "8.5折"),
        (800, "8折"),
        (825, "8.25折"),
        (805, "8.05折"),
        (1000, "10折"),
        (50, "0.5折"),
    ],
)
def test_a_rate_is_said_as_in_a_shop(pay: int, words: str) -> None:
    assert pay_in_words(Permille(pay)) == words


@pytest.mark.parametrize(
    ("amount", "text"),
    [(1290, "12.90"), (5, "0.05"), (0, "0.00"), (100, "1.00"), (-1290, "-12.90"), (-5, "-0.05")],
)
def test_yuan_have_two_decimals(amount: int, text: str) -> None:
    assert format_yuan(Fen(amount)) == text


@given(amount=fen.filter(bool))
def test_what_is_written_in_yuan_is_read_back(amount: Fen) -> None:
    assert parse_yuan(format_yuan(amount)) == amount


@pytest.mark.parametrize(
    ("written", "amount"), [("12.9", 1290), ("12", 1200), ("0.01", 1), ("100000", 10_000_000)]
)
def test_an_amount_is_read_as_people_write_it(written: str, amount: int) -> None:
    assert parse_yuan(written) == amount


@pytest.mark.parametrize(
    "written", ["", "0", "0.00", "-1", "12.905", "12,90", "1e3", "100000.01", "１２", "12元"]
)
def test_anything_else_is_no_amount(written: str) -> None:
    with pytest.raises(ValueError, match="An amount is above 0"):
        parse_yuan(written)


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        (0, "0.00元"),
        (823_640, "8,236.40元"),
        (999_999, "9,999.99元"),
        (1_000_000, "1万元"),
        (1_000_001, "1万余元"),
        (1_099_999, "1万余元"),
        (1_100_000, "1.1万元"),
        (17_500_000, "17.5万元"),
        (17_530_000, "17.5万余元"),
        (17_000_000, "17万元"),
        (20_000_000, "20万元"),
        (209_000_000, "209万元"),
        (12_345_678_900, "12,345.6万余元"),
        (-823_640, "-8,236.40元"),
        (-17_530_000, "-17.5万余元"),
    ],
)
def test_a_briefing_writes_amounts_in_its_own_manner(amount: int, words: str) -> None:
    assert yuan_in_words(Fen(amount)) == words
