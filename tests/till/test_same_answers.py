"""The till and the service reckon and sign alike: each asked the same, in its own language."""

import hashlib
import json
from base64 import urlsafe_b64decode
from typing import Any
from unicodedata import category

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given, settings
from hypothesis import strategies as st

from loyalty.rules.card_number import kind_of, normalise
from loyalty.rules.discount import Basket, Terms, find_basket_fault, quote
from loyalty.rules.money import MAX_FEN, Fen, Permille, Rounding
from tests.till.conftest import Ask

amounts = st.integers(0, MAX_FEN + 1) | st.integers(0, 3000)


@settings(max_examples=300)
@given(
    total=amounts,
    excluded=amounts,
    pay=st.integers(1, 1000),
    rounding=st.sampled_from(Rounding),
    limit=st.none() | amounts,
)
def test_till_and_service_ask_the_same_price(
    ask: Ask, *, total: int, excluded: int, pay: int, rounding: Rounding, limit: int | None
) -> None:
    told = ask(
        "quote",
        total=total,
        excluded=excluded,
        terms={"pay": pay, "rounding": rounding, "limit": limit},
    )

    basket = Basket(total=Fen(total), excluded=Fen(excluded))
    if find_basket_fault(basket) is not None:
        assert told is None
        return
    terms = Terms(
        pay=Permille(pay),
        rounding=rounding,
        excluded_categories=frozenset(),
        discountable_limit=None if limit is None else Fen(limit),
    )
    expected = quote(basket, terms)
    assert told == {
        "total_fen": expected.total,
        "discountable_fen": expected.discountable,
        "payable_fen": expected.payable,
        "saved_fen": expected.saved,
        "pay_permille": expected.pay,
    }


texts = st.text(st.characters(codec="utf-8"), max_size=12)
documents = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | texts,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.from_regex(r"[a-z_]{1,8}", fullmatch=True), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=200)
@given(value=documents)
def test_json_has_one_spelling(ask: Ask, value: Any) -> None:
    assert ask("canonical", value=value) == canonical(value)


TOKEN = "CAAAAAAAAAAAADKICE" + "A2" * 51
codes = st.sampled_from(
    [
        *("12345678901244", "1234 5678 9012 44", "12345678901245", "134567890123456789"),
        *(TOKEN, f"HTTPS://HOST/C/{TOKEN}", f"https://host:8000/a/c/{TOKEN}", "6901234567892"),
        *(
            "wxp://f2f",
            "https://qr.alipay.com/x",
            "0002010102112658",
            "00020100000106",
            "https://host/p/1",
            "abc",
            "",
        ),
    ]
)
around = st.text(
    st.characters(categories=["Cf", "Zs", "Pd", "Cc", "Po"])
    | st.sampled_from("\u3164\u2800\ufe0f\u034f\u1160\u0301卡号ａ０①ıſ\u212aA9%/?#&="),
    max_size=4,
)
anything = st.text(st.characters(exclude_categories=["Cs", "Cn"]), max_size=20)
appended = st.sampled_from(
    ["", "?from=timeline", "#wechat_redirect", "&from=singlemessage", "。", "/"]
)


@settings(max_examples=600)
@given(before=around, code=codes | anything, after=around, more=appended)
def test_a_code_is_read_alike(ask: Ask, *, before: str, code: str, after: str, more: str) -> None:
    text = before + code + more + after

    assert ask("code", text=text) == [normalise(text), kind_of(text).value]


def test_each_character_by_itself_counts_alike_in_a_number(ask: Ask) -> None:
    """All of Unicode that this Python knows, in pieces that keep each from the next."""
    known = [one for one in map(chr, range(0x110000)) if category(one) not in {"Cn", "Cs", "Co"}]
    pieces = [f"1{one}2" for one in known]

    told = ask("codes", texts=pieces)

    assert [
        one for one, text, had in zip(known, pieces, told, strict=True) if had != normalise(text)
    ] == []


def test_sales_are_numbered_chained_and_signed_by_the_device(ask: Ask) -> None:
    point = from_base64url(ask("pair"))
    assert len(point) == 65
    key = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point)
    previous = "0" * 64
    for number in range(1, 4):
        sale = {
            "idempotency_key": f"00000000-0000-4000-8000-{number:012}",
            "happened_at": "2026-12-09T04:00:00.000Z",
            "code": "12345678901244",
            "total_fen": 1290,
            "payable_fen": 1096,
        }
        device = ask("seal", sale=sale)["device"]

        signature = device.pop("signature")
        assert len(signature) == 86
        assert device == {"number": number, "previous": previous}
        signed = b"loyalty sale v1\0" + canonical({**sale, "device": device}).encode()
        verify(key, signature, signed)
        with pytest.raises(InvalidSignature):
            verify(key, signature, signed + b" ")
        previous = hashlib.sha256(signed).hexdigest()


def test_another_pairing_begins_another_chain(ask: Ask) -> None:
    first = ask("pair")
    ask("seal", sale={"code": "1"})
    second = ask("pair")

    device = ask("seal", sale={"code": "2"})["device"]

    assert first != second
    assert (device["number"], device["previous"]) == (1, "0" * 64)


def canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def verify(key: EllipticCurvePublicKey, signature: str, signed: bytes) -> None:
    """Raise InvalidSignature unless the raw signature, r and s, is the key's."""
    raw = from_base64url(signature)
    halves = (int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key.verify(encode_dss_signature(*halves), signed, ECDSA(SHA256()))


def from_base64url(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
