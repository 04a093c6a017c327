"""The liaison areas and their household groups: added, renamed, and how each came to be so."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext

from loyalty.models import Area, HouseholdGroup, PartChange
from loyalty.pages.forms import Form, label_field, options, passage, record
from loyalty.pages.staff import console
from loyalty.pages.staff.changes import ChangeForm, is_ready, new_values
from loyalty.rules.typed_text import LONGEST_REASON
from loyalty.services.people.areas import (
    ChangeArea,
    ChangeHouseholdGroup,
    CreateArea,
    CreateHouseholdGroup,
    change_area,
    change_household_group,
    create_area,
    create_household_group,
    find_part_changes,
    list_areas,
    list_household_groups,
)
from loyalty.services.staff.accounts import find_accounts
from loyalty.services.work import Work

areas = console.Console("areas", "/residents/areas")

MOST_ACCOUNTS = 500
MOST_CHANGES = 200


class AreaForm(Form):
    """An area, by its name."""

    name = label_field(lazy_gettext("责任区的名称"))


class GroupForm(Form):
    """A household group in its area."""

    name = label_field(lazy_gettext("联户单元的名称"))
    area_id = record(lazy_gettext("在哪个责任区"))


class AreaChangeForm(AreaForm, ChangeForm):
    """An area as it is called, to be renamed."""

    reason = passage(lazy_gettext("为什么改（可不填）"), longest=LONGEST_REASON, needed=False)


class GroupChangeForm(GroupForm, ChangeForm):
    """A household group as it is, to be changed."""

    reason = passage(lazy_gettext("为什么改（可不填）"), longest=LONGEST_REASON, needed=False)


@dataclass(frozen=True, slots=True)
class Happening:
    """One line in the history of an area or a group."""

    at: datetime
    who: str
    before: str
    after: str
    reason: str


@areas.route("", methods=["GET", "POST"])
def listed() -> Any:
    """List the areas and the groups with what lies in them, and add an area."""
    form = AreaForm()
    if form.validate_on_submit() and console.attempt(
        lambda work: create_area(work, CreateArea(form.name.data)),
        gettext("已添加%(name)s。", name=form.name.data),
        form=form,
    ):
        return redirect(url_for("staff_areas.listed"))
    with console.work() as work:
        found = list_areas(work)
        groups = list_household_groups(work)
    names = {one.area.id: one.area.name for one in found}
    return render_template(
        "staff/people/areas.html", form=form, areas=found, groups=groups, names=names
    )


@areas.route("/<uuid:area_id>", methods=["GET", "POST"])
def change(area_id: UUID) -> Any:
    """Rename an area, and tell what it was called before."""
    with console.work() as work:
        area = work.find(Area, area_id)
        told = _happenings(work, area)
    form = AreaChangeForm(obj=area)
    if is_ready(form, area):
        wanted = ChangeArea(area.id, area.version, form.name.data, form.reason.data)
        done = gettext("已保存。")
        if console.attempt(lambda work: change_area(work, wanted), done, form=form):
            return redirect(url_for("staff_areas.listed"))
    return render_template(
        "staff/people/area_change.html", form=form, part=area, happenings=told, here=console.here
    )


@areas.route("/groups/new", methods=["GET", "POST"])
def new_group() -> Any:
    """Add a household group to an area."""
    form = GroupForm()
    with console.work() as work:
        form.area_id.choices = _areas_offered(work)
    if form.validate_on_submit():
        wanted = CreateHouseholdGroup(form.name.data, form.area_id.data)
        done = gettext("已添加%(name)s。", name=wanted.name)
        if console.attempt(lambda work: create_household_group(work, wanted), done, form=form):
            return redirect(url_for("staff_areas.listed"))
    return render_template("staff/people/household_group.html", form=form)


@areas.route("/groups/<uuid:household_group_id>", methods=["GET", "POST"])
def change_group(household_group_id: UUID) -> Any:
    """Rename a household group or let it lie in another area, and tell how it was before."""
    with console.work() as work:
        group = work.find(HouseholdGroup, household_group_id)
        told = _happenings(work, group)
        form = GroupChangeForm(obj=group)
        form.area_id.choices = _areas_offered(work)
    if is_ready(form, group):
        wanted = ChangeHouseholdGroup(
            group.id, group.version, reason=form.reason.data, **new_values(form)
        )
        done = gettext("已保存。")
        if console.attempt(lambda work: change_household_group(work, wanted), done, form=form):
            return redirect(url_for("staff_areas.listed"))
    return render_template(
        "staff/people/area_change.html", form=form, part=group, happenings=told, here=console.here
    )


def _areas_offered(work: Work) -> Any:
    found = {str(one.area.id): one.area.name for one in list_areas(work)}
    return options({"": gettext("不分责任区")} | found)


def _happenings(work: Work, part: Area | HouseholdGroup) -> list[Happening]:
    """Return what was changed of an area or a group, the newest first."""
    accounts = find_accounts(work, limit=MOST_ACCOUNTS, after=None).items
    names = {one.id: one.display_name for one in accounts}
    places = {str(one.area.id): one.area.name for one in list_areas(work)}
    return [
        Happening(
            one.at,
            names.get(one.account_id, "–"),
            _told(one, one.before, places),
            _told(one, one.after, places),
            one.reason or "–",
        )
        for one in find_part_changes(work, part, limit=MOST_CHANGES).items
    ]


def _told(change: PartChange, value: str | None, places: Mapping[str, str]) -> str:
    """Return what stood in a member: a name, or the area of a group."""
    if change.member == "name":
        return value or "–"
    return gettext("不分责任区") if value is None else places.get(value, "–")
