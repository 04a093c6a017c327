"""Moving a round on: what cannot be undone is repeated back in words before it is done."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import redirect, request, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.exceptions import NotFound
from wtforms import Field
from wtforms.validators import ValidationError

from loyalty.models import Round
from loyalty.pages.forms import Form, calendar_day, choice, passage, person, text_field
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
from loyalty.rules.seed_source import SeedSource, is_day_open
from loyalty.rules.selection import STEPS, RoundAction, RoundNeed
from loyalty.rules.typed_text import LONGEST_REASON
from loyalty.services.rounds.actions import ActOnRound, act_on_round
from loyalty.services.rounds.progress import Progress, progress_of
from loyalty.services.selection.at_work import RoundAtWork
from loyalty.services.selection.planning import round_of
from loyalty.services.selection.seeds import NameSource, source_of
from loyalty.words.refusals import VALUES
from loyalty.words.seeds import SOURCES
from loyalty.words.steps import ROUND_STEPS

rounds_actions = console.Console("rounds_actions", "/rounds")

WITNESSES = ("first_witness", "second_witness")
"""The fields of their names."""


class WitnessedForm(Form):
    """A form that names the two witnesses of a draw last."""

    first_witness = person(lazy_gettext("见证人一"))
    second_witness = person(lazy_gettext("见证人二"))

    @property
    def witnesses(self) -> tuple[str, str]:
        """The names of the two."""
        return self.first_witness.data, self.second_witness.data

    def asked(self) -> list[Field]:
        """Return the fields that somebody fills in, the witnesses behind the others."""
        fields = super().asked()
        return sorted(fields, key=lambda field: field.name.endswith("_witness"))


class FreezeForm(WitnessedForm):
    """What will give the seed of the draw, on which day, and who is to see it."""

    source = choice(
        lazy_gettext("用什么抽签"),
        {str(code): word for code, word in SOURCES.items()},
        coerce=SeedSource,
    )
    day = calendar_day(lazy_gettext("哪一天掷，或哪一天开奖"))

    def validate_day(self, field: Field) -> None:
        """Refuse a day on which the source may be known already, beside the field."""
        source = self.source.data
        if field.data and source and not is_day_open(source, field.data, console.now().date()):
            raise ValidationError(VALUES["/source/day"])


class FreezeForAReasonForm(FreezeForm):
    """The same, where ballots are missing."""

    reason = passage(lazy_gettext("理由"), longest=LONGEST_REASON)


class DrawForm(WitnessedForm):
    """What the source gave in public, and who saw it."""

    seed = text_field(lazy_gettext("抽签种子（当众掷出的数字，或公布的开奖号码）"))


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
    form = _form(chosen, selection_round, progress)
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


def _form(action: RoundAction, selection_round: Round, progress: Progress) -> Form:
    """Return what an action asks for besides a yes."""
    needs = STEPS[action].needs
    if RoundNeed.SEED in needs:
        source = source_of(selection_round)
        named = dict(zip(WITNESSES, source.witnesses if source else (), strict=False))
        return DrawForm(data=named)
    if RoundNeed.SOURCE in needs:
        ballots_missing = bool(progress.owed or progress.unscorable)
        asks = FreezeForAReasonForm if ballots_missing else FreezeForm
        return asks(data={"source": SeedSource.DICE, "day": console.now().date()})
    return ReasonForm() if RoundNeed.REASON in needs else ConfirmationForm()


def _request(round_id: UUID, action: RoundAction, form: Any, *, version: int | None) -> ActOnRound:
    acting = ActOnRound(round_id, action, version=version)
    match form:
        case DrawForm():
            return replace(acting, seed=form.seed.data, witnesses=form.witnesses)
        case FreezeForm():
            source = NameSource(form.source.data, form.day.data)
            reason = form.reason.data if isinstance(form, FreezeForAReasonForm) else None
            return replace(acting, source=source, witnesses=form.witnesses, reason=reason)
        case ReasonForm():
            return replace(acting, reason=form.reason.data)
        case _:
            return acting
