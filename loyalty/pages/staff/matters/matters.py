"""Matters that the merchants' council and residents raise: listed, added, answered, closed."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from flask_login import current_user

from loyalty.models import Matter
from loyalty.pages.forms import Form, calendar_day, choice, options, passage, text_field
from loyalty.pages.staff import console
from loyalty.pages.staff.changes import ChangeForm, is_ready, new_values
from loyalty.services.actors import Role
from loyalty.services.matters.matters import (
    ChangeMatter,
    FindMatters,
    MatterKind,
    MatterState,
    RaiseMatter,
    Raiser,
    change_matter,
    find_matters,
    may_answer,
    raise_matter,
)
from loyalty.services.staff.accounts import find_accounts
from loyalty.words.matters import MATTER_KINDS, MATTER_STATES, RAISERS

matters = console.Console("matters", "/matters", also=frozenset({Role.COUNCIL}))

LONGEST_TEXT = 2000
MOST_ACCOUNTS = 1000


class CouncilMatterForm(Form):
    """What the merchants' council wants the community to see to."""

    kind = choice(
        lazy_gettext("哪张清单"), {code.value: word for code, word in MATTER_KINDS.items()}
    )
    text = passage(lazy_gettext("什么事"), longest=LONGEST_TEXT)
    contact = text_field(lazy_gettext("怎么回复（可不填）"), needed=False)


class MatterForm(CouncilMatterForm):
    """What anybody wants, who sees to it, and until when; for staff."""

    raised_by = choice(lazy_gettext("谁提的"), {code.value: word for code, word in RAISERS.items()})
    owner_id = choice(lazy_gettext("谁来办"))
    due_on = calendar_day(lazy_gettext("几号前答复（可不填）"), needed=False)


class AnswerForm(ChangeForm):
    """What became of a matter."""

    answer = passage(lazy_gettext("答复"), longest=LONGEST_TEXT)


@matters.get("")
def listed() -> str:
    """List the matters, the latest first, of one state if asked."""
    wanted_state = request.args.get("state")
    state = MatterState(wanted_state) if wanted_state in set(MatterState) else None
    wanted = FindMatters(limit=console.PAGE_LENGTH, after=console.asked_for()["after"], state=state)
    with console.work() as work:
        found = find_matters(work, wanted)
    return render_template(
        "staff/matters/matters.html",
        found=found,
        wanted=wanted,
        states=MATTER_STATES,
        kinds=MATTER_KINDS,
        raisers=RAISERS,
        today=console.now().date(),
    )


@matters.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Write a matter down."""
    form = MatterForm() if current_user.is_staff else CouncilMatterForm()
    if current_user.is_staff:
        form.owner_id.choices = options({"": gettext("还没定")} | _accounts())
    if form.validate_on_submit():
        matter = _request(form)
        done = console.attempt(
            lambda work: raise_matter(work, matter),
            gettext("已记下这件事。"),
        )
        if done:
            return redirect(url_for("staff_matters.listed"))
    return render_template("staff/matters/matter_new.html", form=form)


@matters.route("/<uuid:matter_id>", methods=["GET", "POST"])
def shown(matter_id: UUID) -> Any:
    """Show a matter, and take an answer to it in."""
    with console.work() as work:
        matter = work.find(Matter, matter_id)
    form = AnswerForm(obj=matter)
    if is_ready(form, matter) and _changed(matter_id, new_values(form)):
        return redirect(url_for("staff_matters.shown", matter_id=matter_id))
    return render_template(
        "staff/matters/matter.html",
        matter=matter,
        form=form,
        state=MATTER_STATES[MatterState(matter.state)],
        kinds=MATTER_KINDS,
        raisers=RAISERS,
        owner=_accounts().get(str(matter.owner_id)),
        may_answer=may_answer(console.actor(), matter),
        is_open=matter.state == MatterState.OPEN,
        is_closed=matter.state == MatterState.CLOSED,
    )


@matters.post("/<uuid:matter_id>/close")
def close(matter_id: UUID) -> Any:
    """Put a matter that has its answer to rest."""
    _changed(matter_id, {"state": MatterState.CLOSED.value})
    return redirect(url_for("staff_matters.shown", matter_id=matter_id))


def _request(form: Any) -> RaiseMatter:
    kind, text, contact = MatterKind(form.kind.data), form.text.data, form.contact.data
    if isinstance(form, MatterForm):
        return RaiseMatter(
            kind,
            text,
            Raiser(form.raised_by.data),
            contact=contact,
            owner_id=UUID(form.owner_id.data) if form.owner_id.data else None,
            due_on=form.due_on.data,
        )
    return RaiseMatter(kind, text, Raiser.COUNCIL, contact=contact)


def _changed(matter_id: UUID, values: dict[str, Any]) -> bool:
    version = request.form.get("version", 0, type=int)
    return console.attempt(
        lambda work: change_matter(work, ChangeMatter(matter_id, version, **values)),
        gettext("已保存。"),
    )


def _accounts() -> dict[str, str]:
    with console.work() as work:
        found = find_accounts(work, limit=MOST_ACCOUNTS, after=None)
    return {str(one.id): one.display_name for one in found.items if one.active}
