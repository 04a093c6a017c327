from dataclasses import replace
from datetime import date, timedelta
from itertools import combinations
from typing import Any

import pytest

from loyalty.rules.verdict import Verdict, Visit, verdict_on

FIRST, LAST = date(2026, 12, 1), date(2026, 12, 31)

GOOD = Visit(
    today=date(2026, 12, 16),
    known=True,
    genuine=True,
    revoked=False,
    suspended=False,
    valid_from=FIRST,
    valid_until=LAST,
    same_community=True,
    shop_certified=True,
    till_active=True,
    over_limit=False,
    nothing_discountable=False,
    amount_agrees=True,
)

TROUBLES: tuple[tuple[Verdict, dict[str, Any]], ...] = (
    (Verdict.UNKNOWN, {"known": False}),
    (Verdict.FORGED, {"genuine": False}),
    (Verdict.REVOKED, {"revoked": True}),
    (Verdict.SUSPENDED, {"suspended": True}),
    (Verdict.EXPIRED, {"valid_until": GOOD.today - timedelta(days=1)}),
    (Verdict.NOT_YET_VALID, {"valid_from": GOOD.today + timedelta(days=1)}),
    (Verdict.OTHER_COMMUNITY, {"same_community": False}),
    (Verdict.SHOP_NOT_CERTIFIED, {"shop_certified": False}),
    (Verdict.TILL_REVOKED, {"till_active": False}),
    (Verdict.OVER_LIMIT, {"over_limit": True}),
    (Verdict.NOTHING_DISCOUNTABLE, {"nothing_discountable": True}),
    (Verdict.AMOUNT_MISMATCH, {"amount_agrees": False}),
)


def test_a_good_card_is_taken() -> None:
    assert verdict_on(GOOD) is Verdict.OK


@pytest.mark.parametrize(("verdict", "trouble"), TROUBLES)
def test_each_trouble_has_its_own_verdict(verdict: Verdict, trouble: dict[str, Any]) -> None:
    assert verdict_on(replace(GOOD, **trouble)) is verdict


@pytest.mark.parametrize(("worse", "better"), list(combinations(TROUBLES, 2)))
def test_the_more_lasting_of_two_reasons_is_told(
    worse: tuple[Verdict, dict[str, Any]], better: tuple[Verdict, dict[str, Any]]
) -> None:
    assert verdict_on(replace(GOOD, **worse[1], **better[1])) is worse[0]


def test_the_reasons_are_told_in_the_order_of_the_list() -> None:
    told = [verdict for verdict, _ in TROUBLES]

    assert told == [verdict for verdict in Verdict if verdict in told]


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


def test_a_card_nobody_knows_has_no_days() -> None:
    visit = replace(GOOD, known=False, valid_from=None, valid_until=None)

    assert verdict_on(visit) is Verdict.UNKNOWN


def test_the_public_list_of_verdicts_is_closed() -> None:
    assert " ".join(Verdict) == (
        "ok ok_offline unknown forged revoked suspended expired not_yet_valid other_community "
        "shop_not_certified till_revoked over_limit nothing_discountable amount_mismatch "
        "cannot_verify_offline payment_code bad_code clock_wrong"
    )
