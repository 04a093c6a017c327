"""Complaints of shops: read by whoever answers them, written down for whoever comes in person."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext

from loyalty.models import Complaint
from loyalty.pages.complaints import LONGEST_COMPLAINT
from loyalty.pages.forms import Form, passage, pick
from loyalty.pages.staff import console
from loyalty.rules.complaint import ComplaintState
from loyalty.services.shops.complaints import (
    WITH_SHOP,
    AnswerComplaint,
    FindComplaints,
    answer_complaint,
    find_complaints,
)
from loyalty.words.complaints import COMPLAINT_STATES

complaints = console.Console("complaints", "/shops/complaints")


class ComplaintAnswerForm(Form):
    """What was found, and what was done about it."""

    upheld = pick(
        lazy_gettext("核实结果"), {"yes": lazy_gettext("属实"), "no": lazy_gettext("不属实")}
    )
    answer = passage(lazy_gettext("答复"), longest=LONGEST_COMPLAINT)


@complaints.get("")
def listed() -> str:
    """List complaints, the latest first, of one state if asked."""
    asked = request.args.get("state")
    state = ComplaintState(asked) if asked in set(ComplaintState) else None
    after = console.asked_for()["after"]
    wanted = FindComplaints(limit=console.PAGE_LENGTH, after=after, state=state)
    with console.work() as work:
        found = find_complaints(work, wanted)
    return render_template(
        "staff/shops/complaints.html",
        found=found,
        wanted=wanted,
        states=COMPLAINT_STATES,
        today=work.now.date(),
    )


@complaints.route("/<uuid:complaint_id>", methods=["GET", "POST"])
def shown(complaint_id: UUID) -> Any:
    """Show a complaint, and take the answer in."""
    form = ComplaintAnswerForm()
    with console.work() as work:
        complaint = work.find(Complaint, complaint_id, options=[WITH_SHOP])
    if form.validate_on_submit():
        answer = AnswerComplaint(complaint.id, form.upheld.data == "yes", form.answer.data)
        done = console.attempt(
            lambda work: answer_complaint(work, answer),
            gettext("已答复，凭回执号能看到。"),
            form=form,
        )
        if done:
            return redirect(url_for("staff_complaints.listed", state=ComplaintState.OPEN.value))
    return render_template(
        "staff/shops/complaint.html",
        complaint=complaint,
        shop=complaint.shop,
        form=form,
        here=console.here,
        today=console.now().date(),
    )
