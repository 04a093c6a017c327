"""Acting on a round: the one way from its draft to its cards. No state can be skipped."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from types import MappingProxyType
from uuid import UUID

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
from loyalty.services.actors import Role
from loyalty.services.errors import (
    NotAllowedError,
    NoticeReopenedError,
    RoundStateError,
    ValueRefusedError,
)
from loyalty.services.notice.publishing import publish_changes, publish_notice, take_down
from loyalty.services.rounds.issuing import issue_cards
from loyalty.services.rounds.progress import notice_days
from loyalty.services.rounds.retention import forget_contacts
from loyalty.services.same_person import is_own_account
from loyalty.services.selection.at_work import RoundAtWork
from loyalty.services.selection.ballots import missing_in
from loyalty.services.selection.drawing import draw, freeze
from loyalty.services.selection.planning import LISTS
from loyalty.services.selection.screening import remove_ineligible, screen
from loyalty.services.selection.seeds import (
    NameSource,
    keep_tries,
    name_source,
    source_of,
)
from loyalty.services.selection.waiting_lines import lines_without_card, ready_lines
from loyalty.services.work import Lock, Work


@dataclass(frozen=True, slots=True)
class ActOnRound:
    """One action on one round."""

    round_id: UUID
    action: RoundAction
    source: NameSource | None = None
    """For the freeze: what will give the seed, and when; None are dice, thrown today."""
    seed: str | None = None
    """For the draw: what the named source gave in public."""
    witnesses: Sequence[str] = ()
    """For the freeze, or the draw: the names of the two who are to see it, or saw it."""
    reason: str | None = None
    """For cancelling, and for freezing the list while ballots are missing."""
    version: int | None = None
    """The version that was read, where the caller insists on it."""


@dataclass(frozen=True, slots=True)
class _Act:
    """An action that nothing stands in the way of, with all that carrying it out takes."""

    work: Work
    at_work: RoundAtWork
    request: ActOnRound
    sealing_key: bytes


def act_on_round(
    work: Work,
    request: ActOnRound,
    *,
    sealing_key: bytes,
) -> Round:
    """Take a round one step on its way.

    Args:
        sealing_key: opens the key that signs the cards, from `cards.keys.sealing_key_from`.

    Raises:
        RoundStateError: something is missing; `missing` names all of it.
        NoticeReopenedError: at the confirmation somebody moved up; the notice runs on.
        NotAllowedError: only a manager confirms.
        ValueRefusedError: the draw needs seed and witnesses, the cancelling a reason; the source
            must give what nobody knows yet.
    """
    # Whoever comes second waits here, and then finds the state the first has left.
    selection_round = work.find(
        Round, request.round_id, lock=Lock.REFER, version=request.version, options=[LISTS]
    )
    at_work = RoundAtWork.of(work, selection_round)
    drawing = request.action is RoundAction.DRAW
    with keep_tries(work, selection_round, request.seed) if drawing else nullcontext():
        _refuse_what_is_missing(work, at_work, request)
        CARRY_OUT[request.action](_Act(work, at_work, request, sealing_key))
    selection_round.state = _state_after(at_work, request.action)
    work.note(f"round.{request.action}", selection_round)
    return selection_round


def facts_of(work: Work, at_work: RoundAtWork, *, reason_given: bool = False) -> RoundFacts:
    """Return what decides which actions an account may take on a round now."""
    selection_round = at_work.selection_round
    community = work.session.get_one(Community, work.community_id)
    ready = [] if community.undisputed_cards_wait else ready_lines(at_work)
    in_review = selection_round.state == RoundState.REVIEW
    source = source_of(selection_round)
    return RoundFacts(
        state=RoundState(selection_round.state),
        frozen=selection_round.frozen_at is not None,
        ballots_missing=len(missing_in(at_work)),
        reason_given=reason_given,
        drawn=selection_round.drawn_at is not None,
        notice_last=selection_round.notice_last,
        today=work.now.date(),
        open_objections=len(at_work.open_objections),
        ready_lines=len(ready),
        cards_signed=selection_round.issued_at is not None,
        created_it=is_own_account(work, selection_round.created_by),
        calendar_known=not in_review or notice_days(at_work).official,
        froze_the_list=in_review and is_own_account(work, selection_round.frozen_by),
        seed_day=source.day if source else None,
    )


def _refuse_what_is_missing(work: Work, at_work: RoundAtWork, request: ActOnRound) -> None:
    needs = STEPS[request.action].needs
    if RoundNeed.MANAGER in needs and Role.MANAGER not in work.actor.roles:
        raise NotAllowedError("A manager takes this step.")
    facts = facts_of(work, at_work, reason_given=bool(request.reason))
    if missing := find_obstacles(request.action, facts):
        raise RoundStateError(f"The round cannot do this now: {', '.join(missing)}.", missing)
    if RoundNeed.REASON in needs and not request.reason:
        raise ValueRefusedError("/reason", "This step is taken for a reason.")


def _change_the_state_alone(_: _Act) -> None:
    """Do nothing else: what is allowed now follows from the state."""


def _screen(act: _Act) -> None:
    screen(act.at_work)


def _freeze(act: _Act) -> None:
    request, selection_round = act.request, act.at_work.selection_round
    freeze(act.at_work, name_source(request.source, request.witnesses, act.work.now))
    selection_round.frozen_by = act.work.actor.account_id
    selection_round.freeze_reason = request.reason


def _draw(act: _Act) -> None:
    draw(act.at_work, seed=act.request.seed or "", witnesses=act.request.witnesses)
    act.at_work.selection_round.drawn_by = act.work.actor.account_id


def _publish(act: _Act) -> None:
    publish_notice(act.work, act.at_work)


def _confirm(act: _Act) -> None:
    """Let go whom nothing speaks for any more; whoever moves up has to be published first."""
    remove_ineligible(act.at_work)
    changed = publish_changes(act.work, act.at_work)
    if changed is not None and changed.kind == NoticeKind.SUPPLEMENTARY:
        raise NoticeReopenedError(
            f"A reserve has moved up, so the notice runs until {changed.last_day}.",
            [RoundObstacle.NOTICE_RUNNING],
        )
    act.at_work.selection_round.confirmed_by = act.work.actor.account_id
    act.at_work.selection_round.confirmed_at = act.work.now


def _issue(act: _Act) -> None:
    issue_cards(act.at_work, sealing_key=act.sealing_key)
    act.at_work.selection_round.issued_at = act.work.now
    forget_contacts(act.work.session, act.work.community_id, now=act.work.now)


def _close(act: _Act) -> None:
    act.at_work.selection_round.closed_at = act.work.now
    forget_contacts(act.work.session, act.work.community_id, now=act.work.now)


def _cancel(act: _Act) -> None:
    act.at_work.selection_round.cancel_reason = act.request.reason
    take_down(act.work, act.at_work)


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
