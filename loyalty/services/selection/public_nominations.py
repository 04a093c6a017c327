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
from loyalty.models.sealed import index_of
from loyalty.rules.calendar import Month
from loyalty.rules.selection import RoundObstacle, RoundState
from loyalty.rules.typed_text import clean_code_letters, make_name_key
from loyalty.services.changes import members_of
from loyalty.services.errors import RoundStateError, UnknownRecordError
from loyalty.services.paging import Page, fetch_page
from loyalty.services.people.consents import Consent, ConsentSource, Said, change_consents
from loyalty.services.receipts import give_out, make_receipt, take_in
from loyalty.services.selection.nominations import candidate_for, list_for, nominee
from loyalty.services.selection.planning import held_round, refuse_other_state, round_of
from loyalty.services.work import Work

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
    receipt: str = field(default_factory=make_receipt)
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
    round_id = _open_round(session, community, month).id
    list_id = list_for(session, community.id, round_id, request.honour)
    give_out(session, community.id, request.receipt)
    if earlier := _taken_in(session, community.id, list_id, request.receipt):
        return earlier
    nomination = _voice(community.id, list_id, request, now=now)
    if resident := _only_resident(session, community, request):
        _accept(session, nomination, resident)
    return take_in(session, nomination, "nomination.received", now=now, source=request.source)


def find_nominations(work: Work, request: FindNominations) -> Page[Nomination]:
    """Return the nominations of a round, the oldest first."""
    round_of(work, request.round_id)
    query = _nominations(work.community_id).where(RoundList.round_id == request.round_id)
    if request.state is not None:
        query = query.where(Nomination.state == request.state)
    return fetch_page(work.session, query, Nomination, limit=request.limit, after=request.after)


def nomination_called(work: Work, round_id: UUID, receipt: str) -> Nomination:
    """Return the nomination of a round with a receipt's number.

    Raises:
        UnknownRecordError: the community has no such round, or the round no such number.
    """
    round_of(work, round_id)
    nomination = work.session.scalar(
        _nominations(work.community_id).where(
            RoundList.round_id == round_id, Nomination.receipt == clean_code_letters(receipt)
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


def match_nomination(work: Work, request: MatchNomination) -> Nomination:
    """Say who is meant by a nomination of the public, and whether they agree to take part.

    Raises:
        RoundStateError: the nomination was decided before, or the round is no longer open.
        UnknownRecordError: the community has no such nomination.
        ValueRefusedError: the resident is unknown.
    """
    nomination = _pending(work, request.nomination_id)
    held_round(work, nomination.round_list.round_id, RoundState.OPEN)
    meant = nominee(work, request.resident_id)
    if request.consented:
        said = Said(ConsentSource.NOMINATION, work.now, work.actor.account_id)
        change_consents(work.session, meant, {Consent.MEMBERSHIP: True}, said)
        nomination.consented_at = work.now
    _accept(work.session, nomination, meant)
    nomination.decided_by = work.actor.account_id
    work.note("nomination.accepted", nomination, consented=request.consented)
    return nomination


def reject_nomination(work: Work, nomination_id: UUID, reason: str) -> Nomination:
    """Say why a nomination of the public counts for nobody.

    Raises:
        RoundStateError: the nomination was decided before.
        UnknownRecordError: the community has no such nomination.
    """
    nomination = _pending(work, nomination_id)
    nomination.state, nomination.reason = "rejected", reason
    nomination.decided_by = work.actor.account_id
    nomination.name = nomination.unit = nomination.statement = None
    work.note("nomination.rejected", nomination)
    return nomination


def _voice(
    community_id: UUID, list_id: UUID, request: NominateByName, *, now: datetime
) -> Nomination:
    """Return a voice for which it is not known yet who is meant."""
    return Nomination(
        community_id=community_id,
        **members_of(request, but=("honour",)),
        list_id=list_id,
        at=now,
        state="pending",
    )


def _open_round(session: Session, community: Community, month: Month) -> Round:
    """Return the round of a month, which stays open until the transaction ends."""
    round_id = session.scalar(
        select(Round.id).where(
            Round.community_id == community.id,
            Round.month == month.first,
            Round.state.not_in([RoundState.DRAFT, RoundState.CANCELLED]),
        )
    )
    if round_id is None:
        raise UnknownRecordError(f"There is no round for {month}.")
    held = select(Round).where(Round.community_id == community.id, Round.id == round_id)
    held = held.with_for_update(read=True).execution_options(populate_existing=True)
    found = session.scalars(held).one()
    refuse_other_state(found, RoundState.OPEN)
    return found


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
            Resident.name_key == make_name_key(request.name),
            Resident.unit_key
            == index_of(Resident, "unit", request.unit, community_id=community.id),
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


def _pending(work: Work, nomination_id: UUID) -> Nomination:
    """Return a nomination for one person to decide; whoever comes second finds it decided."""
    nomination = work.session.scalar(
        _nominations(work.community_id)
        .where(Nomination.id == nomination_id)
        .with_for_update(of=Nomination)
        .execution_options(populate_existing=True)
    )
    if nomination is None:
        raise UnknownRecordError("There is no such nomination.")
    if nomination.state != "pending":
        raise RoundStateError("It has been decided before.", [RoundObstacle.ALREADY_DECIDED])
    return nomination
