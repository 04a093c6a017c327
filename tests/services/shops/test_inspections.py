"""Inspections: filled in by the sheet in force, asked for where the policy says so."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from loyalty.models import Community, ScoreSheet, Shop
from loyalty.rules.certification import CertificationAction
from loyalty.services.actors import Role, StaffMember
from loyalty.services.errors import (
    CertificationStateError,
    StaleRecordError,
    UnknownRecordError,
    ValueRefusedError,
)
from loyalty.services.pictures.pictures import PicturePurpose
from loyalty.services.shops.certification import MoveCertification, move_certification
from loyalty.services.shops.inspections import list_inspections, record_inspection
from loyalty.services.shops.score_sheets import (
    FIRST_SHEET,
    MakeScoreSheet,
    get_sheet_in_force,
    make_score_sheet,
)
from loyalty.services.work import Work
from tests.given import NOON, given_community, given_shop, given_staff
from tests.given_inspections import FULL, filled_in, given_inspection
from tests.given_pictures import given_picture


@pytest.fixture
def work(session: Session, community: Community) -> Work:
    return Work(session, given_staff(session, community, Role.MANAGER), NOON)


@pytest.fixture
def shop(session: Session, community: Community) -> Shop:
    return given_shop(session, community, state="applied", plaque_number=None, certified_until=None)


def step(work: Work, shop: Shop, action: str) -> str:
    return move_certification(work, MoveCertification(shop.id, CertificationAction(action))).state


def missing(work: Work, shop: Shop, action: str) -> tuple[str, ...]:
    with pytest.raises(CertificationStateError) as refusal:
        step(work, shop, action)
    return refusal.value.missing


def asks(community: Community) -> None:
    community.inspection_needed = True


def test_a_shop_without_fault_passes_and_its_photos_stay(
    session: Session, community: Community, work: Work, shop: Shop
) -> None:
    photo = given_picture(session, community)

    inspection = record_inspection(work, filled_in(shop, picture_ids=[photo.id]))

    assert (inspection.total, inspection.passed) == (100, True)
    (found,) = list_inspections(work, shop)
    assert [one.picture_id for one in found.pictures] == [photo.id]


@pytest.mark.parametrize(
    ("changed", "pointer"),
    [
        ({"marks": {**FULL, "clean": 16}}, "/marks/clean"),
        ({"marks": {"clean": 1}}, "/marks/licence"),
        ({"vetoes": ["bad_luck"]}, "/vetoes"),
        ({"day": NOON.date() + timedelta(days=1)}, "/day"),
        ({"sheet_number": 2}, "/sheet_number"),
    ],
)
def test_what_makes_no_sense_names_its_place(
    work: Work, shop: Shop, changed: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(ValueRefusedError) as refusal:
        record_inspection(work, filled_in(shop, **changed))

    assert refusal.value.pointer == pointer
    assert list_inspections(work, shop) == []


@pytest.mark.parametrize(("days_ago", "found"), [(1, "no_inspection"), (0, None)])
def test_what_was_seen_before_a_step_counts_no_more_though_it_is_written_down_after_it(
    community: Community, work: Work, shop: Shop, days_ago: int, found: str | None
) -> None:
    asks(community)
    record_inspection(work, filled_in(shop))
    step(work, shop, "inspect")
    back = MoveCertification(shop.id, CertificationAction("send_back"), reason="再看一次")
    move_certification(work, back)
    later = replace(work, now=NOON + timedelta(hours=1))

    record_inspection(later, filled_in(shop, day=NOON.date() - timedelta(days=days_ago)))

    if found:
        assert missing(later, shop, "inspect") == (found,)
    else:
        assert step(later, shop, "inspect") == "inspected"


def test_the_latest_day_decides_in_whatever_order_sheets_are_written_down(
    community: Community, work: Work, shop: Shop
) -> None:
    asks(community)
    last = record_inspection(work, filled_in(shop, vetoes=["short_weight"]))
    record_inspection(work, filled_in(shop, day=NOON.date() - timedelta(days=9)))

    assert list_inspections(work, shop)[0] is last
    assert missing(work, shop, "inspect") == ("inspection_failed",)


def test_only_pictures_of_an_inspection_of_ours_are_named(
    session: Session, community: Community, work: Work, shop: Shop
) -> None:
    theirs = given_picture(session, given_community(session))
    complaint = given_picture(session, community, PicturePurpose.COMPLAINT)

    for one in (theirs, complaint):
        with pytest.raises(ValueRefusedError):
            record_inspection(work, filled_in(shop, picture_ids=[one.id]))


def test_a_shop_of_another_community_is_not_inspected(session: Session, work: Work) -> None:
    with pytest.raises(UnknownRecordError):
        record_inspection(work, filled_in(given_shop(session, given_community(session))))


def test_without_the_policy_no_sheet_is_asked_for(work: Work, shop: Shop) -> None:
    assert step(work, shop, "inspect") == "inspected"


@pytest.mark.parametrize("veto", [[], ["short_weight"]])
def test_where_the_policy_asks_the_sheet_decides(
    community: Community, work: Work, shop: Shop, veto: list[str]
) -> None:
    asks(community)
    assert missing(work, shop, "inspect") == ("no_inspection",)

    record_inspection(work, filled_in(shop, vetoes=veto))

    if veto:
        assert missing(work, shop, "inspect") == ("inspection_failed",)
    else:
        assert step(work, shop, "inspect") == "inspected"


def test_who_failed_goes_on_by_no_policy_until_a_newer_sheet_is_passed(
    work: Work, shop: Shop
) -> None:
    record_inspection(work, filled_in(shop, marks={**FULL, "clean": 0, "passage": 0}))
    assert missing(work, shop, "inspect") == ("inspection_failed",)

    record_inspection(work, filled_in(shop))

    assert step(work, shop, "inspect") == "inspected"


@pytest.mark.parametrize(("days", "counts"), [(90, True), (91, False)])
def test_an_inspection_counts_for_ninety_days(
    session: Session, community: Community, work: Work, shop: Shop, days: int, *, counts: bool
) -> None:
    asks(community)
    given_inspection(session, shop, day=NOON.date() - timedelta(days=days))

    if counts:
        assert step(work, shop, "inspect") == "inspected"
    else:
        assert missing(work, shop, "inspect") == ("no_inspection",)


def test_a_shop_that_is_certified_stays_so_and_is_inspected_before_it_is_renewed(
    session: Session, community: Community, work: Work
) -> None:
    asks(community)
    old = given_shop(session, community)
    assert missing(work, old, "renew") == ("no_inspection",)
    record_inspection(work, filled_in(old))
    assert step(work, old, "renew") == "certified"

    later = replace(work, now=NOON + timedelta(days=1))

    assert missing(later, old, "renew") == ("no_inspection",)


def test_a_new_version_leaves_earlier_inspections_as_they_were(work: Work, shop: Shop) -> None:
    record_inspection(work, filled_in(shop, marks={**FULL, "clean": 0}))
    make_score_sheet(work, MakeScoreSheet(replace(FIRST_SHEET, pass_points=90), 1))

    assert get_sheet_in_force(work)[0] == 2
    (found,) = list_inspections(work, shop)
    assert (found.sheet.number, found.passed) == (1, True)
    second = record_inspection(work, filled_in(shop, sheet_number=2, marks={**FULL, "clean": 0}))
    assert not second.passed
    assert {one.number for one in work.session.scalars(work.select(ScoreSheet))} == {1, 2}


def test_each_community_has_a_sheet_of_its_own(session: Session, work: Work) -> None:
    make_score_sheet(work, MakeScoreSheet(replace(FIRST_SHEET, pass_points=90), 1))
    elsewhere: StaffMember = given_staff(session, given_community(session), Role.MANAGER)

    assert get_sheet_in_force(Work(session, elsewhere, NOON)) == (1, FIRST_SHEET)


@pytest.mark.parametrize("number", [0, 1, 3])
def test_a_new_version_takes_the_place_of_the_one_that_was_read(work: Work, number: int) -> None:
    make_score_sheet(work, MakeScoreSheet(replace(FIRST_SHEET, pass_points=90), 1))

    with pytest.raises(StaleRecordError):
        make_score_sheet(work, MakeScoreSheet(FIRST_SHEET, number))
    assert get_sheet_in_force(work)[0] == 2
    assert make_score_sheet(work, MakeScoreSheet(FIRST_SHEET, 2)).number == 3
