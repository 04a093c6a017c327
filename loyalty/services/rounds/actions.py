"""Acting on a round: the one way from its draft to its cards. No state can be skipped."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Community, Round
from loyalty.rules.notice import NoticeKind
from loyalty.rules.selection import (
    RoundAction,
    RoundFacts,
    RoundObstacle,
    RoundState,
    missing_for,
    next_state,
)
from loyalty.services.actors import Role, StaffMember
from loyalty.services.audit import note
from loyalty.services.community.working_days import last_day_of, years_without_table
from loyalty.services.errors import (
    NotAllowedError,
    NoticeReopenedError,
    RoundStateError,
    StaleRecordError,
    UnknownRecordError,
    ValueRefusedError,
)
from loyalty.services.notice.objections import open_objections
from loyalty.services.notice.publishing import publish_changes, publish_notice, take_down
from loyalty.services.rounds.issuing import issue_cards
from loyalty.services.rounds.retention import forget_contacts
from loyalty.services.selection.ballots import missing_in
from loyalty.services.selection.drawing import draw, freeze
from loyalty.services.selection.planning import LISTS
from loyalty.services.selection.screening import remove_ineligible, screen
from loyalty.services.selection.waiting_lines import lines_without_card, ready_lines


@dataclass(frozen=True, slots=True)
class ActOnRound:
    """One action on one round."""

    round_id: UUID
    action: RoundAction
    seed: str | None = None
    """For the draw: what chance gave in public."""
    witnesses: Sequence[str] = ()
    """For the draw: the names of the two who saw it."""
    reason: str | None = None
    """For cancelling, and for freezing the list while ballots are missing."""
    version: int | None = None
    """The version that was read, where the caller insists on it."""


def act_on_round(
    session: Session,
    actor: StaffMember,
    request: ActOnRound,
    *,
    sealing_key: bytes,
    now: datetime,
) -> Round:
    """Take a round one step on its way.

    Args:
        sealing_key: opens the key that signs the cards, from `cards.keys.sealing_key_from`.

    Raises:
        RoundStateError: something is missing; `missing` names all of it.
        NoticeReopenedError: at the confirmation somebody moved up; the notice runs on.
        NotAllowedError: only a manager confirms.
        ValueRefusedError: the draw needs seed and witnesses, the cancelling a reason.
    """
    # Whoever comes second waits here, and then finds the state the first has left.
    selection_round = _locked(session, actor, request)
    if request.action is RoundAction.CONFIRM and Role.MANAGER not in actor.roles:
        raise NotAllowedError("A round is confirmed by a manager.")
    facts = facts_of(
        session, selection_round, actor, now=now, reason_given=request.reason is not None
    )
    if missing := missing_for(request.action, facts):
        raise RoundStateError(f"The round cannot do this now: {', '.join(missing)}.", missing)
    _carry_out(session, actor, selection_round, request, sealing_key=sealing_key, now=now)
    selection_round.state = _state_after(session, selection_round, request.action)
    note(
        session,
        actor,
        f"round.{request.action}",
        community_id=actor.community_id,
        subject_id=selection_round.id,
        now=now,
    )
    session.flush()
    return selection_round


def facts_of(
    session: Session,
    selection_round: Round,
    actor: StaffMember,
    *,
    now: datetime,
    reason_given: bool = False,
) -> RoundFacts:
    """Return what decides which actions an account may take on a round now."""
    community = session.get_one(Community, selection_round.community_id)
    ready = (
        [] if community.undisputed_cards_wait else ready_lines(session, selection_round, now=now)
    )
    return RoundFacts(
        state=RoundState(selection_round.state),
        frozen=selection_round.frozen_at is not None,
        ballots_missing=len(missing_in(session, selection_round)),
        reason_given=reason_given,
        drawn=selection_round.drawn_at is not None,
        notice_last=selection_round.notice_last,
        today=now.date(),
        open_objections=open_objections(session, selection_round),
        ready_lines=len(ready),
        cards_signed=selection_round.issued_at is not None,
        creator=selection_round.created_by,
        actor=actor.account_id,
        calendar_known=_calendar_known(session, selection_round, today=now.date()),
    )


def _calendar_known(session: Session, selection_round: Round, *, today: date) -> bool:
    """Return whether the last day of a notice published today can be told for certain."""
    if selection_round.state != RoundState.REVIEW:
        return True
    community_id, days = selection_round.community_id, selection_round.notice_working_days
    last = last_day_of(session, community_id, today, days)
    return not years_without_table(session, community_id, today.year, last.year)


def _locked(session: Session, actor: StaffMember, request: ActOnRound) -> Round:
    selection_round = session.scalar(
        select(Round)
        .where(Round.id == request.round_id, Round.community_id == actor.community_id)
        .options(LISTS)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if selection_round is None:
        raise UnknownRecordError("There is no such round.")
    if request.version not in {None, selection_round.version}:
        raise StaleRecordError("The round has moved on meanwhile; read it again.")
    return selection_round


def _carry_out(
    session: Session,
    actor: StaffMember,
    selection_round: Round,
    request: ActOnRound,
    *,
    sealing_key: bytes,
    now: datetime,
) -> None:
    match request.action:
        case RoundAction.SCREEN:
            screen(session, selection_round)
        case RoundAction.FREEZE:
            freeze(session, selection_round, now=now)
            selection_round.freeze_reason = request.reason
        case RoundAction.DRAW:
            draw(
                session,
                selection_round,
                seed=request.seed or "",
                witnesses=request.witnesses,
                now=now,
            )
        case RoundAction.PUBLISH:
            publish_notice(session, actor, selection_round, now=now)
        case RoundAction.CONFIRM:
            _screen_once_more(session, actor, selection_round, now=now)
            selection_round.confirmed_by = actor.account_id
            selection_round.confirmed_at = now
        case RoundAction.ISSUE:
            issue_cards(session, selection_round, sealing_key=sealing_key, now=now)
            selection_round.issued_at = now
            forget_contacts(session, actor.community_id, now=now)
        case RoundAction.CLOSE:
            selection_round.closed_at = now
            forget_contacts(session, actor.community_id, now=now)
        case RoundAction.CANCEL:
            selection_round.cancel_reason = _reason(request)
            take_down(session, actor, selection_round, now=now)


def _screen_once_more(
    session: Session, actor: StaffMember, selection_round: Round, *, now: datetime
) -> None:
    """Let go whom nothing speaks for any more; whoever moves up has to be published first."""
    remove_ineligible(session, selection_round)
    changed = publish_changes(session, actor, selection_round, now=now)
    if changed is not None and changed.kind == NoticeKind.SUPPLEMENTARY:
        raise NoticeReopenedError(
            f"A reserve has moved up, so the notice runs until {changed.last_day}.",
            [RoundObstacle.NOTICE_RUNNING],
        )


def _state_after(session: Session, selection_round: Round, action: RoundAction) -> RoundState:
    """Return where an action leads: an issue leads back while a card or an answer is due."""
    lines_wait = action is RoundAction.ISSUE and (
        bool(lines_without_card(session, selection_round))
        or open_objections(session, selection_round) > 0
    )
    if lines_wait:
        # What is left is confirmed anew, by a second person as before.
        selection_round.confirmed_at = selection_round.confirmed_by = None
    return next_state(action, RoundState(selection_round.state), lines_wait=lines_wait)


def _reason(request: ActOnRound) -> str:
    if not request.reason:
        raise ValueRefusedError("/reason", "A round is cancelled for a reason.")
    return request.reason
