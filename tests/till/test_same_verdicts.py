"""The till and the service judge a card alike: each asked the same, in its own language."""

import json
from base64 import b64encode
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_babel import Babel
from hypothesis import given, settings
from hypothesis import strategies as st

from loyalty.cards.revocations import BadListError, ForgedListError, verify_list
from loyalty.cards.roster import SALT_BYTES, SECRET_BYTES, RosterMarker
from loyalty.rules.calendar import CARD_MONTHS, Month, find_validity
from loyalty.rules.card_state import CardState
from loyalty.rules.limits import Limits, Used, is_over_limit
from loyalty.rules.money import Fen
from loyalty.rules.verdict import MEANINGS, Verdict, verdict_on
from loyalty.till.words import words
from tests.rules.test_verdict import GOOD
from tests.till.conftest import Ask

DOCS = Path(__file__).parents[2] / "docs"
REVOCATION_LISTS = json.loads((DOCS / "revocation-list-vectors.json").read_text(encoding="utf-8"))

GOOD_AT_THE_TILL = {
    "readable": True,
    "equipped": True,
    "signed": True,
    "onRoster": False,
    "listFresh": True,
    "clockWrong": False,
}
"""A signed card at a till that knows all a till can know, but for what the card says of itself."""

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
    shown = {name: day.isoformat() for name, day in days.items()}
    # What is listed is a card of ours: the list of another community is not on the device.
    listing = {"listed": listed if truths["ours"] else None}
    told = ask("judge", facts={**GOOD_AT_THE_TILL, **shown, **listing, **truths})

    ours = truths["ours"]
    visit = replace(
        GOOD,
        today=today,
        # Of another community's card the device tells nothing else, and the service neither.
        state=(ours and listed) or CardState.ACTIVE,
        valid_from=valid_from if ours else today,
        valid_until=valid_until if ours else today,
        same_community=ours,
        shop_certified=truths["certified"],
        over_limit=truths["overLimit"],
    )
    # Whether it is genuine, the service knows before it looks for the card.
    expected = verdict_on(visit) if truths["genuine"] else Verdict.FORGED
    # What the service calls good is, without network, good as far as the device can know.
    assert told["verdict"] == ("ok_offline" if expected is Verdict.OK else expected)


@pytest.fixture(scope="module")
def words_of_the_page() -> dict[str, Any]:
    app = Flask(__name__)
    Babel(app)
    with app.test_request_context():
        return words()


@pytest.mark.parametrize("verdict", Verdict)
def test_the_till_makes_of_each_verdict_what_its_row_says(
    ask: Ask, words_of_the_page: dict[str, Any], verdict: Verdict
) -> None:
    told = ask("refusal", verdict=verdict, words=words_of_the_page)

    row = MEANINGS[verdict]
    phase = "unchecked" if row.ask_again else "refused"
    word = words_of_the_page["verdicts"][verdict]["word"]
    assert told == {"phase": phase, "tone": row.tone, "word": word}


def test_a_verdict_of_a_later_day_is_a_refusal_in_the_colour_of_what_is_not_known(
    ask: Ask, words_of_the_page: dict[str, Any]
) -> None:
    told = ask("refusal", verdict="of_a_later_day", words=words_of_the_page)

    assert (told["phase"], told["tone"]) == ("refused", "unsure")


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
    assert told == is_over_limit(limits, Used(today, today, Fen(saved)), Fen(saving))


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
    first, last = find_validity(Month(year, number).plus(-1), months)
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


def test_the_till_finds_the_cards_that_the_service_has_marked(ask: Ask) -> None:
    marker = RosterMarker(b"salt" * (SALT_BYTES // 4), b"s" * SECRET_BYTES)
    serials = [f"{place:06}109733" for place in range(20)]
    groups = [("civilized_resident", serials[:9]), ("household_head", serials[9:18])]

    told = ask(
        "roster",
        salt=b64encode(marker.salt).decode(),
        groups=[
            {"honour": honour, "marks": marker.join_marks(marked)} for honour, marked in groups
        ],
        serials=serials,
    )

    assert told == ["civilized_resident"] * 9 + ["household_head"] * 9 + [None, None]
