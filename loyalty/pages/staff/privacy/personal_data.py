"""What is held of a resident, shown, printed, taken along and erased at the counter."""

from typing import Any
from uuid import UUID

from flask import Response, redirect, render_template, url_for
from flask_babel import gettext

from loyalty.models import Resident, StaffAccount
from loyalty.pages.personal_data import ErasureForm, file_of, sections_of
from loyalty.pages.staff import console
from loyalty.pages.staff.confirmation import ConfirmationForm
from loyalty.pages.staff.proof import asks_again
from loyalty.services.messages.recipients import end_messages_to
from loyalty.services.people.consents import list_consent_events
from loyalty.services.privacy.erasing import ErasePerson, erase_person
from loyalty.services.privacy.export import export_person
from loyalty.services.privacy.obstacles import find_obstacles
from loyalty.words.personal_data import (
    CONSENT_SOURCES,
    CONSENTS,
    ERASURE,
    ERASURE_OBSTACLES,
    WHAT_GOES,
)

personal_data = console.Console("personal_data", "/residents/<uuid:resident_id>")


@personal_data.get("/data")
def shown(resident_id: UUID) -> str:
    """Show all that is held of a resident, to be read together or printed."""
    with console.work() as work:
        told = export_person(work, resident_id)
        resident = work.find(Resident, resident_id)
    return render_template(
        "staff/privacy/personal_data.html", resident=resident, sections=sections_of(told)
    )


@personal_data.get("/data.json")
@asks_again()
def file(resident_id: UUID) -> Response:
    """Give all of it as a file."""
    with console.work() as work:
        return file_of(export_person(work, resident_id))


@personal_data.get("/consents")
def consents(resident_id: UUID) -> str:
    """Show what a resident has agreed to: who said so, when, and by what road."""
    with console.work() as work:
        resident = work.find(Resident, resident_id)
        events = list_consent_events(work.session, resident)
        wanted = {event.account_id for event in events if event.account_id}
        accounts = work.session.scalars(
            work.select(StaffAccount).where(StaffAccount.id.in_(wanted))
        )
        names = {account.id: account.display_name for account in accounts}
    return render_template(
        "staff/privacy/consents.html",
        resident=resident,
        events=[
            (event, console.here(event.at), event.account_id and names[event.account_id])
            for event in events
        ],
        consents=CONSENTS,
        sources=CONSENT_SOURCES,
        ending=ConfirmationForm() if resident.consent_messages else None,
    )


@personal_data.post("/messages/end")
def end_messages(resident_id: UUID) -> Any:
    """End the messages to somebody who says so at the counter."""
    console.attempt(
        lambda work: end_messages_to(work, resident_id), gettext("记下了，不再给本人发消息。")
    )
    return redirect(url_for("staff_personal_data.consents", resident_id=resident_id))


@personal_data.route("/erasure", methods=["GET", "POST"])
@asks_again()
def erasure(resident_id: UUID) -> Any:
    """Say what erasing takes away and what stays; do it on a yes that nobody gives by mistake."""
    form = ErasureForm()
    with console.work() as work:
        resident = work.find(Resident, resident_id)
        obstacles = find_obstacles(work, resident)
    if form.validate_on_submit():
        if form.sure.data and _erased(resident):
            return redirect(url_for("staff_residents.listed"))
        if not form.sure.data:
            form.sure.errors = [gettext("请先打勾。")]
    return render_template(
        "staff/privacy/erasure.html",
        form=form,
        resident=resident,
        words=ERASURE,
        sentences=WHAT_GOES,
        obstacles=[ERASURE_OBSTACLES[one] for one in obstacles],
    )


def _erased(resident: Resident) -> bool:
    request = ErasePerson(resident.id)
    erasures = console.settings().erasures
    return console.attempt(
        lambda work: erase_person(
            work, request, sealing_key=console.sealing_key(), erasures=erasures
        ),
        gettext("已删除，这个人的卡已经停用。"),
    )
