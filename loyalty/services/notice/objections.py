"""Objections to a line of a public notice: made by anyone, read by staff."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from loyalty.models import Candidate, Community, Honour, Objection, Round, RoundList, ShopObjection
from loyalty.rules.calendar import Month
from loyalty.rules.notice import ANSWER_WORKING_DAYS, ObjectionState, is_notice_over
from loyalty.rules.selection import RoundObstacle, RoundState
from loyalty.services.community.working_days import last_day_of
from loyalty.services.errors import RoundStateError, UnknownRecordError, ValueRefusedError
from loyalty.services.notice.publishing import latest_version
from loyalty.services.receipts import get_received, give_out, make_receipt, take_in
from loyalty.services.selection.at_work import RoundAtWork
from loyalty.services.selection.planning import round_of
from loyalty.services.selection.waiting_lines import disputable_lines
from loyalty.services.work import Work

ON_NOTICE = (RoundState.NOTICE, RoundState.CONFIRMED)
"""While these last, lines may be on notice still: not all of them need be confirmed at once."""

OF_WHOM = (
    joinedload(Objection.candidate).joinedload(Candidate.resident),
    joinedload(Objection.candidate).joinedload(Candidate.round_list).joinedload(RoundList.honour),
)
"""What an objection is shown with to staff."""


@dataclass(frozen=True, slots=True)
class MakeObjection:
    """What somebody has against one line of a notice, named by its reference or by its number."""

    text: str
    reference: str | None = None
    honour: str | None = None
    """Code of the honour on whose list the line stands."""
    line: int | None = None
    name: str | None = None
    """Of the objector; None stays anonymous."""
    contact: str | None = None
    receipt: str = field(default_factory=make_receipt)
    """What it is asked back with. Sent again with the same one, an objection counts once."""


def make_objection(
    session: Session, community: Community, month: Month, request: MakeObjection, *, now: datetime
) -> Objection:
    """Take in an objection, on the last day of the notice at the latest; once per receipt.

    Raises:
        RoundStateError: the notice is over, or the line has been confirmed.
        UnknownRecordError: the month has no notice.
        ValueRefusedError: the notice has no such line.
    """
    selection_round = _running_notice(session, community, month, today=now.date())
    if earlier := _objection_made(session, selection_round, request.receipt):
        return earlier
    candidate_id = _candidate_meant(session, selection_round, request)
    disputable = disputable_lines(RoundAtWork(session, selection_round, now))
    if candidate_id not in {one.id for one in disputable}:
        raise RoundStateError("This line is confirmed.", [RoundObstacle.NOTICE_OVER])
    objection = Objection(
        community_id=community.id,
        round_id=selection_round.id,
        candidate_id=candidate_id,
        receipt=request.receipt,
        text=request.text,
        name=request.name,
        contact=request.contact,
        made_at=now,
        due_on=last_day_of(session, community.id, now.date(), ANSWER_WORKING_DAYS),
    )
    return take_in(session, objection, "objection.made", now=now)


def objection_called(session: Session, community: Community, receipt: str) -> Objection:
    """Return the objection with a receipt number.

    Raises:
        UnknownRecordError: the community has given out no such number.
    """
    return get_received(session, Objection, community.id, receipt, noun="objection")


def state_of(objection: Objection | ShopObjection) -> ObjectionState:
    """Return how far an objection is."""
    if objection.upheld is None:
        return ObjectionState.OPEN
    return ObjectionState.UPHELD if objection.upheld else ObjectionState.DISMISSED


def objections_of(work: Work, round_id: UUID) -> Sequence[Objection]:
    """Return every objection in a round, the earliest first, with whom it is about."""
    selection_round = round_of(work, round_id)
    query = work.select(Objection).where(Objection.round_id == selection_round.id)
    return work.session.scalars(query.options(*OF_WHOM).order_by(Objection.id)).all()


def _running_notice(session: Session, community: Community, month: Month, *, today: date) -> Round:
    # Held in common, so that nobody confirms the list while an objection comes in.
    selection_round = session.scalar(
        select(Round)
        .where(
            Round.community_id == community.id,
            Round.month == month.first,
            Round.state != RoundState.CANCELLED,
        )
        .with_for_update(read=True)
        .execution_options(populate_existing=True)
    )
    if selection_round is None or selection_round.notice_last is None:
        raise UnknownRecordError(f"There is no notice for {month}.")
    running = not is_notice_over(selection_round.notice_last, today)
    if selection_round.state not in ON_NOTICE or not running:
        raise RoundStateError("The notice is over.", [RoundObstacle.NOTICE_OVER])
    return selection_round


def _objection_made(session: Session, selection_round: Round, receipt: str) -> Objection | None:
    give_out(session, selection_round.community_id, receipt)
    return session.scalar(
        select(Objection).where(
            Objection.community_id == selection_round.community_id,
            Objection.round_id == selection_round.id,
            Objection.receipt == receipt,
        )
    )


def _candidate_meant(session: Session, selection_round: Round, request: MakeObjection) -> UUID:
    lists = json.loads(latest_version(session, selection_round).content)["lists"]
    meant = [
        (one["honour"], line["reference"])
        for one in lists
        for line in one["lines"]
        if _is_meant(one["honour"], line, request)
    ]
    if len(meant) != 1:
        pointer = "/line" if request.reference is None else "/reference"
        raise ValueRefusedError(pointer, "The notice has no such line.")
    honour, reference = meant[0]
    return session.scalars(
        select(Candidate.id)
        .join(Candidate.round_list)
        .join(RoundList.honour)
        .where(
            RoundList.community_id == selection_round.community_id,
            RoundList.round_id == selection_round.id,
            Honour.code == honour,
            Candidate.reference == reference,
        )
    ).one()


def _is_meant(honour: str, line: dict[str, Any], request: MakeObjection) -> bool:
    if request.reference is not None:
        return bool(line["reference"] == request.reference)
    return (honour, line["line"]) == (request.honour, request.line)
