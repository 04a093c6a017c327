"""The panel of a round: named before the review, and replaced afterwards for a reason alone."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from loyalty.models import (
    Candidate,
    ConflictOfInterest,
    Nomination,
    Panellist,
    Resident,
    Round,
    RoundList,
    StaffAccount,
)
from loyalty.rules.panel import Conflict, Seat
from loyalty.rules.selection import RoundObstacle, RoundState
from loyalty.services.actors import Role
from loyalty.services.errors import NotAllowedError, RoundStateError, ValueRefusedError
from loyalty.services.selection.planning import held_round
from loyalty.services.work import Lock, Work


@dataclass(frozen=True, slots=True)
class NamePanel:
    """Who is to sit on the panel of a round; nobody, where deeds alone are to count."""

    round_id: UUID
    account_ids: Sequence[UUID]
    reason: str | None = None
    """Why somebody is replaced, once the review has begun."""


def name_panel(work: Work, request: NamePanel) -> Sequence[Panellist]:
    """Put accounts on the panel of a round in place of those who sit on it.

    Whoever leaves stays written down; the ballots they have cast count no longer.

    Raises:
        RoundStateError: the review has begun and no reason is given, or the list is frozen.
        ValueRefusedError: an account, or another one of its resident, stands twice; or it is
            closed or has no part in panels.
    """
    states = (RoundState.DRAFT, RoundState.OPEN, RoundState.SCREENING, RoundState.REVIEW)
    selection_round = held_round(work, request.round_id, *states, lock=Lock.REFER)
    if selection_round.state == RoundState.REVIEW and request.reason is None:
        raise RoundStateError(
            "The review has begun: say why the panel changes.", [RoundObstacle.PANEL_FIXED]
        )
    _refuse_strangers(work, request.account_ids)
    joined, left = _change_seats(work, request)
    work.note(
        "panel.named",
        selection_round,
        joined=[str(panellist.account_id) for panellist in joined],
        left=[str(panellist.account_id) for panellist in left],
    )
    return panellists_of(work.session, selection_round)


def panellists_of(session: Session, selection_round: Round) -> Sequence[Panellist]:
    """Return everybody who was on the panel of a round, with their accounts, in the order named."""
    return session.scalars(
        select(Panellist)
        .where(
            Panellist.community_id == selection_round.community_id,
            Panellist.round_id == selection_round.id,
        )
        .options(joinedload(Panellist.account))
        .order_by(Panellist.id)
    ).all()


def who_may_sit(work: Work) -> Sequence[StaffAccount]:
    """Return the open accounts of the actor's community that have a part in panels, by name."""
    return work.session.scalars(
        work.select(StaffAccount)
        .where(StaffAccount.active, StaffAccount.roles.contains([Role.PANEL.value]))
        .order_by(StaffAccount.username)
    ).all()


def seat_of(work: Work, round_id: UUID, account_id: UUID | None) -> Panellist:
    """Return the seat an actor may speak for.

    Args:
        account_id: for staff, whose signed paper they hold; None is the actor's own.

    Raises:
        NotAllowedError: the actor speaks for somebody else without being staff, or has no seat.
        ValueRefusedError: the account has no seat on this panel.
    """
    own = account_id in {None, work.actor.account_id}
    if not own and not work.actor.roles & {Role.STAFF, Role.MANAGER}:
        raise NotAllowedError("A panellist speaks for themself alone.")
    wanted = account_id or work.actor.account_id
    for panellist in _seated(work, round_id):
        if panellist.account_id == wanted:
            return panellist
    if own:
        raise NotAllowedError("This account is not on the panel of this round.")
    raise ValueRefusedError("/account_id", "This account is not on the panel of this round.")


def held_seat(work: Work, round_id: UUID, account_id: UUID | None) -> Panellist:
    """Return a seat as `seat_of` does, held until the transaction ends.

    Whoever casts and whoever declares a conflict for it does so one after the other, so that no
    ballot stands beside the conflict that bars it.
    """
    panellist = seat_of(work, round_id, account_id)
    work.session.refresh(panellist, with_for_update={"key_share": True, "of": Panellist})
    return panellist


def seats_on(session: Session, selection_round: Round) -> tuple[Seat, ...]:
    """Return the present panel of a round as the rules see it."""
    declared = defaultdict[UUID, dict[UUID, Conflict]](dict)
    for conflict in session.scalars(
        select(ConflictOfInterest)
        .join_from(ConflictOfInterest, Panellist)
        .where(
            Panellist.community_id == selection_round.community_id,
            Panellist.round_id == selection_round.id,
        )
    ):
        declared[conflict.panellist_id][conflict.resident_id] = Conflict(conflict.kind)
    nominated = _nominated_by_accounts(session, selection_round)
    return tuple(
        Seat(
            panellist=panellist.id,
            household=household,
            nominated=frozenset(nominated[panellist.account_id]),
            declared=declared[panellist.id],
        )
        for panellist, household in session.execute(
            select(Panellist, Resident.household_key)
            .join(Panellist.account)
            .join_from(StaffAccount, Resident, isouter=True)
            .where(
                Panellist.community_id == selection_round.community_id,
                Panellist.round_id == selection_round.id,
                Panellist.left_at.is_(None),
            )
            .order_by(Panellist.id)
        ).tuples()
    )


def _nominated_by_accounts(
    session: Session, selection_round: Round
) -> defaultdict[UUID, set[UUID]]:
    """Return account → residents it nominated itself; what it typed in for others is not meant."""
    nominated = defaultdict[UUID, set[UUID]](set)
    for account_id, resident_id in session.execute(
        select(Nomination.account_id, Candidate.resident_id)
        .join(Nomination.candidate)
        .join(Nomination.round_list)
        .where(
            RoundList.community_id == selection_round.community_id,
            RoundList.round_id == selection_round.id,
            Nomination.source == "staff",
        )
    ):
        nominated[account_id].add(resident_id)
    return nominated


def _seated(work: Work, round_id: UUID) -> Sequence[Panellist]:
    return work.session.scalars(
        work.select(Panellist)
        .where(Panellist.round_id == round_id, Panellist.left_at.is_(None))
        .order_by(Panellist.id)
        .execution_options(populate_existing=True)
    ).all()


def _change_seats(
    work: Work, request: NamePanel
) -> tuple[Sequence[Panellist], Sequence[Panellist]]:
    """Return who has joined the panel, and who has left it."""
    seated = {one.account_id: one for one in _seated(work, request.round_id)}
    left = [one for account, one in seated.items() if account not in request.account_ids]
    for panellist in left:
        panellist.left_at, panellist.left_reason = work.now, request.reason
    joined = [
        Panellist(
            community_id=work.community_id,
            round_id=request.round_id,
            account_id=one,
            named_by=work.actor.account_id,
            named_at=work.now,
        )
        for one in request.account_ids
        if one not in seated
    ]
    work.session.add_all(joined)
    return joined, left


def _refuse_strangers(work: Work, account_ids: Sequence[UUID]) -> None:
    people = {account.id: account.resident_id or account.id for account in who_may_sit(work)}
    seated: set[UUID] = set()
    for place, account_id in enumerate(account_ids):
        person = people.get(account_id)
        if person is None or person in seated:
            raise ValueRefusedError(
                f"/account_ids/{place}", "No open account of a panellist, or they stand twice."
            )
        seated.add(person)
