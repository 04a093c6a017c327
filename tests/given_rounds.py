"""Rounds on their way: candidates, and the steps that lead to the cards."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from loyalty.models import (
    Candidate,
    Community,
    Nomination,
    Panellist,
    Resident,
    Round,
    RoundList,
)
from loyalty.rules.selection import STEPS, RoundAction, RoundNeed
from loyalty.services.actors import Role, StaffMember
from loyalty.services.receipts import make_receipt
from loyalty.services.rounds.actions import ActOnRound, act_on_round
from loyalty.services.staff.sign_in import to_staff_member
from loyalty.services.work import Work
from tests.given import (
    NOON,
    SEALING_KEY,
    given_account,
    given_resident,
    given_round,
    given_staff,
    number,
)

LAST_DAY = NOON + timedelta(days=7)
"""Wednesday, the fifth working day after a notice published at `NOON`."""

AFTER_NOTICE = NOON + timedelta(days=8)

WAY = tuple(action for action, step in STEPS.items() if step.stage is not None)
"""Every step of a round, in order."""

MEMBERS: dict[RoundNeed, dict[str, Any]] = {
    RoundNeed.SOURCE: {"witnesses": ("王建国", "买买提·艾力")},
    RoundNeed.SEED: {"seed": "3 5 2 6 1"},
    RoundNeed.REASON: {"reason": "名额有误"},
}
"""What some steps must be told."""


def list_of(session: Session, selection_round: Round) -> RoundList:
    """Return the first list of a round."""
    lists = select(RoundList).where(RoundList.round_id == selection_round.id)
    return session.scalars(lists.order_by(RoundList.id).limit(1)).one()


def given_candidate(
    session: Session, selection_round: Round, *, on: RoundList | None = None, **values: Any
) -> Candidate:
    """A nominated resident; `values` are the resident's columns, or `resident_id` alone."""
    community = session.get_one(Community, selection_round.community_id)
    resident_id = values.pop("resident_id", None) or given_resident(session, community, **values).id
    candidate = Candidate(
        community_id=community.id,
        list_id=(on or list_of(session, selection_round)).id,
        resident_id=resident_id,
        reference=f"R-{next(number)}",
    )
    session.add(candidate)
    session.flush()
    return candidate


def given_nomination(session: Session, selection_round: Round, **values: Any) -> Nomination:
    """A voice of the public, for somebody whom staff have still to find."""
    nomination = Nomination(
        **{
            "community_id": selection_round.community_id,
            "list_id": list_of(session, selection_round).id,
            "source": "neighbour",
            "state": "pending",
            "name": "张小明",
            "unit": "3号楼",
            "receipt": make_receipt(),
            "at": NOON,
            **values,
        }
    )
    session.add(nomination)
    session.flush()
    return nomination


def given_nomination_by(session: Session, account_id: UUID, candidate: Candidate) -> Nomination:
    """The nomination of a candidate by an account of the staff."""
    nomination = Nomination(
        community_id=candidate.community_id,
        list_id=candidate.list_id,
        candidate_id=candidate.id,
        source="staff",
        account_id=account_id,
        at=NOON,
    )
    session.add(nomination)
    session.flush()
    return nomination


def given_seat(
    session: Session, selection_round: Round, account_id: UUID, **values: Any
) -> Panellist:
    """The seat of an account on the panel of a round."""
    seat = Panellist(
        **{
            "community_id": selection_round.community_id,
            "round_id": selection_round.id,
            "account_id": account_id,
            "named_by": selection_round.created_by,
            "named_at": NOON,
            **values,
        }
    )
    session.add(seat)
    session.flush()
    return seat


def given_panellist(session: Session, selection_round: Round, **values: Any) -> StaffMember:
    """A signed-in account on the panel of a round; `values` are the account's columns."""
    community = session.get_one(Community, selection_round.community_id)
    account = given_account(session, community, Role.PANEL, **values)
    given_seat(session, selection_round, account.id)
    return to_staff_member(account, timezone=community.timezone)


def candidates_on(session: Session, selection_round: Round) -> list[Candidate]:
    """Return the candidates of a round, the first nominated first, with their residents."""
    return [
        *session.scalars(
            select(Candidate)
            .join(Candidate.round_list)
            .where(RoundList.round_id == selection_round.id)
            .options(joinedload(Candidate.resident))
            .order_by(Candidate.id)
        )
    ]


def act(
    session: Session,
    selection_round: Round,
    action: RoundAction,
    *,
    actor: StaffMember | None = None,
    **values: Any,
) -> Round:
    """Take one step; by a manager who did not plan the round, and late enough, unless told."""
    community = session.get_one(Community, selection_round.community_id)
    early = WAY.index(RoundAction.PUBLISH) >= [*RoundAction].index(action)
    now = values.pop("now", NOON if early else AFTER_NOTICE)
    for need in STEPS[action].needs:
        values = {**MEMBERS.get(need, {}), **values}
    work = Work(session, actor or given_staff(session, community, Role.MANAGER), now)
    request = ActOnRound(selection_round.id, action, **values)
    return act_on_round(work, request, sealing_key=SEALING_KEY)


def brought_through(session: Session, selection_round: Round, last: RoundAction) -> Round:
    """Take every step up to one, included."""
    for action in WAY[: WAY.index(last) + 1]:
        act(session, selection_round, action)
    return selection_round


def given_winner(
    session: Session, community: Community, last: RoundAction = RoundAction.ISSUE, **values: Any
) -> Resident:
    """The only winner of a round taken through every step up to one; commits what was built."""
    selection_round = given_round(session, community)
    winner = given_candidate(session, selection_round, **values)
    brought_through(session, selection_round, last)
    session.commit()
    return winner.resident


def given_round_after(
    session: Session, community: Community, last: RoundAction, *, candidates: int = 2
) -> Round:
    """A round with some candidates that has been taken through every step up to one, included."""
    selection_round = given_round(session, community)
    for _ in range(candidates):
        given_candidate(session, selection_round)
    return brought_through(session, selection_round, last)
