"""Objections to a notice: the inbox, and the answer by somebody uninvolved."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext

from loyalty.models import Objection
from loyalty.pages.forms import Form, passage, pick
from loyalty.pages.staff import console
from loyalty.pages.values import listed as listed_words
from loyalty.services.errors import UnknownRecordError
from loyalty.services.notice.decisions import (
    DecideObjection,
    decide_objection,
    who_may_decide,
)
from loyalty.services.notice.objections import objections_of
from loyalty.services.notice.public_notice import names_are_shown
from loyalty.services.selection.at_work import versions_of
from loyalty.services.selection.planning import round_of

objections = console.Console("objections", "/rounds/<uuid:round_id>/objections")

LONGEST_ANSWER = 1000


class AnswerForm(Form):
    """What was found, and why; it is published, so it names nobody."""

    upheld = pick(
        lazy_gettext("核实结果"),
        {
            "no": lazy_gettext("异议不成立，名单不变"),
            "yes": lazy_gettext("异议成立，这个人退出名单，候补递补"),
        },
    )
    reason = passage(lazy_gettext("理由"), longest=LONGEST_ANSWER)


@objections.get("")
def listed(round_id: UUID) -> str:
    """Show the notice of a round with its versions, and every objection to it."""
    with console.work() as work:
        selection_round = round_of(work, round_id)
        found = objections_of(work, round_id)
        versions = versions_of(work.session, selection_round)
    return render_template(
        "staff/notice/objections.html",
        round=selection_round,
        objections=found,
        versions=versions,
        named=names_are_shown(selection_round, versions, today=console.now().date()),
        here=console.here,
        public=console.public_place(selection_round),
        today=console.now().date(),
    )


@objections.route("/<uuid:objection_id>", methods=["GET", "POST"])
def decision(round_id: UUID, objection_id: UUID) -> Any:
    """Show an objection, and take the answer in."""
    form = AnswerForm()
    with console.work() as work:
        selection_round = round_of(work, round_id)
        objection = _among(objections_of(work, round_id), objection_id)
        deciders = who_may_decide(work, objection)
    if form.validate_on_submit():
        answer = DecideObjection(objection_id, form.upheld.data == "yes", form.reason.data)
        done = console.attempt(
            lambda work: decide_objection(work, answer),
            gettext("已答复，理由随公示公布。"),
        )
        if done:
            return redirect(url_for("staff_objections.listed", round_id=round_id))
    return render_template(
        "staff/notice/objection.html",
        round=selection_round,
        objection=objection,
        form=form,
        here=console.here,
        barred=console.actor().account_id not in {one.id for one in deciders},
        deciders=listed_words(one.display_name for one in deciders),
    )


def _among(found: Sequence[Objection], objection_id: UUID) -> Objection:
    for objection in found:
        if objection.id == objection_id:
            return objection
    raise UnknownRecordError("The round has no such objection.")
