"""Complaints: taken in once, told by receipt, answered once and not by the owner."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.models import Community, Complaint, Shop
from loyalty.rules.complaint import ComplaintKind, ComplaintState
from loyalty.services.actors import Role, StaffMember
from loyalty.services.errors import (
    ComplaintAnsweredError,
    ShopInvolvedError,
    UnknownRecordError,
    ValueRefusedError,
)
from loyalty.services.receipts import make_receipt
from loyalty.services.rounds.retention import forget_contacts, forget_words
from loyalty.services.shops.complaints import (
    AnswerComplaint,
    FindComplaints,
    MakeComplaint,
    answer_complaint,
    find_complaints,
    get_complaint_by_receipt,
    list_open_complaints,
    make_complaint,
    record_complaint,
)
from loyalty.services.staff.sign_in import to_staff_member
from loyalty.services.work import Work
from tests.faults.overlap import in_transaction, overlapped, unlocked
from tests.given import (
    NOON,
    given_account,
    given_community,
    given_resident,
    given_shop,
    given_staff,
)
from tests.given_notices import given_complaint

TODAY = NOON.date()


@pytest.fixture
def shop(session: Session, community: Community) -> Shop:
    return given_shop(session, community)


@pytest.fixture
def clerk(session: Session, community: Community) -> StaffMember:
    return given_staff(session, community)


def complained(session: Session, shop: Shop, day: date = TODAY, **values: Any) -> Complaint:
    community = session.get_one(Community, shop.community_id)
    wanted = MakeComplaint(shop.id, ComplaintKind.NO_DISCOUNT, day, **values)
    return make_complaint(session, community, wanted, now=NOON)


def answered(session: Session, actor: StaffMember, complaint: Complaint, *, upheld: bool) -> Any:
    answer = AnswerComplaint(complaint.id, upheld, "已经当面说清，退了钱")
    return answer_complaint(Work(session, actor, NOON), answer).upheld


def test_anyone_complains_and_is_answered_by_the_receipt(
    session: Session, community: Community, shop: Shop, clerk: StaffMember
) -> None:
    made = complained(session, shop, text="收了全价")

    assert made.due_on == date(2026, 12, 16)
    assert list_open_complaints(Work(session, clerk, NOON), shop.id) == [made]
    answered(session, clerk, made, upheld=True)
    found = get_complaint_by_receipt(session, community, made.receipt.lower())
    assert (found.shop.name, found.upheld, found.answer) == (
        shop.name,
        True,
        "已经当面说清，退了钱",
    )
    assert list_open_complaints(Work(session, clerk, NOON)) == []


def test_the_receipt_of_another_community_is_unknown(session: Session, shop: Shop) -> None:
    made = complained(session, shop)

    with pytest.raises(UnknownRecordError):
        get_complaint_by_receipt(session, given_community(session), made.receipt)


def test_sent_again_it_counts_once(session: Session, shop: Shop) -> None:
    receipt = make_receipt()

    first, again = (complained(session, shop, receipt=receipt) for _ in range(2))

    assert first.id == again.id


@pytest.mark.parametrize(("days_ago", "taken"), [(-1, False), (0, True), (93, True), (94, False)])
def test_a_day_nobody_can_look_into_is_refused(
    session: Session, shop: Shop, days_ago: int, *, taken: bool
) -> None:
    day = TODAY - timedelta(days=days_ago)

    if taken:
        assert complained(session, shop, day).happened_on == day
    else:
        with pytest.raises(ValueRefusedError, match="93 days"):
            complained(session, shop, day)


def test_nobody_complains_of_a_shop_elsewhere(
    session: Session, community: Community, clerk: StaffMember
) -> None:
    foreign = given_shop(session, given_community(session))
    wanted = MakeComplaint(foreign.id, ComplaintKind.WRONG_PRICE, TODAY)

    with pytest.raises(UnknownRecordError):
        make_complaint(session, community, wanted, now=NOON)
    with pytest.raises(UnknownRecordError):
        record_complaint(Work(session, clerk, NOON), wanted)


def test_staff_write_down_what_somebody_tells_them_and_find_it_by_its_state(
    session: Session, shop: Shop, clerk: StaffMember
) -> None:
    work = Work(session, clerk, NOON)
    told = record_complaint(work, MakeComplaint(shop.id, ComplaintKind.WRONG_PRICE, TODAY))
    other = given_complaint(
        session, given_shop(session, session.get_one(Community, shop.community_id))
    )
    answered(session, clerk, other, upheld=False)

    def found(**wanted: Any) -> list[Complaint]:
        return [*find_complaints(work, FindComplaints(limit=10, **wanted)).items]

    assert told.recorded_by == clerk.account_id
    assert found(state=ComplaintState.OPEN) == [told]
    assert found(state=ComplaintState.DISMISSED) == [other]
    assert found(state=ComplaintState.UPHELD) == []
    assert found(shop_id=shop.id) == [told]
    assert found() == [other, told]


def test_the_owner_does_not_answer_for_the_community(
    session: Session, community: Community
) -> None:
    owner = given_account(session, community, Role.STAFF, Role.SHOP_OWNER)
    complaint = given_complaint(session, given_shop(session, community, owner_id=owner.id))
    actor = StaffMember(owner.id, community.id, community.timezone, frozenset({Role.STAFF}))

    with pytest.raises(ShopInvolvedError):
        answered(session, actor, complaint, upheld=False)


def test_nor_with_another_account_of_theirs(session: Session, community: Community) -> None:
    me = given_resident(session, community)
    owner = given_account(session, community, Role.SHOP_OWNER, resident_id=me.id)
    second = given_account(session, community, Role.STAFF, resident_id=me.id)
    complaint = given_complaint(session, given_shop(session, community, owner_id=owner.id))

    with pytest.raises(ShopInvolvedError):
        answered(session, to_staff_member(second, timezone="UTC"), complaint, upheld=False)


def test_staff_of_another_community_find_nothing(session: Session, shop: Shop) -> None:
    stranger = given_staff(session, given_community(session), Role.MANAGER)
    complaint = given_complaint(session, shop)

    assert list_open_complaints(Work(session, stranger, NOON)) == []
    with pytest.raises(UnknownRecordError):
        answered(session, stranger, complaint, upheld=True)


def test_a_complaint_is_answered_once(session: Session, shop: Shop, clerk: StaffMember) -> None:
    complaint = given_complaint(session, shop)
    answered(session, clerk, complaint, upheld=False)

    with pytest.raises(ComplaintAnsweredError):
        answered(session, clerk, complaint, upheld=True)


@pytest.mark.parametrize("locked", [True, False])
def test_of_two_answers_at_once_the_first_stands(
    app: Flask,
    session: Session,
    shop: Shop,
    clerk: StaffMember,
    monkeypatch: pytest.MonkeyPatch,
    *,
    locked: bool,
) -> None:
    complaint = given_complaint(session, shop)
    session.commit()

    def race() -> Any:
        return overlapped(
            lambda: in_transaction(app, lambda own: answered(own, clerk, complaint, upheld=True)),
            lambda: in_transaction(app, lambda own: answered(own, clerk, complaint, upheld=False)),
        )

    if locked:
        seen = race()
        assert (seen.waited, seen.second) == (True, "ComplaintAnsweredError")
    else:
        with unlocked("complaint", monkeypatch):
            seen = race()
        assert seen.second is False
    session.refresh(complaint)
    assert complaint.upheld is locked


@pytest.mark.parametrize("locked", [True, False])
def test_sent_twice_at_once_it_counts_once(
    app: Flask, session: Session, shop: Shop, monkeypatch: pytest.MonkeyPatch, *, locked: bool
) -> None:
    receipt = make_receipt()
    session.commit()

    def race() -> Any:
        sends = [
            lambda: in_transaction(app, lambda own: complained(own, shop, receipt=receipt).id)
        ] * 2
        return overlapped(*sends)

    if locked:
        seen = race()
        assert (seen.waited, seen.second) == (True, seen.first)
    else:
        with unlocked("receipt", monkeypatch):
            seen = race()
        assert seen.second == "IntegrityError"
    counted = select(func.count()).where(
        Complaint.community_id == shop.community_id, Complaint.receipt == receipt
    )
    assert session.scalar(counted) == 1


def test_who_complained_is_forgotten_after_thirty_days_and_the_words_after_a_year(
    session: Session, shop: Shop, clerk: StaffMember
) -> None:
    complaint = given_complaint(session, shop, contact="3-501", text="收了全价")
    answered(session, clerk, complaint, upheld=True)

    def after(days: int, minutes: int = 0) -> tuple[str | None, str | None]:
        now = NOON + timedelta(days=days, minutes=minutes)
        forget_contacts(session, shop.community_id, now=now)
        forget_words(session, shop.community_id, now=now)
        session.expire_all()
        return complaint.contact, complaint.text

    assert after(30, -1) == ("3-501", "收了全价")
    assert after(30) == (None, "收了全价")
    assert after(365, -1) == (None, "收了全价")
    assert after(365) == (None, None)


@pytest.mark.parametrize(("days", "kept"), [(179, True), (180, False)])
def test_whom_nobody_answered_is_forgotten_long_after_it_was_due(
    session: Session, shop: Shop, days: int, *, kept: bool
) -> None:
    complaint = given_complaint(session, shop, contact="3-501", text="收了全价")

    late = datetime.combine(complaint.due_on, NOON.timetz()) + timedelta(days=days)
    forget_contacts(session, shop.community_id, now=late)
    forget_words(session, shop.community_id, now=late)
    session.expire_all()

    assert complaint.contact == ("3-501" if kept else None)
    assert complaint.text == "收了全价"
