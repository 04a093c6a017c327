"""What a resident agrees to, all that is held of them, and the end of it, at their own page."""

from typing import Any

from flask import (
    Response,
    after_this_request,
    current_app,
    flash,
    redirect,
    render_template,
    url_for,
)
from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField

from loyalty.clock import as_local
from loyalty.models import Resident
from loyalty.pages.forms import Form
from loyalty.pages.own_page.signed_in import (
    OwnPages,
    forget,
    resident,
    resident_work,
    sealing_key,
)
from loyalty.pages.personal_data import ErasureForm, file_of, sections_of
from loyalty.rules.errors import LoyaltyError
from loyalty.rules.verdict import Tone
from loyalty.services.errors import PersonErasedError
from loyalty.services.people.consents import (
    Consent,
    ConsentSource,
    Said,
    change_consents,
    list_consent_events,
    read_consents,
)
from loyalty.services.people.residents import refuse_erased
from loyalty.services.privacy.erasing import ErasePerson, erase_person
from loyalty.services.privacy.export import export_person
from loyalty.services.privacy.obstacles import find_obstacles
from loyalty.services.work import Lock
from loyalty.words.own_page import refusal_to_resident
from loyalty.words.personal_data import (
    CONSENT_SOURCES,
    CONSENTS,
    ERASURE,
    ERASURE_OBSTACLES,
    WHAT_GOES,
)

own_personal_data = OwnPages("own_personal_data")


class ConsentsForm(Form):
    """What somebody agrees to, each by itself."""

    membership = BooleanField(lazy_gettext("同意参加评选"))
    publicity = BooleanField(lazy_gettext("同意公开姓名"))
    contact = BooleanField(lazy_gettext("同意电话联系"))


@own_personal_data.route("/consents", methods=["GET", "POST"])
def consents() -> Any:
    """Show what the resident agrees to, and take it back or give it."""
    with resident_work() as work:
        person = work.find(Resident, resident().resident_id)
        events = list_consent_events(work.session, person)
        form = ConsentsForm(
            data={one.value: agreed for one, agreed in read_consents(person).items()}
        )
    if form.validate_on_submit():
        try:
            _change(form)
        except PersonErasedError as refusal:
            # At the counter, meanwhile: the session has ended with the page.
            flash(refusal_to_resident(refusal), Tone.NO)
        return redirect(url_for("own_personal_data.consents"))
    return render_template(
        "own_page/consents.html",
        form=form,
        events=[(one, as_local(one.at, resident().timezone)) for one in events],
        consents=CONSENTS,
        sources=CONSENT_SOURCES,
    )


def _change(form: ConsentsForm) -> None:
    with resident_work() as work:
        person = work.find(Resident, resident().resident_id, lock=Lock.CHANGE)
        refuse_erased(person)
        wanted = {Consent(field.name): bool(field.data) for field in form.asked()}
        said = Said(ConsentSource.RESIDENT, work.now)
        changed = change_consents(work.session, person, wanted, said)
        if changed:
            work.note("resident.consented", person, members=[*changed])
    flash(gettext("记下了，马上算数。"), Tone.YES)


@own_personal_data.get("/data")
def shown() -> str:
    """Show all that is held of the resident."""
    with resident_work() as work:
        told = export_person(work, resident().resident_id)
    return render_template("own_page/personal_data.html", sections=sections_of(told))


@own_personal_data.get("/data.json")
def file() -> Response:
    """Give all of it as a file."""
    with resident_work() as work:
        return file_of(export_person(work, resident().resident_id))


@own_personal_data.route("/erasure", methods=["GET", "POST"])
def erasure() -> Any:
    """Say what erasing takes away and what stays; do it on a yes that nobody gives by mistake."""
    form = ErasureForm()
    with resident_work() as work:
        obstacles = find_obstacles(work, work.find(Resident, resident().resident_id))
    if form.validate_on_submit():
        if form.sure.data and _erased():
            after_this_request(forget)
            flash(gettext("已经删除。谢谢您这些日子为邻居做的事。"), Tone.YES)
            return redirect(url_for("pages.welcome"))
        if not form.sure.data:
            form.sure.errors = [gettext("请先打勾。")]
    return render_template(
        "own_page/erasure.html",
        form=form,
        words=ERASURE,
        sentences=WHAT_GOES,
        obstacles=[ERASURE_OBSTACLES[one] for one in obstacles],
    )


def _erased() -> bool:
    request = ErasePerson(resident().resident_id)
    erasures = current_app.extensions["loyalty.settings"].erasures
    try:
        with resident_work() as work:
            erase_person(work, request, sealing_key=sealing_key(), erasures=erasures)
    except LoyaltyError as refusal:
        flash(refusal_to_resident(refusal), Tone.NO)
        return False
    return True
