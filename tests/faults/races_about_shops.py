"""Races about what owners ask for, and what stands out in their shops."""

from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from loyalty.models import (
    Community,
    OfferProposal,
    Shop,
    ShopObjection,
    ShopPin,
    ShopSignal,
    StallLet,
)
from loyalty.rules.certification import CertificationAction
from loyalty.rules.money import Permille
from loyalty.services.actors import Role, StaffMember
from loyalty.services.shops.certification import MoveCertification, move_certification
from loyalty.services.shops.floor_plans import remove_floor_plan
from loyalty.services.shops.objections import MakeShopObjection, make_shop_objection
from loyalty.services.shops.offer import (
    DecideProposal,
    ProposeTerms,
    decide_proposal,
    propose_terms,
)
from loyalty.services.shops.shops import AgreedTerm
from loyalty.services.shops.signals import PutAway, put_signal_away
from loyalty.services.shops.stalls import LetStall, let_stall
from loyalty.services.work import Work
from tests.faults.overlap import Act, in_transaction
from tests.faults.races import Race, Street, given_import
from tests.given import NOON, given_account, given_shop, given_staff
from tests.given_offers import given_proposal, given_signal
from tests.given_pictures import given_plan
from tests.given_stalls import given_stall, given_turn


def two_decisions_of_a_proposal(street: Street) -> Race:
    owner = given_account(street.session, street.community, Role.SHOP_OWNER)
    shop = given_shop(street.session, street.community, owner_id=owner.id)
    proposal = given_proposal(street.session, shop, owner)

    def decide(*, accepted: bool) -> Act:
        wanted = DecideProposal(proposal.id, 1, 1, accepted=accepted, answer="问过了")
        return _at_work(street, lambda work: decide_proposal(work, wanted).answer)

    return Race(
        decide(accepted=True),
        decide(accepted=False),
        lambda: street.read(OfferProposal.accepted, proposal.id),
    )


def two_proposals_of_one_shop(street: Street) -> Race:
    owner = given_staff(street.session, street.community, Role.SHOP_OWNER)
    shop = given_shop(street.session, street.community, owner_id=owner.account_id)
    one, two = (
        _at_work(street, partial(_propose, shop=shop, pay=pay), by=owner) for pay in (820, 830)
    )
    return Race(one, two, lambda: street.count(OfferProposal))


def one_signal_put_away_twice(street: Street) -> Race:
    signal = given_signal(street.session, given_shop(street.session, street.community))
    one, two = (
        _at_work(street, partial(_put_away, signal=signal, reason=reason))
        for reason in ("店主病了", "设备坏了")
    )
    return Race(one, two, lambda: street.read(ShopSignal.reason, signal.id))


def an_end_of_a_notice_beside_an_objection(street: Street) -> Race:
    on_notice = {"state": "notice", "notice_last": NOON.date()}
    shop = given_shop(street.session, street.community, **on_notice)
    back = MoveCertification(shop.id, CertificationAction.SEND_BACK, "秤没有检定")
    objection = MakeShopObjection(shop.id, "秤少二两")
    community_id = street.community.id

    def object_to_it(own: Session) -> str:
        community = own.get_one(Community, community_id)
        return make_shop_objection(own, community, objection, now=NOON).text

    return Race(
        _at_work(street, lambda work: move_certification(work, back).state),
        partial(in_transaction, street.app, object_to_it),
        lambda: street.count(ShopObjection),
    )


def an_undoing_beside_what_a_stall_goes_through_next(street: Street) -> Race:
    account = given_account(street.session, street.community)
    stall = given_stall(street.session, street.community, account)
    job = given_import(street, "stalls")
    given_turn(street.session, stall, account, import_id=job)
    back = LetStall(stall.id, NOON.date(), tenant=None)
    return Race(
        _at_work(street, lambda work: let_stall(work, back).tenant),
        street.send(f"POST /imports/{job}/undo", by=street.other),
        lambda: street.count(StallLet),
    )


def a_pin_beside_the_removal_of_its_plan(street: Street) -> Race:
    shop = given_shop(street.session, street.community)
    plan = given_plan(street.session, street.community)
    place = {"plan_id": str(plan.id), "x_permille": 500, "y_permille": 500}
    return Race(
        _at_work(street, partial(remove_floor_plan, plan_id=plan.id)),
        street.send(f"PUT /shops/{shop.id}/pin", by=street.other, json=place),
        lambda: street.count(ShopPin),
    )


def _put_away(work: Work, *, signal: ShopSignal, reason: str) -> str:
    return put_signal_away(work, PutAway(signal.id, reason)).kind


def _propose(work: Work, *, shop: Shop, pay: int) -> int:
    term = AgreedTerm("civilized_resident", Permille(pay))
    return propose_terms(work, ProposeTerms(shop.id, 1, [term], [])).shop_version


def _at_work(street: Street, deed: Callable[[Work], Any], *, by: StaffMember | None = None) -> Act:
    actor = by or given_staff(street.session, street.community)
    return lambda: in_transaction(street.app, lambda own: deed(Work(own, actor, NOON)))
