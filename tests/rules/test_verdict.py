import re
from dataclasses import MISSING, fields, replace
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from loyalty.rules.card_state import CardState
from loyalty.rules.verdict import MEANINGS, Tone, Verdict, Visit, verdict_on

FIRST, LAST = date(2026, 12, 1), date(2026, 12, 31)

GOOD = Visit(today=date(2026, 12, 16), state=CardState.ACTIVE, valid_from=FIRST, valid_until=LAST)

OF_THE_CARD: list[tuple[Verdict, dict[str, Any]]] = [
    (Verdict.REVOKED, {"state": CardState.REVOKED}),
    (Verdict.SUSPENDED, {"state": CardState.SUSPENDED}),
    (Verdict.EXPIRED, {"valid_until": GOOD.today - timedelta(days=1)}),
    (Verdict.NOT_YET_VALID, {"valid_from": GOOD.today + timedelta(days=1)}),
]
AT_THE_TILL: list[tuple[Verdict, dict[str, Any]]] = [
    (Verdict.OTHER_COMMUNITY, {"same_community": False}),
    (Verdict.SHOP_NOT_CERTIFIED, {"shop_certified": False}),
    (Verdict.OVER_LIMIT, {"over_limit": True}),
    (Verdict.NOTHING_DISCOUNTABLE, {"nothing_discountable": True}),
    (Verdict.AMOUNT_MISMATCH, {"amount_agrees": False}),
]

TROUBLES = [
    *(trouble for _, trouble in OF_THE_CARD),
    *({fact.name: not fact.default} for fact in fields(Visit) if fact.default is not MISSING),
]
"""Whatever may speak against a card: each fact of a till is walked, a new one without a word."""

MANUAL = Path(__file__).parents[2] / "docs" / "integrating.md"


@pytest.mark.parametrize("state", [CardState.ISSUED, CardState.ACTIVE])
def test_a_good_card_is_taken(state: CardState) -> None:
    assert verdict_on(replace(GOOD, state=state)) is Verdict.OK


@pytest.mark.parametrize(("verdict", "trouble"), OF_THE_CARD + AT_THE_TILL)
def test_a_trouble_is_told_by_its_name(verdict: Verdict, trouble: dict[str, Any]) -> None:
    assert verdict_on(replace(GOOD, **trouble)) is verdict


def test_each_trouble_has_its_own_verdict() -> None:
    told = [verdict_on(replace(GOOD, **trouble)) for trouble in TROUBLES]

    assert len({Verdict.OK, *told}) == len(TROUBLES) + 1


@pytest.mark.parametrize(
    ("one", "other"),
    [pair for pair in combinations(TROUBLES, 2) if pair[0].keys() != pair[1].keys()],
)
def test_of_two_troubles_that_which_stands_first_in_the_list_is_told(
    one: dict[str, Any], other: dict[str, Any]
) -> None:
    apart = [verdict_on(replace(GOOD, **trouble)) for trouble in (one, other)]

    assert verdict_on(replace(GOOD, **one, **other)) is min(apart, key=list(Verdict).index)


@pytest.mark.parametrize(
    ("today", "verdict"),
    [
        (FIRST - timedelta(days=1), Verdict.NOT_YET_VALID),
        (FIRST, Verdict.OK),
        (LAST, Verdict.OK),
        (LAST + timedelta(days=1), Verdict.EXPIRED),
    ],
)
def test_the_first_and_the_last_day_are_included(today: date, verdict: Verdict) -> None:
    assert verdict_on(replace(GOOD, today=today)) is verdict


def test_every_verdict_has_its_row_in_the_order_of_the_list() -> None:
    assert list(MEANINGS) == list(Verdict)


def test_no_verdict_that_was_published_is_renamed() -> None:
    published = (
        "ok ok_offline unknown forged revoked suspended expired not_yet_valid other_community "
        "shop_not_certified till_revoked over_limit nothing_discountable amount_mismatch "
        "cannot_verify_offline payment_code bad_code clock_wrong"
    )

    assert [verdict for verdict in Verdict if verdict in published.split()] == published.split()


def test_the_manual_tells_of_verdicts_that_there_are() -> None:
    _, table = MANUAL.read_text("utf-8").split("| verdict | say |\n|---|---|\n")
    named = re.findall(r"^\| ([^|]+) \|", table.split("\n\n")[0], re.MULTILINE)
    codes = re.findall(r"`(\w+)`", " ".join(named))

    assert Verdict.OK in codes
    assert set(codes) <= set(Verdict)


def test_green_is_for_what_was_found_good_and_nothing_else() -> None:
    green = {verdict for verdict, meaning in MEANINGS.items() if meaning.tone is Tone.YES}

    assert green == {Verdict.OK, Verdict.OK_OFFLINE}


def test_what_could_not_be_checked_is_neither_green_nor_red_and_may_be_asked_again() -> None:
    asked_again = {verdict for verdict, meaning in MEANINGS.items() if meaning.ask_again}
    unsure = {verdict for verdict, meaning in MEANINGS.items() if meaning.tone is Tone.UNSURE}

    assert {Verdict.CANNOT_VERIFY_OFFLINE, Verdict.BAD_CODE, Verdict.CLOCK_WRONG} <= asked_again
    assert asked_again <= unsure


def test_no_sale_is_kept_for_a_card_that_nobody_knows() -> None:
    kept = [meaning for meaning in MEANINGS.values() if meaning.kept_when_late]

    assert kept
    assert all(meaning.names_card for meaning in kept)
