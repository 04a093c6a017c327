"""The residents, as staff look them up, take them in and put them forward."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField

from loyalty.models import Resident
from loyalty.pages.forms import Form, choice, label_field, options, person, record, text_field
from loyalty.pages.late_forms import given
from loyalty.pages.staff import console
from loyalty.pages.staff.changes import ChangeForm, is_ready, new_values
from loyalty.services.people.areas import find_areas, find_household_groups
from loyalty.services.people.residents import (
    ChangeResident,
    CreateResident,
    FindResidents,
    change_resident,
    create_resident,
    find_residents,
    open_resident,
    refuse_erased,
)
from loyalty.services.rounds.todo import current_round
from loyalty.services.selection.nominations import Nominate, nominate
from loyalty.services.work import Work
from loyalty.words.honours import honour_name
from loyalty.words.nominations import SOURCES

residents = console.Console("residents", "/residents")

STATES = {"active": lazy_gettext("在住"), "inactive": lazy_gettext("已迁出")}

MOST_AREAS = 200
MOST_GROUPS = 1000
LONGEST_PHONE = 40


class ResidentForm(Form):
    """A person of the community. There is no field for anything the programme does not need."""

    name = person(lazy_gettext("姓名"))
    unit = label_field(lazy_gettext("住址（楼栋房号）"))
    household_ref = label_field(lazy_gettext("户号"))
    phone = text_field(lazy_gettext("电话（可不填）"), needed=False, longest=LONGEST_PHONE)
    area_id = record(lazy_gettext("责任区"))
    household_group_id = record(lazy_gettext("联户单元"))
    adult = BooleanField(lazy_gettext("已满十八岁"), default=True)
    consent_membership = BooleanField(lazy_gettext("同意参加评选"))
    consent_publicity = BooleanField(lazy_gettext("同意公开姓名"))
    consent_contact = BooleanField(lazy_gettext("同意电话联系"))


class ResidentChangeForm(ResidentForm, ChangeForm):
    """What is known of a resident, as staff correct it."""

    name_pinyin = text_field(lazy_gettext("拼音"))
    state = choice(lazy_gettext("状态"), STATES)


class NominationForm(Form):
    """For which honour a resident is put forward, and by whom."""

    honour = choice(lazy_gettext("荣誉"))
    source = choice(lazy_gettext("谁推荐"), SOURCES)
    statement = text_field(lazy_gettext("为什么推荐"), needed=False)


@residents.route("", methods=["GET", "POST"])
def listed() -> str:
    """List residents by pinyin, searched and filtered."""
    state = given().get("state")
    wanted = FindResidents(
        limit=console.PAGE_LENGTH,
        state=state if state in STATES else None,
        **console.asked_for(),
    )
    with console.work() as work:
        found = find_residents(work, wanted)
        selection_round = current_round(work)
    return render_template(
        "staff/people/residents.html",
        found=found,
        wanted=wanted,
        states=STATES,
        nominating=selection_round is not None and selection_round.state == "open",
    )


@residents.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Take in a resident."""
    form = ResidentForm()
    with console.work() as work:
        _offer_places(work, form)
    if form.validate_on_submit() and _created(form):
        return redirect(url_for("staff_residents.listed"))
    return render_template("staff/people/resident_new.html", form=form)


@residents.route("/<uuid:resident_id>", methods=["GET", "POST"])
def change(resident_id: UUID) -> Any:
    """Show what is known of a resident, and correct it."""
    with console.work() as work:
        resident = open_resident(work, resident_id)
        refuse_erased(resident)
        form = ResidentChangeForm(obj=resident)
        _offer_places(work, form)
    if is_ready(form, resident) and _changed(form, resident):
        return redirect(url_for("staff_residents.change", resident_id=resident_id))
    return render_template("staff/people/resident_change.html", form=form, resident=resident)


@residents.route("/<uuid:resident_id>/nomination", methods=["GET", "POST"])
def nomination(resident_id: UUID) -> Any:
    """Put a resident forward in the round that is open."""
    form = NominationForm()
    with console.work() as work:
        resident = work.find(Resident, resident_id)
        selection_round = current_round(work)
    lists = selection_round.lists if selection_round is not None else []
    form.honour.choices = options({one.honour.code: honour_name(one.honour) for one in lists})
    if selection_round is not None and form.validate_on_submit():
        voice = Nominate(
            selection_round.id,
            form.honour.data,
            resident.id,
            form.source.data,
            statement=form.statement.data,
        )
        done = console.attempt(
            lambda work: nominate(work, voice),
            gettext("已推荐%(name)s。", name=resident.name),
        )
        if done:
            return redirect(url_for("staff_residents.listed"))
    return render_template("staff/selection/nomination.html", form=form, resident=resident)


def _created(form: ResidentForm) -> bool:
    """Store the resident; a refusal leaves the form as it was filled in."""
    values = {name: value for name, value in form.data.items() if name != "csrf_token"}
    new_resident = CreateResident(**values)
    return console.attempt(
        lambda work: create_resident(work, new_resident),
        gettext("已添加%(name)s。", name=new_resident.name),
        form=form,
    )


def _changed(form: ResidentChangeForm, resident: Resident) -> bool:
    """Store what differs; a refusal leaves the form as it was filled in."""
    wanted = ChangeResident(resident.id, resident.version, **new_values(form))
    return console.attempt(
        lambda work: change_resident(work, wanted),
        gettext("已保存。"),
        form=form,
    )


def _offer_places(work: Work, form: ResidentForm) -> None:
    areas = find_areas(work, limit=MOST_AREAS, after=None).items
    groups = find_household_groups(work, limit=MOST_GROUPS, after=None).items
    for field, places in ((form.area_id, areas), (form.household_group_id, groups)):
        named = {str(place.id): place.name for place in places}
        field.choices = options({"": gettext("未分")} | named)
