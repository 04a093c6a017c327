"""What is written down of contributions: entered, changed, approved by a second person, withdrawn.

Nothing is entered for a month whose figures are closed, nor moved out of one: whoever does so
holds the community, as the closing does, so one of the two comes first.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from loyalty.models import ClosedMonth, Contribution, ContributionKind, LedgerParty
from loyalty.rules.benefit import Label, Party
from loyalty.rules.calendar import Month
from loyalty.rules.contributions import (
    SIDES,
    ContributionState,
    PartyKind,
    Unit,
    state_of_entry,
)
from loyalty.rules.money import NOTHING, Fen
from loyalty.rules.typed_text import make_reference_key
from loyalty.services.changes import AS_IT_WAS, AsItWas, collect_new_values
from loyalty.services.community.policy import locked_community
from loyalty.services.errors import (
    ContributionStateError,
    EvidenceKnownError,
    SecondPersonError,
    UnknownRecordError,
    ValueRefusedError,
)
from loyalty.services.paging import Page, fetch_asked
from loyalty.services.same_person import is_own_account
from loyalty.services.work import Work

WITH_NAMES = (
    joinedload(Contribution.kind),
    joinedload(Contribution.giving),
    joinedload(Contribution.receiving),
)
"""What is loaded with an entry that is shown."""


@dataclass(frozen=True, slots=True)
class RecordContribution:
    """What one party gave another once."""

    kind: str
    """Its code."""
    happened_on: date
    label: Label
    amount_fen: Fen = NOTHING
    quantity_hundredths: int = 0
    unit: Unit | None = None
    """Of the quantity; None if only money was given."""
    giver_id: UUID | None = None
    """Which party gave; None for all of those that the kind names."""
    receiver_id: UUID | None = None
    evidence: str | None = None
    """Where it is written down; what is attested has some."""
    evidence_again: bool = False
    """That the same evidence stands for another entry, too, is known and meant."""


@dataclass(frozen=True, slots=True)
class ChangeContribution:
    """New values of some members of an entry."""

    contribution_id: UUID
    version: int
    """The version that was read; another one by now is refused."""
    kind: str | AsItWas = AS_IT_WAS
    happened_on: date | AsItWas = AS_IT_WAS
    label: Label | AsItWas = AS_IT_WAS
    amount_fen: Fen | AsItWas = AS_IT_WAS
    quantity_hundredths: int | AsItWas = AS_IT_WAS
    unit: Unit | AsItWas | None = AS_IT_WAS
    giver_id: UUID | AsItWas | None = AS_IT_WAS
    receiver_id: UUID | AsItWas | None = AS_IT_WAS
    evidence: str | AsItWas | None = AS_IT_WAS
    evidence_again: bool = False


@dataclass(frozen=True, slots=True)
class FindContributions:
    """Which part of the list of entries is wanted."""

    limit: int
    after: UUID | None = None
    first: Month | None = None
    last: Month | None = None
    kind: str | None = None
    giver: Party | None = None
    receiver: Party | None = None
    label: Label | None = None
    state: ContributionState | None = None


def find_contributions(work: Work, request: FindContributions) -> Page[Contribution]:
    """Return entries, the last recorded first; those that do not count, too."""
    query = work.select(Contribution).join(Contribution.kind).options(*WITH_NAMES)
    if request.first is not None:
        query = query.where(Contribution.happened_on >= request.first.first)
    if request.last is not None:
        query = query.where(Contribution.happened_on <= request.last.last)
    if request.kind is not None:
        query = query.where(ContributionKind.code == request.kind)
    for column in (
        Contribution.giver,
        Contribution.receiver,
        Contribution.label,
        Contribution.state,
    ):
        if (wanted := getattr(request, column.key)) is not None:
            query = query.where(column == wanted.value)
    return fetch_asked(work.session, query, Contribution, request, newest_first=True)


def record_contribution(work: Work, request: RecordContribution) -> Contribution:
    """Write down what one party gave another.

    A large amount waits until a second person has approved it; entries of one evidence are judged
    together.

    Raises:
        EvidenceKnownError: the evidence stands for another entry.
        ContributionStateError: its month is closed.
        ValueRefusedError: it makes no sense; the pointer names the member.
    """
    locked_community(work.session, work.community_id)
    entry = Contribution(community_id=work.community_id)
    _write(work, entry, request)
    work.session.add(entry)
    work.note("contribution.recorded", entry, kind=request.kind, state=entry.state)
    return entry


def change_contribution(work: Work, request: ChangeContribution) -> Contribution:
    """Change an entry; a large amount waits for a second person anew.

    Raises:
        EvidenceKnownError: the evidence stands for another entry.
        ContributionStateError: it was withdrawn, or its month is closed, the old or the new one.
        StaleRecordError: somebody else changed it meanwhile.
        ValueRefusedError: it makes no sense; the pointer names the member.
    """
    locked_community(work.session, work.community_id)
    entry = _find_open(work, request.contribution_id, request.version)
    values = collect_new_values(request)
    as_it_is = _read_request(work, entry)
    members = {one.name: getattr(as_it_is, one.name) for one in fields(as_it_is)}
    # What the evidence stands for was known when it was given.
    again = {"evidence_again": request.evidence_again or request.evidence is AS_IT_WAS}
    _write(work, entry, RecordContribution(**{**members, **values, **again}))
    work.note("contribution.changed", entry, members=sorted(values), state=entry.state)
    return entry


def approve_contribution(
    work: Work, contribution_id: UUID, *, version: int | None = None
) -> Contribution:
    """Let an entry count that waits for a second person.

    Raises:
        ContributionStateError: it does not wait, or its month is closed.
        SecondPersonError: this account, or another of the same resident, has entered or changed it.
        StaleRecordError: somebody else changed it meanwhile.
    """
    locked_community(work.session, work.community_id)
    entry = _find_open(work, contribution_id, version)
    if entry.state != ContributionState.WAITING:
        raise ContributionStateError("This entry waits for nobody.", ["wrong_state"])
    if is_own_account(work, entry.recorded_by):
        raise SecondPersonError("Somebody else than who entered it approves a large amount.")
    entry.state = ContributionState.COUNTED.value
    entry.approved_by = work.actor.account_id
    work.note("contribution.approved", entry)
    return entry


def withdraw_contribution(
    work: Work, contribution_id: UUID, *, reason: str, version: int | None = None
) -> Contribution:
    """Let an entry count no more; it stays to be seen, with the reason.

    Raises:
        ContributionStateError: it was withdrawn, or its month is closed.
        StaleRecordError: somebody else changed it meanwhile.
    """
    locked_community(work.session, work.community_id)
    entry = _find_open(work, contribution_id, version)
    entry.state = ContributionState.WITHDRAWN.value
    entry.reason = reason
    work.note("contribution.withdrawn", entry)
    return entry


def _find_open(work: Work, contribution_id: UUID, version: int | None) -> Contribution:
    """Return an entry that may change; refuse one that was withdrawn or is of a closed month."""
    entry = work.find(Contribution, contribution_id, version=version)
    if entry.state == ContributionState.WITHDRAWN:
        raise ContributionStateError("This entry was withdrawn.", ["wrong_state"])
    _refuse_closed(work, entry.happened_on)
    return entry


def _read_request(work: Work, entry: Contribution) -> RecordContribution:
    """Return an entry as it would be asked for."""
    return RecordContribution(
        kind=work.find(ContributionKind, entry.kind_id).code,
        happened_on=entry.happened_on,
        label=Label(entry.label),
        amount_fen=Fen(entry.amount_fen),
        quantity_hundredths=entry.quantity_hundredths,
        unit=None if entry.unit is None else Unit(entry.unit),
        giver_id=entry.giver_id,
        receiver_id=entry.receiver_id,
        evidence=entry.evidence,
    )


def _write(work: Work, entry: Contribution, request: RecordContribution) -> None:
    """Give an entry what is asked for, if that makes sense."""
    kind = _require_kind(work, request.kind, entry)
    _refuse_nonsense(work, kind, request)
    _refuse_closed(work, request.happened_on)
    fill_in(work, entry, request, kind)
    entry.giver, entry.receiver = (
        _side_of(work, pointer, party_id) or side
        for pointer, party_id, side in (
            ("/giver_id", request.giver_id, kind.giver),
            ("/receiver_id", request.receiver_id, kind.receiver),
        )
    )
    entry.giver_id, entry.receiver_id = request.giver_id, request.receiver_id
    beside = _list_amounts_of_same_evidence(work, entry)
    if beside and not request.evidence_again:
        raise EvidenceKnownError(
            "This evidence stands for another entry already; if both are meant, send it with"
            " evidence_again."
        )
    alone = Fen(kind.alone_fen)
    entry.state = state_of_entry(request.amount_fen, Fen(sum(beside)), alone).value


def fill_in(
    work: Work, entry: Contribution, request: RecordContribution, kind: ContributionKind
) -> None:
    """Give an entry what is asked for; parties and state are decided elsewhere."""
    entry.kind_id = kind.id
    entry.happened_on = request.happened_on
    entry.amount_fen = request.amount_fen
    entry.quantity_hundredths = request.quantity_hundredths
    entry.unit = None if request.unit is None else request.unit.value
    entry.label = request.label.value
    entry.evidence = request.evidence
    entry.evidence_key = make_reference_key(request.evidence) if request.evidence else None
    entry.recorded_by, entry.recorded_at = work.actor.account_id, work.now
    entry.approved_by = None


def _require_kind(work: Work, code: str, entry: Contribution) -> ContributionKind:
    """Return the kind with a code; one that was retired serves the entries it has alone."""
    kind = work.session.scalar(work.select(ContributionKind).where(ContributionKind.code == code))
    if kind is None:
        raise ValueRefusedError("/kind", "The community has no such kind of contribution.")
    if not kind.active and entry.kind_id != kind.id:
        raise ValueRefusedError("/kind", "This kind was retired; name another.")
    return kind


def _refuse_nonsense(work: Work, kind: ContributionKind, request: RecordContribution) -> None:
    counted = request.quantity_hundredths > 0
    faults = {
        "/happened_on": ("This day has not come yet.", request.happened_on > work.now.date()),
        "/amount_fen": ("Give an amount, a quantity, or both.", not request.amount_fen + counted),
        "/quantity_hundredths": ("A unit needs its quantity.", bool(request.unit) and not counted),
        "/unit": (
            f"A quantity of this kind is counted in: {', '.join(kind.units) or 'nothing'}.",
            counted and request.unit not in kind.units,
        ),
        "/evidence": (
            "What is attested names its evidence.",
            request.label is Label.ATTESTED and not request.evidence,
        ),
        "/label": ("Tills alone measure.", request.label is Label.MEASURED),
    }
    for pointer, (fault, applies) in faults.items():
        if applies:
            raise ValueRefusedError(pointer, fault)


def find_last_closed(work: Work) -> Month | None:
    """Return the last month whose figures are closed; None if there is none."""
    last = work.session.scalar(
        select(func.max(ClosedMonth.month)).where(ClosedMonth.community_id == work.community_id)
    )
    return None if last is None else Month.of(last)


def _refuse_closed(work: Work, day: date) -> None:
    last = find_last_closed(work)
    if last is not None and Month.of(day) <= last:
        raise ContributionStateError(
            f"The figures of {Month.of(day)} are closed; nothing counts in it any more.",
            ["month_closed"],
        )


def _side_of(work: Work, pointer: str, party_id: UUID | None) -> str | None:
    """Return which of the four parties somebody belongs to; None if nobody is named."""
    if party_id is None:
        return None
    try:
        party = work.find(LedgerParty, party_id)
    except UnknownRecordError as error:
        raise ValueRefusedError(pointer, str(error)) from error
    if party.merged_into_id is not None:
        raise ValueRefusedError(pointer, "This party was merged into another; name that one.")
    return SIDES[PartyKind(party.kind)].value


def _list_amounts_of_same_evidence(work: Work, entry: Contribution) -> Sequence[int]:
    """Return the amounts of other entries for which the evidence of an entry stands, too, in fen.

    Those that were withdrawn are left out. An entry that is new has no id yet, and is not stored.
    """
    if entry.evidence_key is None:
        return ()
    query = select(Contribution.amount_fen).where(
        Contribution.community_id == work.community_id,
        Contribution.evidence_key == entry.evidence_key,
        Contribution.state != ContributionState.WITHDRAWN.value,
        Contribution.id != entry.id,
    )
    with work.session.no_autoflush:
        return work.session.scalars(query).all()
