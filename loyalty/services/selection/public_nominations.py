"""Nominations on the public form: somebody named by name and home, whom staff may have to find.

Whoever sends the form learns nothing from the answer: neither that somebody lives there, nor that
somebody was nominated before.
"""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from loyalty.models import Candidate, Community, Nomination, Resident, Round, RoundList
from loyalty.rules.calendar import Month
from loyalty.rules.selection import RoundObstacle, RoundState
from loyalty.rules.typed_text import code_letters, name_key, reference_key
from loyalty.services.actors import StaffMember
from loyalty.services.audit import note
from loyalty.services.errors import RoundStateError, UnknownRecordError
from loyalty.services.paging import Page, page
from loyalty.services.receipts import give_out, new_receipt
from loyalty.services.selection.nominations import candidate_for, list_for, nominee
from loyalty.services.selection.planning import held_round, round_of

PUBLIC_SOURCES = ("self", "neighbour")
"""Who speaks on the public form."""

STATES = ("pending", "accepted", "rejected")


@dataclass(frozen=True, slots=True)
class NominateByName:
    """One voice of the public."""

    honour: str
    """Code of the honour."""
    name: str
    unit: str
    """Building and flat of the person who is nominated."""
    source: str
    """One of `PUBLIC_SOURCES`."""
    statement: str | None = None
    """Why, for the panel to read."""
    receipt: str = field(default_factory=new_receipt)
    """What it is asked after with. Sent again with the same one, a voice counts once."""


@dataclass(frozen=True, slots=True)
class FindNominations:
    """Which of a round's nominations are wanted."""

    round_id: UUID
    limit: int
    after: UUID | None = None
    state: str | None = None
    """One of `STATES`."""


def nominate_by_name(
    session: Session, community: Community, month: Month, request: NominateByName, *, now: datetime
) -> Nomination:
    """Take in a voice of the public, once per receipt.

    It counts at once where exactly one active resident has this name and home; otherwise staff find
    out who is meant.

    Raises:
        RoundStateError: the round is not open.
        UnknownRecordError: the month has no round.
        ValueRefusedError: the round has no list of this honour.
    """
    round_id = _round_in(session, community, month)
    held_round(session, community.id, round_id, RoundState.OPEN)
    list_id = list_for(session, community.id, round_id, request.honour)
    give_out(session, community.id, request.receipt)
    if earlier := _taken_in(session, community.id, list_id, request.receipt):
        return earlier
    nomination = Nomination(
        community_id=community.id,
        list_id=list_id,
        source=request.source,
        at=now,
        statement=request.statement,
        state="pending",
        receipt=request.receipt,
        name=request.name,
        unit=request.unit,
    )
    if resident := _only_resident(session, community, request):
        _accept(session, nomination, resident)
    session.add(nomination)
    session.flush()
    _note(session, None, community.id, nomination, "received", now=now, source=request.source)
    return nomination


def find_nominations(
    session: Session, actor: StaffMember, request: FindNominations
) -> Page[Nomination]:
    """Return the nominations of a round, the oldest first."""
    round_of(session, actor, request.round_id)
    query = _nominations(actor.community_id).where(RoundList.round_id == request.round_id)
    if request.state is not None:
        query = query.where(Nomination.state == request.state)
    return page(session, query, Nomination, limit=request.limit, after=request.after)


def nomination_called(
    session: Session, actor: StaffMember, round_id: UUID, receipt: str
) -> Nomination:
    """Return the nomination of a round with a receipt's number.

    Raises:
        UnknownRecordError: the community has no such round, or the round no such number.
    """
    round_of(session, actor, round_id)
    nomination = session.scalar(
        _nominations(actor.community_id).where(
            RoundList.round_id == round_id, Nomination.receipt == code_letters(receipt)
        )
    )
    if nomination is None:
        raise UnknownRecordError("There is no nomination with this number.")
    return nomination


@dataclass(frozen=True, slots=True)
class MatchNomination:
    """Who is meant by a nomination of the public."""

    nomination_id: UUID
    resident_id: UUID
    consented: bool = False
    """The person has been asked just now, and agrees to take part."""


def match_nomination(
    session: Session, actor: StaffMember, request: MatchNomination, *, now: datetime
) -> Nomination:
    """Say who is meant by a nomination of the public, and whether they agree to take part.

    Raises:
        RoundStateError: the nomination was decided before, or the round is no longer open.
        UnknownRecordError: the community has no such nomination.
        ValueRefusedError: the resident is unknown.
    """
    nomination = _pending(session, actor, request.nomination_id)
    held_round(session, actor.community_id, nomination.round_list.round_id, RoundState.OPEN)
    meant = nominee(session, actor.community_id, request.resident_id)
    if request.consented:
        meant.consent_membership = True
        nomination.consented_at = now
    _accept(session, nomination, meant)
    _decided(session, actor, nomination, now=now, consented=request.consented)
    return nomination


def reject_nomination(
    session: Session, actor: StaffMember, nomination_id: UUID, reason: str, *, now: datetime
) -> Nomination:
    """Say why a nomination of the public counts for nobody.

    Raises:
        RoundStateError: the nomination was decided before.
        UnknownRecordError: the community has no such nomination.
    """
    nomination = _pending(session, actor, nomination_id)
    nomination.state, nomination.reason = "rejected", reason
    nomination.name = nomination.unit = nomination.statement = None
    _decided(session, actor, nomination, now=now)
    return nomination


def _round_in(session: Session, community: Community, month: Month) -> UUID:
    round_id = session.scalar(
        select(Round.id).where(
            Round.community_id == community.id,
            Round.month == month.first,
            Round.state.not_in([RoundState.DRAFT, RoundState.CANCELLED]),
        )
    )
    if round_id is None:
        raise UnknownRecordError(f"There is no round for {month}.")
    return round_id


def _taken_in(
    session: Session, community_id: UUID, list_id: UUID, receipt: str
) -> Nomination | None:
    return session.scalar(
        select(Nomination).where(
            Nomination.community_id == community_id,
            Nomination.list_id == list_id,
            Nomination.receipt == receipt,
        )
    )


def _only_resident(
    session: Session, community: Community, request: NominateByName
) -> Resident | None:
    found = session.scalars(
        select(Resident)
        .where(
            Resident.community_id == community.id,
            Resident.name_key == name_key(request.name),
            Resident.unit_key == reference_key(request.unit),
            Resident.state == "active",
        )
        .limit(2)
    ).all()
    return found[0] if len(found) == 1 else None


def _accept(session: Session, nomination: Nomination, resident: Resident) -> None:
    nomination.candidate = candidate_for(session, nomination.list_id, resident)
    nomination.state = "accepted"
    nomination.name = nomination.unit = None


def _nominations(community_id: UUID) -> Select[tuple[Nomination]]:
    return (
        select(Nomination)
        .join(Nomination.round_list)
        .where(Nomination.community_id == community_id)
        .options(
            joinedload(Nomination.round_list).joinedload(RoundList.honour),
            joinedload(Nomination.candidate).joinedload(Candidate.resident),
        )
    )


def _pending(session: Session, actor: StaffMember, nomination_id: UUID) -> Nomination:
    """Return a nomination for one person to decide; whoever comes second finds it decided."""
    nomination = session.scalar(
        _nominations(actor.community_id)
        .where(Nomination.id == nomination_id)
        .with_for_update(of=Nomination)
        .execution_options(populate_existing=True)
    )
    if nomination is None:
        raise UnknownRecordError("There is no such nomination.")
    if nomination.state != "pending":
        raise RoundStateError("It has been decided before.", [RoundObstacle.ALREADY_DECIDED])
    return nomination


def _decided(
    session: Session, actor: StaffMember, nomination: Nomination, *, now: datetime, **detail: object
) -> None:
    nomination.decided_by = actor.account_id
    _note(session, actor, actor.community_id, nomination, nomination.state, now=now, **detail)


def _note(
    session: Session,
    actor: StaffMember | None,
    community_id: UUID,
    nomination: Nomination,
    deed: str,
    *,
    now: datetime,
    **detail: object,
) -> None:
    note(
        session,
        actor,
        f"nomination.{deed}",
        community_id=community_id,
        subject_id=nomination.id,
        now=now,
        **detail,
    )
    session.flush()
