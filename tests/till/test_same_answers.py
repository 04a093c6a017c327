"""The till and the service reckon and sign alike: each asked the same, in its own language."""

import hashlib
import json
import subprocess
from base64 import urlsafe_b64decode
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given, settings
from hypothesis import strategies as st

from loyalty.cards.revocations import BadListError, ForgedListError, verify_list
from loyalty.rules.calendar import CARD_MONTHS, Month, validity
from loyalty.rules.card_state import CardState
from loyalty.rules.discount import Basket, Terms, basket_fault, quote
from loyalty.rules.limits import Limits, Used, over_limit
from loyalty.rules.money import MAX_FEN, Fen, Permille, Rounding
from loyalty.rules.verdict import Verdict, Visit, verdict_on
from tests.till.test_modules import NODE

Ask = Callable[..., Any]

DOCS = Path(__file__).parents[2] / "docs"
REVOCATION_LISTS = json.loads((DOCS / "revocation-list-vectors.json").read_text(encoding="utf-8"))

amounts = st.integers(0, MAX_FEN + 1) | st.integers(0, 3000)


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    """Put a question to the till's own modules."""
    script = Path(__file__).with_name("answer_lines.mjs")
    with subprocess.Popen(  # noqa: S603  # our own script, by the node that was found
        [NODE, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as till:
        assert till.stdin is not None
        assert till.stdout is not None
        asked, answers = till.stdin, till.stdout

        def put(question: str, **members: Any) -> Any:
            asked.write(json.dumps({"ask": question, **members}) + "\n")
            asked.flush()
            return json.loads(answers.readline())

        yield put
        asked.close()


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
    if basket_fault(basket) is not None:
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


dates = st.dates(date(2026, 11, 28), date(2027, 1, 3))


@settings(max_examples=300)
@given(
    today=dates,
    valid_from=dates,
    valid_until=dates,
    listed=st.sampled_from([None, CardState.REVOKED, CardState.SUSPENDED]),
    truths=st.fixed_dictionaries(
        dict.fromkeys(["genuine", "ours", "certified", "overLimit"], st.booleans())
    ),
)
def test_till_and_service_tell_the_same_reason_first(
    ask: Ask,
    *,
    today: date,
    valid_from: date,
    valid_until: date,
    listed: CardState | None,
    truths: dict[str, bool],
) -> None:
    days = {"today": today, "validFrom": valid_from, "validUntil": valid_until}
    told = ask(
        "judge",
        facts={
            "readable": True,
            "equipped": True,
            "signed": True,
            "onRoster": False,
            "listFresh": True,
            "clockWrong": False,
            # What is listed is a card of ours: the list of another community is not on the device.
            "listed": listed if truths["ours"] else None,
            **{name: day.isoformat() for name, day in days.items()},
            **truths,
        },
    )

    expected = verdict_on(
        Visit(
            today=today,
            known=True,
            genuine=truths["genuine"],
            revoked=truths["ours"] and listed is CardState.REVOKED,
            suspended=truths["ours"] and listed is CardState.SUSPENDED,
            # Of another community's card the device tells nothing else, and the service neither.
            valid_from=valid_from if truths["ours"] else None,
            valid_until=valid_until if truths["ours"] else None,
            same_community=truths["ours"],
            shop_certified=truths["certified"],
            till_active=True,
            over_limit=truths["overLimit"],
            nothing_discountable=False,
            amount_agrees=True,
        )
    )
    # What the service calls good is, without network, good as far as the device can know.
    assert told["verdict"] == ("ok_offline" if expected is Verdict.OK else expected)


some_limit = st.none() | st.integers(0, 4)


@settings(max_examples=300)
@given(
    uses=st.lists(
        st.fixed_dictionaries(
            {
                "day": st.sampled_from(["2026-11-30", "2026-12-08", "2026-12-09"]),
                "saved_fen": st.integers(0, 3),
            }
        ),
        max_size=4,
    ),
    shop_day=some_limit,
    day=some_limit,
    month=some_limit,
    saving=st.integers(0, 3),
)
def test_till_and_service_count_uses_and_savings_alike(
    ask: Ask,
    *,
    uses: list[dict[str, Any]],
    shop_day: int | None,
    day: int | None,
    month: int | None,
    saving: int,
) -> None:
    told = ask(
        "overLimit",
        limits={
            "uses_per_shop_day": shop_day,
            "uses_per_day": day,
            "saved_per_month_fen": month,
        },
        uses=uses,
        today="2026-12-09",
        saving=saving,
    )

    today = sum(use["day"] == "2026-12-09" for use in uses)
    saved = sum(use["saved_fen"] for use in uses if use["day"].startswith("2026-12"))
    limits = Limits(
        discountable_per_sale=None,
        uses_per_shop_day=shop_day,
        uses_per_day=day,
        saved_per_month=None if month is None else Fen(month),
    )
    assert told == over_limit(limits, Used(today, today, Fen(saved)), Fen(saving))


@given(
    year=st.integers(2026, 2048),
    number=st.integers(1, 12),
    months=st.sampled_from(sorted(CARD_MONTHS)),
)
def test_till_and_service_know_the_same_days_of_a_card(
    ask: Ask, *, year: int, number: int, months: int
) -> None:
    told = ask("validity", month=f"{year}-{number:02}", months=months)

    # A key is named by the first month of its cards, which is the one after the round's.
    first, last = validity(Month(year, number).plus(-1), months)
    assert told == {"validFrom": first.isoformat(), "validUntil": last.isoformat()}


@pytest.mark.parametrize("vector", REVOCATION_LISTS, ids=lambda vector: vector["name"])
def test_till_and_service_read_the_same_revocation_lists(ask: Ask, vector: dict[str, Any]) -> None:
    told = ask(
        "revocations",
        document=vector["document"],
        slug="tianyuan",
        key_id=vector["key_id"],
        public_key=vector["public_key"],
    )

    if vector["expect"] != "ok":
        assert told is None
        with pytest.raises((BadListError, ForgedListError)):
            verify_list(vector["document"], bytes.fromhex(vector["public_key"]))
        return
    read = verify_list(vector["document"], bytes.fromhex(vector["public_key"]))
    states = {entry.serial_hash: entry.state.value for entry in read.entries}
    assert told == {"number": read.number, "states": states}


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
