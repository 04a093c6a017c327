"""The monthly round as six stages, with its candidates, its draw and its notice."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext

from loyalty.pages.staff import console
from loyalty.pages.staff.confirmation import ConfirmationForm, Question, ask
from loyalty.pages.staff.rounds.preview import SHOWN, Seen
from loyalty.pages.staff.rounds.shown import ShownRound
from loyalty.pages.staff.rounds.steps import actions_beside, next_step, show_stages
from loyalty.pages.staff.selection.nominations import NomineeFileForm
from loyalty.rules.outcome import Outcome
from loyalty.rules.selection import RoundState
from loyalty.services.rounds.actions import facts_of
from loyalty.services.rounds.progress import progress_of
from loyalty.services.rounds.todo import current_round
from loyalty.services.selection.at_work import RoundAtWork
from loyalty.services.selection.candidates import candidate_of, decline
from loyalty.services.selection.panel import who_may_sit
from loyalty.services.selection.planning import round_of, rounds_page
from loyalty.services.selection.seeds import find_refused_seeds, source_of
from loyalty.words.obstacles import OUTCOMES
from loyalty.words.states import ROUND_STATES
from loyalty.words.steps import StepWords

rounds = console.Console("rounds", "/rounds")

DECLINE = StepWords(
    lazy_gettext("本人谢绝"),
    lazy_gettext("这个人这一期不再参加，其他人看不到是谁谢绝的。"),
)

LISTED = 24

STILL_IN = (Outcome.NOMINATED, Outcome.ELIGIBLE)
BEFORE_THE_FREEZE = (RoundState.OPEN, RoundState.SCREENING, RoundState.REVIEW)


@rounds.get("")
def listed() -> str:
    """Show the round under way, or offer to plan one, and list the earlier ones."""
    with console.work() as work:
        current = current_round(work)
        found = rounds_page(work, limit=LISTED, after=None)
    return render_template(
        "staff/rounds/rounds.html",
        may_plan=current is None or current.state == RoundState.ISSUED,
        found=found.items,
        states=ROUND_STATES,
    )


@rounds.get("/<uuid:round_id>")
def shown(round_id: UUID) -> str:
    """Show a round as six stages, with its next action and what follows from that."""
    with console.work() as work:
        selection_round = round_of(work, round_id)
        at_work = RoundAtWork.of(work, selection_round)
        facts = facts_of(work, at_work)
        progress = progress_of(at_work)
        accounts = who_may_sit(work)
        step = next_step(facts, work.actor)
        row = step and SHOWN[step.action]
        seen = Seen(at_work, progress)
    return render_template(
        "staff/rounds/round.html",
        round=selection_round,
        shown=ShownRound(selection_round, progress, step, bool(accounts)),
        state=ROUND_STATES[RoundState(selection_round.state)],
        stages=show_stages(selection_round, facts, progress),
        next=step,
        preview=row and row.told(seen),
        people=row.people(seen) if row else (),
        beside=actions_beside(facts),
        progress=progress,
        accounts=accounts,
        seated={one.account_id for one in progress.panel},
        form=ConfirmationForm(),
        file_form=NomineeFileForm(),
    )


@rounds.get("/<uuid:round_id>/candidates")
def candidates(round_id: UUID) -> str:
    """List the candidates with how each came out and why, those of one outcome if asked."""
    asked = request.args.get("outcome")
    outcome = Outcome(asked) if asked in set(Outcome) else None
    with console.work() as work:
        selection_round = round_of(work, round_id)
        found = RoundAtWork.of(work, selection_round).rank_candidates()
    may_decline = selection_round.state in BEFORE_THE_FREEZE and not selection_round.frozen_at
    present = {one.outcome for one in found}
    wanted = [one for one in found if outcome in {None, one.outcome}]
    return render_template(
        "staff/rounds/candidates.html",
        round=selection_round,
        candidates=wanted,
        people=len({one.resident_id for one in wanted}),
        outcome=outcome,
        outcomes={code: word for code, word in OUTCOMES.items() if code in present},
        form=ConfirmationForm(),
        may_decline={one.id for one in wanted if may_decline and one.outcome in STILL_IN},
    )


@rounds.route("/<uuid:round_id>/candidates/<uuid:candidate_id>/decline", methods=["GET", "POST"])
def declined(round_id: UUID, candidate_id: UUID) -> Any:
    """Write down that a nominee does not want to be chosen, after it has been repeated back."""
    form = ConfirmationForm()
    with console.work() as work:
        selection_round = round_of(work, round_id)
        candidate = candidate_of(work.session, selection_round, candidate_id)
    if not form.validate_on_submit():
        back = url_for("staff_rounds.candidates", round_id=round_id)
        subject = f"{candidate.resident.name} {candidate.resident.unit}"
        return ask(Question(subject, DECLINE, back), form)
    console.attempt(
        lambda work: decline(work, round_id, candidate_id),
        gettext("已记下：本人谢绝。"),
    )
    return redirect(url_for("staff_rounds.candidates", round_id=round_id))


@rounds.get("/<uuid:round_id>/lots")
def lots(round_id: UUID) -> str:
    """Show the draw: what was hashed, the seed, and the places it gave."""
    with console.work() as work:
        selection_round = round_of(work, round_id)
        found = RoundAtWork.of(work, selection_round).rank_candidates()
        refused = find_refused_seeds(work.session, work.community_id, round_id)
    return render_template(
        "staff/rounds/lots.html",
        round=selection_round,
        source=source_of(selection_round),
        refused=[replace(one, at=console.here(one.at)) for one in refused],
        here=console.here,
        public=console.public_place(selection_round),
        placed=[one for one in found if one.place is not None],
    )
