"""The liaison areas and their household groups: added and renamed."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext

from loyalty.models import Area
from loyalty.pages.forms import Form, label_field, options, record
from loyalty.pages.staff import console
from loyalty.services.people.areas import (
    CreateArea,
    CreateHouseholdGroup,
    create_area,
    create_household_group,
    list_areas,
    rename_area,
)

areas = console.Console("areas", "/residents/areas")


class AreaForm(Form):
    """An area, by its name."""

    name = label_field(lazy_gettext("责任区的名称"))


class GroupForm(Form):
    """A household group in its area."""

    name = label_field(lazy_gettext("联户单元的名称"))
    area_id = record(lazy_gettext("在哪个责任区"))


@areas.route("", methods=["GET", "POST"])
def listed() -> Any:
    """List the areas with what lies in them, and add one."""
    form = AreaForm()
    if form.validate_on_submit() and console.attempt(
        lambda work: create_area(work, CreateArea(form.name.data)),
        gettext("已添加%(name)s。", name=form.name.data),
        form=form,
    ):
        return redirect(url_for("staff_areas.listed"))
    with console.work() as work:
        found = list_areas(work)
    return render_template("staff/people/areas.html", form=form, areas=found)


@areas.route("/<uuid:area_id>", methods=["GET", "POST"])
def change(area_id: UUID) -> Any:
    """Rename an area."""
    with console.work() as work:
        area = work.find(Area, area_id)
    form = AreaForm(name=area.name)
    if form.validate_on_submit() and console.attempt(
        lambda work: rename_area(work, area_id, form.name.data), gettext("已保存。"), form=form
    ):
        return redirect(url_for("staff_areas.listed"))
    return render_template("staff/people/area.html", form=form, area=area)


@areas.route("/groups/new", methods=["GET", "POST"])
def new_group() -> Any:
    """Add a household group to an area."""
    form = GroupForm()
    with console.work() as work:
        found = list_areas(work)
    offered = {str(one.area.id): one.area.name for one in found}
    form.area_id.choices = options({"": gettext("不分责任区")} | offered)
    if form.validate_on_submit():
        wanted = CreateHouseholdGroup(form.name.data, form.area_id.data)
        done = gettext("已添加%(name)s。", name=wanted.name)
        if console.attempt(lambda work: create_household_group(work, wanted), done, form=form):
            return redirect(url_for("staff_areas.listed"))
    return render_template("staff/people/household_group.html", form=form)
