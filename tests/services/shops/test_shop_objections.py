"""Objections to shops on notice: a receipt, an answer by somebody uninvolved, no plaque before."""

from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.models import CertificationEvent, Community, Shop, ShopObjection
from loyalty.rules.certification import CertificationAction
from loyalty.services.actors import Role, StaffMember
from loyalty.services.errors import (
    CertificationStateError,
    InvolvedError,
    UnknownRecordError,
    ValueRefusedError,
)
from loyalty.services.rounds.retention import forget_contacts
from loyalty.services.shops.certification import MoveCertification, move_certification
from loyalty.services.shops.objections import (
    DecideShopObjection,
    MakeShopObjection,
    decide_shop_objection,
    find_shops_on_notice,
    list_answers,
    make_shop_objection,
    who_may_decide,
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

TODAY = NOON.date()
THE_DAY_AFTER = NOON + timedelta(days=1)


@pytest.fixture
def manager(session: Session, community: Community) -> StaffMember:
    return given_staff(session, community, Role.MANAGER)


@pytest.fixture
def shop(session: Session, community: Community) -> Shop:
    """A shop on the last day of its notice."""
    return on_notice(session, community, TODAY)


def on_notice(session: Session, community: Community, last: date) -> Shop:
    return given_shop(
        session,
        community,
        state="notice",
        notice_last=last,
        plaque_number=None,
        certified_until=None,
    )


def objected(session: Session, shop: Shop, **values: Any) -> ShopObjection:
    community = session.get_one(Community, shop.community_id)
    wanted = MakeShopObjection(shop.id, "秤少二两", **values)
    return make_shop_objection(session, community, wanted, now=NOON)


def certify(session: Session, manager: StaffMember, shop: Shop) -> str:
    step = MoveCertification(shop.id, CertificationAction.CERTIFY)
    return move_certification(Work(session, manager, THE_DAY_AFTER), step).state


def decide(
    session: Session, actor: StaffMember, objection: ShopObjection, *, upheld: bool
) -> ShopObjection:
    answer = DecideShopObjection(objection.id, upheld, "称了十次，都准")
    return decide_shop_objection(Work(session, actor, NOON), answer)


def test_anyone_objects_on_the_last_day_and_no_later(
    session: Session, community: Community, shop: Shop
) -> None:
    over = on_notice(session, community, TODAY - timedelta(days=1))

    assert objected(session, shop).due_on == date(2026, 12, 16)
    with pytest.raises(CertificationStateError):
        objected(session, over)
    found = find_shops_on_notice(session, community, today=TODAY)
    assert [one.id for one in found] == [shop.id]


@pytest.mark.parametrize("state", ["applied", "inspected", "certified", "suspended"])
def test_only_a_shop_on_notice_is_objected_to(
    session: Session, community: Community, state: str
) -> None:
    shop = given_shop(session, community, state=state, notice_last=TODAY)

    with pytest.raises(CertificationStateError):
        objected(session, shop)


def test_sent_again_with_its_receipt_an_objection_counts_once(session: Session, shop: Shop) -> None:
    assert objected(session, shop, receipt="R1").id == objected(session, shop, receipt="R1").id


def test_a_shop_of_another_community_is_none(session: Session, shop: Shop) -> None:
    elsewhere = given_community(session)

    with pytest.raises(UnknownRecordError):
        make_shop_objection(session, elsewhere, MakeShopObjection(shop.id, "x"), now=NOON)


def test_no_plaque_is_hung_before_the_answer(
    session: Session, manager: StaffMember, shop: Shop
) -> None:
    objection = objected(session, shop)
    with pytest.raises(CertificationStateError) as refusal:
        certify(session, manager, shop)
    assert refusal.value.missing == ("objection_open",)

    decide(session, manager, objection, upheld=False)

    assert certify(session, manager, shop) == "certified"


def test_upheld_the_shop_goes_back_to_be_inspected(
    session: Session, manager: StaffMember, shop: Shop
) -> None:
    decide(session, manager, objected(session, shop), upheld=True)

    assert (shop.state, shop.notice_last) == ("applied", None)
    step = session.scalars(
        select(CertificationEvent).where(CertificationEvent.shop_id == shop.id)
    ).one()
    assert (step.action, step.reason) == ("send_back", "称了十次，都准")


@pytest.mark.parametrize(
    ("state", "upheld", "then"),
    [
        ("inspected", True, "applied"),
        ("inspected", False, "inspected"),
        ("applied", True, "applied"),
        ("withdrawn", True, "withdrawn"),
    ],
)
def test_a_shop_that_was_sent_back_and_inspected_meanwhile_goes_back_too(
    session: Session, manager: StaffMember, shop: Shop, state: str, then: str, *, upheld: bool
) -> None:
    objection = objected(session, shop)
    shop.state = state
    session.flush()

    decide(session, manager, objection, upheld=upheld)

    assert shop.state == then


@pytest.mark.parametrize("action", ["apply", "inspect"])
def test_whoever_took_the_shop_in_or_inspected_it_does_not_answer(
    session: Session, community: Community, manager: StaffMember, shop: Shop, action: str
) -> None:
    involved = given_staff(session, community, Role.STAFF)
    step = {"action": action, "state": action, "account_id": involved.account_id, "at": NOON}
    session.add(CertificationEvent(community_id=community.id, shop_id=shop.id, **step))
    session.flush()
    objection = objected(session, shop)

    with pytest.raises(InvolvedError):
        decide(session, involved, objection, upheld=False)

    deciders = {one.id for one in who_may_decide(Work(session, manager, NOON), shop)}
    assert manager.account_id in deciders
    assert involved.account_id not in deciders


def test_whoever_owns_the_shop_does_not_answer(
    session: Session, community: Community, shop: Shop
) -> None:
    owner = given_staff(session, community, Role.STAFF, Role.SHOP_OWNER)
    shop.owner_id = owner.account_id
    session.flush()

    with pytest.raises(InvolvedError):
        decide(session, owner, objected(session, shop), upheld=False)


def test_nor_with_another_account_of_theirs(
    session: Session, community: Community, manager: StaffMember, shop: Shop
) -> None:
    me = given_resident(session, community)
    shop.owner_id = given_account(session, community, Role.SHOP_OWNER, resident_id=me.id).id
    second = given_account(session, community, Role.STAFF, resident_id=me.id)
    session.flush()

    with pytest.raises(InvolvedError):
        decide(
            session,
            to_staff_member(second, timezone=community.timezone),
            objected(session, shop),
            upheld=False,
        )

    deciders = {one.id for one in who_may_decide(Work(session, manager, NOON), shop)}
    assert (manager.account_id in deciders, second.id in deciders) == (True, False)


def test_an_objection_is_answered_once(session: Session, manager: StaffMember, shop: Shop) -> None:
    objection = objected(session, shop)
    decide(session, manager, objection, upheld=False)

    with pytest.raises(CertificationStateError) as refusal:
        decide(session, manager, objection, upheld=True)

    assert refusal.value.missing == ("already_decided",)


def test_the_published_reason_names_no_objector(
    session: Session, manager: StaffMember, shop: Shop
) -> None:
    objection = objected(session, shop, name="赵大力")
    answer = DecideShopObjection(objection.id, upheld=False, reason="赵 大力看错了")

    with pytest.raises(ValueRefusedError):
        decide_shop_objection(Work(session, manager, NOON), answer)


def test_a_notice_tells_the_answers_since_it_began_and_none_of_an_earlier_one(
    session: Session, community: Community, manager: StaffMember, shop: Shop
) -> None:
    decide(session, manager, objected(session, shop), upheld=True)
    waiting = objected(session, on_notice(session, community, TODAY))
    waiting.shop_id = shop.id
    shop.state = "inspected"
    session.flush()
    later = Work(session, manager, NOON + timedelta(hours=1))
    move_certification(later, MoveCertification(shop.id, CertificationAction.PUBLISH))
    assert list_answers(session, community, [shop]) == []

    decide_shop_objection(later, DecideShopObjection(waiting.id, upheld=False, reason="都准"))

    assert list_answers(session, community, [shop]) == [waiting]


@pytest.mark.parametrize(
    "contact", ["王芳 13800000000", "王芳13800000000", "电话13800000000，王芳"]
)
@pytest.mark.parametrize(
    ("reason", "names"),
    [("王芳说秤准", True), ("打13800000000问过", True), ("称了十次，都准", False)],
)
def test_the_published_reason_names_nobody_of_the_contact(
    session: Session, manager: StaffMember, shop: Shop, contact: str, reason: str, *, names: bool
) -> None:
    shop.contact = contact
    objection = objected(session, shop)
    answer = DecideShopObjection(objection.id, upheld=False, reason=reason)

    if names:
        with pytest.raises(ValueRefusedError):
            decide_shop_objection(Work(session, manager, NOON), answer)
    else:
        decide_shop_objection(Work(session, manager, NOON), answer)


def test_who_objected_is_forgotten_thirty_days_after_the_answer(
    session: Session, community: Community, manager: StaffMember, shop: Shop
) -> None:
    objection = objected(session, shop, name="赵大力", contact="3-502")
    decide(session, manager, objection, upheld=False)

    for days, name in ((29, "赵大力"), (30, None)):
        forget_contacts(session, community.id, now=NOON + timedelta(days=days))
        session.refresh(objection)
        assert objection.name == name


@pytest.mark.parametrize("locked", [True, False])
def test_an_objection_that_comes_in_meanwhile_is_waited_for(
    app: Flask,
    session: Session,
    manager: StaffMember,
    shop: Shop,
    monkeypatch: pytest.MonkeyPatch,
    *,
    locked: bool,
) -> None:
    session.commit()

    def race() -> Any:
        return overlapped(
            lambda: in_transaction(app, lambda own: objected(own, shop).id),
            lambda: in_transaction(app, lambda own: certify(own, manager, shop)),
        )

    if locked:
        seen = race()
        assert (seen.waited, seen.second) == (True, "CertificationStateError")
    else:
        with unlocked("shop", monkeypatch):
            seen = race()
        assert seen.second == "certified"
    counted = select(func.count()).where(ShopObjection.shop_id == shop.id)
    assert session.scalar(counted.where(ShopObjection.community_id == shop.community_id)) == 1
