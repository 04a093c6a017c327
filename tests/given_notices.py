"""Rounds in their public notice, objections to it, and matters."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from loyalty.models import (
    Candidate,
    Community,
    Complaint,
    CouncilMeeting,
    Matter,
    Objection,
    Round,
    RoundList,
    Shop,
    ShopObjection,
)
from loyalty.rules.calendar import Month
from loyalty.rules.selection import RoundAction
from loyalty.services.actors import Role, StaffMember
from loyalty.services.matters.matters import MatterKind, RaiseMatter, Raiser, raise_matter
from loyalty.services.notice.decisions import DecideObjection, decide_objection
from loyalty.services.notice.objections import MakeObjection, make_objection
from loyalty.services.receipts import make_receipt
from loyalty.services.work import Work
from tests.given import NOON, given_staff, number
from tests.given_rounds import given_round_after

DECEMBER = Month(2026, 12)


def given_notice(session: Session, community: Community, *, candidates: int = 5) -> Round:
    """December's round in its notice: a list of three, the others reserves."""
    return given_round_after(session, community, RoundAction.PUBLISH, candidates=candidates)


def placed(session: Session, selection_round: Round, place: int) -> Candidate:
    """Return who has a place in the draw."""
    return session.scalars(
        select(Candidate)
        .join(RoundList, RoundList.id == Candidate.list_id)
        .where(RoundList.round_id == selection_round.id, Candidate.place == place)
        .options(joinedload(Candidate.resident))
    ).one()


def given_objection(
    session: Session, selection_round: Round, place: int = 1, *, now: datetime = NOON, **values: Any
) -> Objection:
    """An anonymous objection to one line of a notice."""
    request = {
        "reference": placed(session, selection_round, place).reference,
        "text": "这个人没有做过这些事",
        **values,
    }
    community = session.get_one(Community, selection_round.community_id)
    return make_objection(session, community, DECEMBER, MakeObjection(**request), now=now)


def given_shop_objection(session: Session, shop: Shop) -> ShopObjection:
    """An objection to a shop that is not answered, whatever state the shop is in."""
    objection = ShopObjection(
        community_id=shop.community_id,
        shop_id=shop.id,
        receipt=make_receipt(),
        text="秤不准",
        name="赵大力",
        contact="3-502",
        made_at=NOON,
        due_on=date(2026, 12, 16),
    )
    session.add(objection)
    session.flush()
    return objection


def given_waiting_objection(session: Session, candidate: Candidate) -> Objection:
    """An objection that is not answered, whatever state the round is in."""
    of_list = (candidate.community_id, candidate.list_id)
    objection = Objection(
        community_id=candidate.community_id,
        round_id=session.get_one(RoundList, of_list).round_id,
        candidate_id=candidate.id,
        receipt=f"RECEIPT-{next(number)}",
        text="这个人没有做过这些事",
        made_at=NOON,
        due_on=date(2026, 12, 16),
    )
    session.add(objection)
    session.flush()
    return objection


def given_matter(session: Session, community: Community, **values: Any) -> Matter:
    """A problem that a resident has raised and that nobody has answered yet."""
    request = {"kind": MatterKind.PROBLEM, "text": "东门路灯不亮", "raised_by": Raiser.RESIDENT}
    actor = given_staff(session, community)
    return raise_matter(Work(session, actor, NOON), RaiseMatter(**{**request, **values}))


def given_meeting(session: Session, community: Community, **values: Any) -> CouncilMeeting:
    """A meeting of the merchants' council at noon's own day, of which nobody has told yet."""
    meeting = CouncilMeeting(
        **{
            "community_id": community.id,
            "held_on": NOON.date(),
            "place": "市场办公室",
            "agenda": "东门路灯",
            "planned_at": NOON,
            **values,
        }
    )
    session.add(meeting)
    session.flush()
    return meeting


def decide(
    session: Session,
    objection: Objection,
    *,
    upheld: bool,
    actor: StaffMember | None = None,
    reason: str = "已经核实",
    now: datetime = NOON,
) -> Objection:
    """Answer an objection; by a manager who has had nothing to do with it, unless told."""
    selection_round = session.get_one(Round, (objection.community_id, objection.round_id))
    community = session.get_one(Community, selection_round.community_id)
    work = Work(session, actor or given_staff(session, community, Role.MANAGER), now)
    return decide_objection(work, DecideObjection(objection.id, upheld, reason))


def given_complaint(session: Session, shop: Shop, **values: Any) -> Complaint:
    """Somebody's complaint of today that a shop gave no discount; it has no answer."""
    complaint = Complaint(
        **{
            "community_id": shop.community_id,
            "shop_id": shop.id,
            "kind": "no_discount",
            "happened_on": NOON.date(),
            "receipt": make_receipt(),
            "made_at": NOON,
            "due_on": date(2026, 12, 16),
            **values,
        }
    )
    session.add(complaint)
    session.flush()
    return complaint
