"""Acting on a round: the one way from its draft to its cards. No state can be skipped."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Community, Round
from loyalty.rules.notice import NoticeKind
from loyalty.rules.selection import (
    STEPS,
    RoundAction,
    RoundFacts,
    RoundNeed,
    RoundObstacle,
    RoundState,
    find_obstacles,
    next_state,
)
from loyalty.services.actors import Role, StaffMember
from loyalty.services.audit import note
from loyalty.services.errors import (
    NotAllowedError,
    NoticeReopenedError,
    RoundStateError,
    StaleRecordError,
    UnknownRecordError,
    ValueRefusedError,
)
from loyalty.services.notice.publishing import publish_changes, publish_notice, take_down
from loyalty.services.rounds.issuing import issue_cards
from loyalty.services.rounds.progress import notice_days
from loyalty.services.rounds.retention import forget_contacts
from loyalty.services.selection.at_work import RoundAtWork
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


@dataclass(frozen=True, slots=True)
class _Act:
    """An action that nothing stands in the way of, with all that carrying it out takes."""

    at_work: RoundAtWork
    actor: StaffMember
    request: ActOnRound
    sealing_key: bytes
    now: datetime


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
    at_work = RoundAtWork(session, _locked(session, actor, request))
    selection_round = at_work.selection_round
    _refuse_what_is_missing(at_work, actor, request, now=now)
    CARRY_OUT[request.action](_Act(at_work, actor, request, sealing_key, now))
    selection_round.state = _state_after(at_work, request.action)
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
    at_work: RoundAtWork, actor: StaffMember, *, now: datetime, reason_given: bool = False
) -> RoundFacts:
    """Return what decides which actions an account may take on a round now."""
    selection_round = at_work.selection_round
    community = at_work.session.get_one(Community, selection_round.community_id)
    ready = [] if community.undisputed_cards_wait else ready_lines(at_work, now=now)
    in_review = selection_round.state == RoundState.REVIEW
    return RoundFacts(
        state=RoundState(selection_round.state),
        frozen=selection_round.frozen_at is not None,
        ballots_missing=len(missing_in(at_work)),
        reason_given=reason_given,
        drawn=selection_round.drawn_at is not None,
        notice_last=selection_round.notice_last,
        today=now.date(),
        open_objections=len(at_work.open_objections),
        ready_lines=len(ready),
        cards_signed=selection_round.issued_at is not None,
        creator=selection_round.created_by,
        actor=actor.account_id,
        calendar_known=not in_review or notice_days(at_work, today=now.date()).official,
    )


def _refuse_what_is_missing(
    at_work: RoundAtWork, actor: StaffMember, request: ActOnRound, *, now: datetime
) -> None:
    needs = STEPS[request.action].needs
    if RoundNeed.MANAGER in needs and Role.MANAGER not in actor.roles:
        raise NotAllowedError("A manager takes this step.")
    facts = facts_of(at_work, actor, now=now, reason_given=request.reason is not None)
    if missing := find_obstacles(request.action, facts):
        raise RoundStateError(f"The round cannot do this now: {', '.join(missing)}.", missing)
    if RoundNeed.REASON in needs and not request.reason:
        raise ValueRefusedError("/reason", "This step is taken for a reason.")


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


def _change_the_state_alone(_: _Act) -> None:
    """Do nothing else: what is allowed now follows from the state."""


def _screen(act: _Act) -> None:
    screen(act.at_work)


def _freeze(act: _Act) -> None:
    freeze(act.at_work, now=act.now)
    act.at_work.selection_round.freeze_reason = act.request.reason


def _draw(act: _Act) -> None:
    seed, witnesses = act.request.seed or "", act.request.witnesses
    draw(act.at_work, seed=seed, witnesses=witnesses, now=act.now)


def _publish(act: _Act) -> None:
    publish_notice(act.at_work, act.actor, now=act.now)


def _confirm(act: _Act) -> None:
    """Let go whom nothing speaks for any more; whoever moves up has to be published first."""
    remove_ineligible(act.at_work)
    changed = publish_changes(act.at_work, act.actor, now=act.now)
    if changed is not None and changed.kind == NoticeKind.SUPPLEMENTARY:
        raise NoticeReopenedError(
            f"A reserve has moved up, so the notice runs until {changed.last_day}.",
            [RoundObstacle.NOTICE_RUNNING],
        )
    act.at_work.selection_round.confirmed_by = act.actor.account_id
    act.at_work.selection_round.confirmed_at = act.now


def _issue(act: _Act) -> None:
    issue_cards(act.at_work, sealing_key=act.sealing_key, now=act.now)
    act.at_work.selection_round.issued_at = act.now
    forget_contacts(act.at_work.session, act.actor.community_id, now=act.now)


def _close(act: _Act) -> None:
    act.at_work.selection_round.closed_at = act.now
    forget_contacts(act.at_work.session, act.actor.community_id, now=act.now)


def _cancel(act: _Act) -> None:
    act.at_work.selection_round.cancel_reason = act.request.reason
    take_down(act.at_work, act.actor, now=act.now)


CARRY_OUT: Mapping[RoundAction, Callable[[_Act], None]] = MappingProxyType(
    {
        RoundAction.OPEN: _change_the_state_alone,
        RoundAction.SCREEN: _screen,
        RoundAction.START_REVIEW: _change_the_state_alone,
        RoundAction.FREEZE: _freeze,
        RoundAction.DRAW: _draw,
        RoundAction.PUBLISH: _publish,
        RoundAction.CONFIRM: _confirm,
        RoundAction.ISSUE: _issue,
        RoundAction.CLOSE: _close,
        RoundAction.CANCEL: _cancel,
    }
)
"""What each action does, before the round moves on to its next state."""


def _state_after(at_work: RoundAtWork, action: RoundAction) -> RoundState:
    """Return where an action leads: an issue leads back while a card or an answer is due."""
    selection_round = at_work.selection_round
    lines_wait = action is RoundAction.ISSUE and bool(
        lines_without_card(at_work) or at_work.open_objections
    )
    if lines_wait:
        # What is left is confirmed anew, by a second person as before.
        selection_round.confirmed_at = selection_round.confirmed_by = None
    return next_state(action, RoundState(selection_round.state), lines_wait=lines_wait)
