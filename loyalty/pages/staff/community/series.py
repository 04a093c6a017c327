"""The series of plaques: adding, renaming and retiring them."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField, StringField
from wtforms.validators import DataRequired, Regexp

from loyalty.models import ShopSeries
from loyalty.pages.forms import NEEDED, Form, code
from loyalty.pages.staff import console
from loyalty.pages.staff.changes import ChangeForm, is_ready, new_values
from loyalty.pages.staff.community.names import NamedFields, colour_field
from loyalty.rules.honours import HonourColour
from loyalty.services.community.series import (
    ChangeSeries,
    CreateSeries,
    change_series,
    create_series,
    list_series,
)
from loyalty.words.series import series_name

series = console.Console("series", "/policy/series", only=console.MANAGERS)

NO_PREFIX = lazy_gettext("请用1到4个大写字母，例如PGY。")


class _SeriesFields(NamedFields):
    """What a series is called; the fields are called as the columns are."""

    prefix = StringField(
        lazy_gettext("牌号开头的字母"),
        filters=[lambda typed: typed.strip().upper() if typed else None],
        validators=[DataRequired(NEEDED), Regexp("^[A-Z]{1,4}$", message=NO_PREFIX)],
    )
    colour = colour_field(HonourColour.ORANGE)


class NewSeriesForm(_SeriesFields, Form):
    """A series that shops may apply for."""

    code = code(lazy_gettext("代码"))


class SeriesForm(_SeriesFields, ChangeForm):
    """A series as it was read, to be changed."""

    active = BooleanField(lazy_gettext("还可以申请"))


@series.get("")
def listed() -> str:
    """List the series."""
    with console.work() as work:
        found = list_series(work.session, work.community_id)
    return render_template("staff/community/series.html", series=found, name=series_name)


@series.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Add a series."""
    form = NewSeriesForm()
    if form.validate_on_submit():
        wanted = CreateSeries(**{field.name: field.data for field in form.asked()})
        done = gettext("已添加%(name)s。", name=wanted.name)
        if console.attempt(lambda work: create_series(work, wanted), done, form=form):
            return redirect(url_for("staff_series.listed"))
    return render_template(
        "staff/community/series_form.html", form=form, one=None, title=gettext("添加系列")
    )


@series.route("/<uuid:series_id>", methods=["GET", "POST"])
def change(series_id: UUID) -> Any:
    """Show a series; rename, retire or otherwise change it."""
    with console.work() as work:
        one = work.find(ShopSeries, series_id)
    form = SeriesForm(obj=one)
    if is_ready(form, one):
        wanted = ChangeSeries(one.id, one.version, **new_values(form))
        if console.attempt(
            lambda work: change_series(work, wanted), gettext("已保存。"), form=form
        ):
            return redirect(url_for("staff_series.listed"))
    title = gettext("改“%(name)s”", name=series_name(one))
    return render_template("staff/community/series_form.html", form=form, one=one, title=title)
