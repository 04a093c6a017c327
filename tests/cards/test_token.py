from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from loyalty.cards.keys import key_id_of, make_signing_key
from loyalty.cards.revocations import PURPOSE as REVOCATIONS_PURPOSE
from loyalty.cards.signing import TokenSigner
from loyalty.cards.token import (
    PURPOSE,
    BadTokenError,
    CardClaims,
    ForgedTokenError,
    make_card_url,
    read_claims,
    sign_token,
    token_in,
    verify_token,
)
from loyalty.rules.card_number import CodeKind, kind_of, number_of

KEY = make_signing_key()
CLAIMS = CardClaims(KEY.key_id, "123456789012", pay_permille=850, honour_number=2, months=1)
TOKEN = sign_token(CLAIMS, KEY.private)

claims_of_any_card = st.builds(
    CardClaims,
    key_id=st.just(KEY.key_id),
    serial=st.integers(0, 10**12 - 1).map("{:012}".format),
    pay_permille=st.integers(1, 1000),
    honour_number=st.integers(1, 63),
    months=st.integers(1, 12),
)


def signed(payload: bytes, purpose: bytes = PURPOSE) -> str:
    """Return a token of our key over a payload that `sign_token` might refuse to make."""
    return TokenSigner(KEY.private, purpose=purpose).sign(payload).decode()


def payload_of(  # noqa: PLR0917 - the six fields in the order of the law
    version: int, key_id: int, serial: int, pay_permille: int, honour_number: int, months: int
) -> bytes:
    widths = (4, 24, 40, 10, 6, 4)
    fields = (version, key_id, serial, pay_permille, honour_number, months)
    bits = "".join(f"{field:0{width}b}" for field, width in zip(fields, widths, strict=True))
    return int(bits, 2).to_bytes(11, "big")


@given(claims=claims_of_any_card)
def test_a_signed_card_reads_back(claims: CardClaims) -> None:
    token = sign_token(claims, KEY.private)

    assert verify_token(token, KEY.public) == read_claims(token) == claims
    assert len(token) == 120


def test_the_bits_stand_where_the_law_puts_them() -> None:
    payload = payload_of(1, int(KEY.key_id, 16), 123_456_789_012, 850, 2, 1)

    assert sign_token(CLAIMS, KEY.private) == signed(payload)


def test_a_token_knows_the_number_printed_on_its_card() -> None:
    assert CLAIMS.number == number_of("123456789012")


@given(bit=st.integers(0, 599))
def test_one_flipped_bit_is_refused(bit: int) -> None:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
    place, bit_of_letter = divmod(bit, 5)
    flipped = alphabet[alphabet.index(TOKEN[place]) ^ 16 >> bit_of_letter]

    with pytest.raises((BadTokenError, ForgedTokenError)):
        verify_token(TOKEN[:place] + flipped + TOKEN[place + 1 :], KEY.public)


@pytest.mark.parametrize(
    "text",
    [
        "",
        TOKEN.lower(),
        TOKEN[:-1] + TOKEN[-1].lower(),
        TOKEN[:-1],
        TOKEN[:-1] + "=",
        TOKEN[:-8] + "=" * 8,
        TOKEN + "=",
        TOKEN + "=" * 8,
        TOKEN + "A",
        TOKEN + "AAAAAAAA",
        TOKEN + "\n",
        TOKEN + " ",
        " " + TOKEN[1:],
        TOKEN[:60] + "-" + TOKEN[60:],
        *(TOKEN[:-1] + letter for letter in "0189+/_-.é\0\ud800"),
        "\N{FULLWIDTH LATIN CAPITAL LETTER C}" + TOKEN[1:],
        f"HTTPS://LOYALTY.EXAMPLE/C/{TOKEN}",
    ],
)
def test_a_token_has_one_spelling(text: str) -> None:
    with pytest.raises(BadTokenError):
        read_claims(text)
    with pytest.raises(BadTokenError):
        verify_token(text, KEY.public)


@pytest.mark.parametrize(
    "edge",
    [
        {"serial": "000000000000"},
        {"serial": "999999999999"},
        {"pay_permille": 1},
        {"pay_permille": 1000},
        {"honour_number": 1},
        {"honour_number": 63},
        {"months": 1},
        {"months": 12},
    ],
)
def test_both_ends_of_each_field_are_included(edge: dict[str, Any]) -> None:
    claims = replace(CLAIMS, **edge)

    assert verify_token(sign_token(claims, KEY.private), KEY.public) == claims


@pytest.mark.parametrize(
    "field",
    [
        {"key_id": "12345"},
        {"key_id": "1234567"},
        {"key_id": "ABCDEF"},
        {"serial": "12345678901"},
        {"serial": "1234567890123"},
        {"serial": "١٢٣٤٥٦٧٨٩٠١٢"},
        {"pay_permille": 0},
        {"pay_permille": 1001},
        {"honour_number": 0},
        {"honour_number": 64},
        {"months": 0},
        {"months": 13},
    ],
)
def test_claims_out_of_range_cannot_be_made(field: dict[str, Any]) -> None:
    with pytest.raises(BadTokenError):
        replace(CLAIMS, **field)


@pytest.mark.parametrize(
    "fields",
    [
        (0, 10**12 - 1, 850, 2, 1),
        (2, 10**12 - 1, 850, 2, 1),
        (15, 10**12 - 1, 850, 2, 1),
        (1, 10**12, 850, 2, 1),
        (1, 2**40 - 1, 850, 2, 1),
        (1, 0, 0, 2, 1),
        (1, 0, 1001, 2, 1),
        (1, 0, 1023, 2, 1),
        (1, 0, 850, 0, 1),
        (1, 0, 850, 2, 0),
        (1, 0, 850, 2, 13),
        (1, 0, 850, 2, 15),
    ],
)
def test_our_own_signature_does_not_excuse_a_field_out_of_range(fields: tuple[int, ...]) -> None:
    version, *others = fields
    token = signed(payload_of(version, int(KEY.key_id, 16), *others))

    with pytest.raises(BadTokenError):
        verify_token(token, KEY.public)


def test_a_card_of_another_key_is_forged() -> None:
    with pytest.raises(ForgedTokenError):
        verify_token(TOKEN, make_signing_key().public)


def test_a_stranger_who_names_our_key_is_caught() -> None:
    stranger = make_signing_key()
    payload = payload_of(1, int(KEY.key_id, 16), 0, 850, 2, 1)
    token = TokenSigner(stranger.private, purpose=PURPOSE).sign(payload).decode()

    with pytest.raises(ForgedTokenError):
        verify_token(token, KEY.public)


def test_a_token_that_names_another_key_than_its_own_is_forged() -> None:
    token = signed(payload_of(1, int(KEY.key_id, 16) ^ 1, 0, 850, 2, 1))

    with pytest.raises(ForgedTokenError):
        verify_token(token, KEY.public)


def test_a_signature_of_a_revocation_list_makes_no_card() -> None:
    payload = payload_of(1, int(KEY.key_id, 16), 0, 850, 2, 1)

    assert verify_token(signed(payload), KEY.public)
    with pytest.raises(ForgedTokenError):
        verify_token(signed(payload, purpose=REVOCATIONS_PURPOSE), KEY.public)
    with pytest.raises(ForgedTokenError):
        verify_token(signed(payload, purpose=b""), KEY.public)


def test_a_card_is_signed_by_the_key_it_names() -> None:
    other = make_signing_key()

    with pytest.raises(BadTokenError):
        sign_token(CLAIMS, other.private)
    with pytest.raises(BadTokenError):
        # The public half in the place of the private one is a mistake, not another key.
        sign_token(replace(CLAIMS, key_id=key_id_of(KEY.public)), KEY.public)


@pytest.mark.parametrize(
    "text",
    [
        TOKEN,
        f"HTTPS://LOYALTY.EXAMPLE/C/{TOKEN}",
        f"https://loyalty.example/c/{TOKEN}",
        f"Https://Loyalty.Example:8443/C/{TOKEN}",
        f"http://127.0.0.1:8000/c/{TOKEN}",
        f"http://[::1]:8000/c/{TOKEN}",
        f"https://market.example/tianyuan/C/{TOKEN}",
        f"https://market.example/cards/tianyuan/c/{TOKEN}",
    ],
)
def test_a_token_is_found_bare_and_at_the_end_of_its_url(text: str) -> None:
    assert token_in(text) == TOKEN
    assert kind_of(text) is CodeKind.TOKEN


@pytest.mark.parametrize(
    "text",
    [
        "",
        "12345678901234",
        TOKEN.lower(),
        TOKEN + "A",
        TOKEN + "=",
        TOKEN + "\n",
        f" {TOKEN}",
        f"/C/{TOKEN}",
        f"LOYALTY.EXAMPLE/C/{TOKEN}",
        f"HTTPS:///C/{TOKEN}",
        f"HTTPS://C/{TOKEN}",
        f"FTP://LOYALTY.EXAMPLE/C/{TOKEN}",
        f"HTTPS://LOYALTY.EXAMPLE/{TOKEN}",
        f"HTTPS://LOYALTY.EXAMPLE/P/{TOKEN}",
        f"HTTPS://LOYALTY.EXAMPLE/C/{TOKEN}/",
        f"HTTPS://LOYALTY.EXAMPLE/C/{TOKEN}?a=1",
        f"HTTPS://LOYALTY.EXAMPLE/C/{TOKEN}#A",
        f"HTTPS://LOYALTY.EXAMPLE/?A=/C/{TOKEN}",
        f"HTTPS://LOYALTY.EXAMPLE/C/{TOKEN.lower()}",
        f"HTTPS://LOYALTY EXAMPLE/C/{TOKEN}",
    ],
)
def test_nothing_else_holds_a_token(text: str) -> None:
    assert token_in(text) is None


@pytest.mark.parametrize(
    ("base_url", "url"),
    [
        ("https://loyalty.example", f"https://loyalty.example/C/{TOKEN}"),
        ("https://loyalty.example/", f"https://loyalty.example/C/{TOKEN}"),
        ("http://127.0.0.1:8000", f"http://127.0.0.1:8000/C/{TOKEN}"),
        ("https://market.example/tianyuan/", f"https://market.example/tianyuan/C/{TOKEN}"),
    ],
)
def test_the_url_of_a_card_begins_as_every_phone_knows_it_and_holds_its_token(
    base_url: str, url: str
) -> None:
    assert make_card_url(base_url, TOKEN) == url
    assert token_in(url) == TOKEN
