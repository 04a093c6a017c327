"""Moving a round on: what cannot be undone is repeated back in words before it is done."""

from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.exceptions import NotFound

from loyalty.models import Round
from loyalty.pages.forms import Form, person, text_field
from loyalty.pages.staff import console
from loyalty.pages.staff.confirmation import (
    ConfirmationForm,
    Question,
    ReasonForm,
    ask,
    holds_answers,
)
from loyalty.pages.staff.proof import asks_again
from loyalty.pages.staff.rounds.preview import SHOWN, Seen
from loyalty.pages.values import month as month_in_words
from loyalty.rules.selection import STEPS, RoundAction, RoundNeed, RoundObstacle
from loyalty.services.rounds.actions import ActOnRound, act_on_round
from loyalty.services.rounds.progress import Progress, progress_of
from loyalty.services.selection.at_work import RoundAtWork
from loyalty.services.selection.planning import round_of
from loyalty.words.steps import ROUND_STEPS

rounds_actions = console.Console("rounds_actions", "/rounds")


class DrawForm(Form):
    """What chance gave in public, and who saw it."""

    seed = text_field(lazy_gettext("抽签种子（当众掷出的数字，或公布的开奖号码）"))
    first_witness = person(lazy_gettext("见证人一"))
    second_witness = person(lazy_gettext("见证人二"))


@rounds_actions.route("/<uuid:round_id>/<action>", methods=["GET", "POST"])
@asks_again(lambda action, **_: action == RoundAction.ISSUE)
def step(round_id: UUID, action: str) -> Any:
    """Repeat an action back with what follows from it, and do it on a yes."""
    if action not in set(RoundAction):
        raise NotFound
    chosen = RoundAction(action)
    words, shown = ROUND_STEPS[chosen], SHOWN[chosen]
    back = url_for("staff_rounds.shown", round_id=round_id)
    with console.work() as work:
        selection_round = round_of(work, round_id)
        at_work = RoundAtWork.of(work, selection_round)
        progress = progress_of(at_work)
        seen = Seen(at_work, progress)
        preview, people = shown.told(seen), shown.people(seen)
    form = _form(chosen, progress)
    version = request.form.get("version", type=int)
    report = url_for("staff_fairness.shown", round_id=round_id)
    question = Question(
        title_of(selection_round),
        words,
        back,
        preview,
        people,
        selection_round.version,
        fairness=report if shown.fairness else None,
    )
    if not form.validate_on_submit():
        return ask(question, form)
    acting = _request(round_id, chosen, form, version=version)
    done = console.attempt(
        lambda work: act_on_round(work, acting, sealing_key=console.sealing_key()),
        gettext("%(round)s：%(step)s。", round=title_of(selection_round), step=words.word),
        form=form,
    )
    return redirect(back) if done or not holds_answers(form) else ask(question, form)


def title_of(selection_round: Round) -> str:
    """Return what a round is called on pages."""
    return str(gettext("%(month)s评选", month=month_in_words(selection_round.month)))


def _form(action: RoundAction, progress: Progress) -> Form:
    """Return what an action asks for besides a yes."""
    step = STEPS[action]
    if RoundNeed.SEED in step.needs:
        return DrawForm()
    ballots_missing = bool(progress.owed or progress.unscorable)
    goes_on_without = RoundObstacle.BALLOTS_MISSING in step.waits_for and ballots_missing
    return ReasonForm() if goes_on_without or RoundNeed.REASON in step.needs else ConfirmationForm()


def _request(round_id: UUID, action: RoundAction, form: Any, *, version: int | None) -> ActOnRound:
    match form:
        case DrawForm():
            witnesses = (form.first_witness.data, form.second_witness.data)
            return ActOnRound(
                round_id, action, seed=form.seed.data, witnesses=witnesses, version=version
            )
        case ReasonForm():
            return ActOnRound(round_id, action, reason=form.reason.data, version=version)
        case _:
            return ActOnRound(round_id, action, version=version)
