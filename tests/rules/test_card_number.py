import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from loyalty.rules.card_number import (
    CodeKind,
    group_digits,
    kind_of,
    normalise,
    number_of,
    serial_of,
)
from loyalty.rules.errors import BadNumberError, LoyaltyError

TOKEN = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567" * 3 + "ABCDEFGHIJKLMNOPQRSTUVWX"

serials = st.integers(0, 10**12 - 1).map("{:012d}".format)


@pytest.mark.parametrize(
    ("serial", "number"),
    [
        ("123456789012", "12345678901244"),
        ("000000000000", "00000000000098"),
        ("000000000001", "00000000000195"),
        ("999999999999", "99999999999948"),
        ("000000000794", "00000000079444"),
    ],
)
def test_two_check_digits_follow_the_serial(serial: str, number: str) -> None:
    assert number_of(serial) == number
    assert int(number) % 97 == 1


@given(serial=serials)
def test_the_serial_comes_back_from_the_number(serial: str) -> None:
    assert serial_of(number_of(serial)) == serial
    assert int(number_of(serial)) % 97 == 1


@given(serial=serials, at=st.integers(0, 13), digit=st.sampled_from("0123456789"))
def test_any_single_wrong_digit_is_caught(serial: str, at: int, digit: str) -> None:
    number = number_of(serial)
    assume(number[at] != digit)
    wrong = number[:at] + digit + number[at + 1 :]

    with pytest.raises(BadNumberError):
        serial_of(wrong)
    assert kind_of(wrong) is CodeKind.BAD


# It begins as where a shop is paid begins, which is always longer.
@example(serial="000201000000", at=11)
@given(serial=serials, at=st.integers(0, 12))
def test_any_two_neighbours_exchanged_are_caught(serial: str, at: int) -> None:
    number = number_of(serial)
    assume(number[at] != number[at + 1])
    wrong = number[:at] + number[at + 1] + number[at] + number[at + 2 :]

    with pytest.raises(BadNumberError):
        serial_of(wrong)
    assert kind_of(wrong) is CodeKind.BAD


@given(serial=serials)
def test_a_number_has_one_spelling(serial: str) -> None:
    right = number_of(serial)
    spellings = [f"{serial}{check:02d}" for check in range(100)]

    accepted = [number for number in spellings if kind_of(number) is CodeKind.CARD_NUMBER]

    assert accepted == [right]


@pytest.mark.parametrize(
    "number",
    [
        "",
        "1234567890124",
        "123456789012440",
        "1234 5678 9012 44",
        "１２３４５６７８９０１２４４",
        "١٢٣٤٥٦٧٨٩٠١٢٤٤",
        "12345678901244\n",
        "-2345678901244",
    ],
)
def test_anything_but_fourteen_plain_digits_is_no_number(number: str) -> None:
    with pytest.raises(BadNumberError):
        serial_of(number)


@pytest.mark.parametrize("serial", ["", "12345678901", "1234567890123", "12345678901x"])
def test_anything_but_twelve_digits_is_no_serial(serial: str) -> None:
    with pytest.raises(BadNumberError, match="12 digits"):
        number_of(serial)


def test_a_bad_number_is_a_refusal_told_in_a_sentence() -> None:
    with pytest.raises(LoyaltyError) as refusal:
        serial_of("12345678901245")

    assert refusal.value.detail == "The check digits of the number are wrong."


def test_a_number_is_printed_in_four_groups() -> None:
    assert group_digits("12345678901244") == "1234 5678 9012 44"


@given(serial=serials)
def test_the_printed_number_is_read_like_the_scanned_one(serial: str) -> None:
    number = number_of(serial)

    assert normalise(group_digits(number)) == number
    assert kind_of(group_digits(number)) is CodeKind.CARD_NUMBER


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        (" 12345678901244\r\n", "12345678901244"),
        ("1234-5678-9012-44", "12345678901244"),
        ("１２３４　５６７８－９０１２—４４", "12345678901244"),
        ("١٢٣٤ ٥٦٧٨ ٩٠١٢ ٤٤", "12345678901244"),
        ("۱۲۳۴ ۵۶۷۸ ۹۰۱۲ ۴۴", "12345678901244"),
        ("1234 5678 9012 44\n来自iPhone", "12345678901244"),
        ("卡号：1234 5678 9012 44。发自我的 iPhone", "12345678901244"),
        ("12345678901244abc", "12345678901244abc"),
        ("12345678901244 来自 X5", "12345678901244 来自 X5"),
        ("https://m.example/12345678901244", "https://m.example/12345678901244"),
        ("ＡＢ－１２ ", "AB-12"),
        ("a b", "a b"),
        ("- -", "- -"),
        ("", ""),
    ],
)
def test_a_text_becomes_what_a_scanner_would_have_sent(text: str, normal: str) -> None:
    assert normalise(text) == normal


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("09" + "0" * 16, CodeKind.BAD),
        ("10" + "0" * 16, CodeKind.PAYMENT_CODE),
        ("15" + "9" * 16, CodeKind.PAYMENT_CODE),
        ("1312 3456 7890 1234 56", CodeKind.PAYMENT_CODE),
        ("16" + "0" * 16, CodeKind.BAD),
        ("10" + "0" * 15, CodeKind.BAD),
        ("10" + "0" * 17, CodeKind.BAD),
        ("24" + "0" * 14, CodeKind.BAD),
        ("25" + "0" * 13, CodeKind.BAD),
        ("25" + "0" * 14, CodeKind.PAYMENT_CODE),
        ("28" + "0" * 16, CodeKind.PAYMENT_CODE),
        ("30" + "0" * 22, CodeKind.PAYMENT_CODE),
        ("30" + "0" * 23, CodeKind.BAD),
        ("31" + "0" * 14, CodeKind.BAD),
    ],
)
def test_payment_codes_are_told_by_length_and_first_digits(code: str, kind: CodeKind) -> None:
    assert kind_of(code) is kind


@pytest.mark.parametrize(
    ("digits", "kind"),
    [
        (7, CodeKind.BAD),
        (8, CodeKind.GOODS_BARCODE),
        (9, CodeKind.BAD),
        (11, CodeKind.BAD),
        (12, CodeKind.GOODS_BARCODE),
        (13, CodeKind.GOODS_BARCODE),
        (15, CodeKind.BAD),
    ],
)
def test_goods_barcodes_are_told_by_length(digits: int, kind: CodeKind) -> None:
    assert kind_of("6" * digits) is kind


@pytest.mark.parametrize(
    "text",
    [
        TOKEN,
        f"HTTPS://CARDS.EXAMPLE/C/{TOKEN}",
        f"https://cards.example:8443/tianyuan/c/{TOKEN}",
        f" http://localhost/C/{TOKEN}\n",
    ],
)
def test_a_token_is_read_bare_or_at_the_end_of_an_address(text: str) -> None:
    assert kind_of(text) is CodeKind.TOKEN


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        TOKEN[:-1],
        TOKEN + "A",
        TOKEN.lower(),
        "1" + TOKEN[1:],
        f"https://cards.example/D/{TOKEN}",
        f"https://cards.example/{TOKEN}",
        f"https:///C/{TOKEN}",
        f"ftp://cards.example/C/{TOKEN}",
        f"https://cards.example/?/C/{TOKEN}",
        f"/C/{TOKEN}",
        f"https://cards.example/C/{TOKEN}A?from=timeline",
        f"https://cards.example/C/{TOKEN}a",
        f"https://cards.example/C/{TOKEN}=",
        f"{TOKEN}=",
        f"https://cards.example/C/{TOKEN.lower()}",
        f"AB{TOKEN[2:]} {TOKEN}",
        "INV12345678901244",
        "3张 12345678901244",
        "12345678901244/1",
    ],
)
def test_what_is_nothing_known_is_no_card(text: str) -> None:
    assert kind_of(text) in {CodeKind.BAD, CodeKind.WEB_ADDRESS}


@given(text=st.text(max_size=200))
def test_any_text_has_a_kind(text: str) -> None:
    assert kind_of(text) is kind_of(normalise(text))
