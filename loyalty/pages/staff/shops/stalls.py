"""The stalls of the market: who has which since when, and how much is let."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField

from loyalty.models import Stall
from loyalty.pages.charts.pictures import draw_occupancy
from loyalty.pages.forms import NEEDED, Form, calendar_day, label_field, options, record
from loyalty.pages.staff import console
from loyalty.services.people.areas import list_areas
from loyalty.services.shops.stalls import (
    CreateStall,
    LetStall,
    create_stall,
    let_stall,
    list_occupancy,
    list_stalls,
    list_turns,
)
from loyalty.services.shops.visits import list_contacts

stalls = console.Console("stalls", "/shops/stalls")


class StallForm(Form):
    """A stall that can be let."""

    name = label_field(lazy_gettext("摊位号"))
    area_id = record(lazy_gettext("在哪个责任区"))
    built_on = calendar_day(lazy_gettext("从哪天起算"))


class LetForm(Form):
    """A stall that changes hands."""

    since = calendar_day(lazy_gettext("从哪天起"))
    shop_id = record(lazy_gettext("租给登记过的店"))
    tenant = label_field(lazy_gettext("或者写店名"), needed=False)
    gives_back = BooleanField(lazy_gettext("退租，先空着"))

    def validate(self, extra_validators: Any = None) -> bool:
        """Ask for somebody, unless the stall stands empty from then on."""
        sound = super().validate(extra_validators)
        if self.tenant.data or self.shop_id.data or self.gives_back.data:
            return bool(sound)
        # A field that may be left empty asks no validator of its own.
        self.tenant.errors = [NEEDED]
        return False


@stalls.get("")
def listed() -> str:
    """List the stalls with who has them today."""
    q = console.asked_for()["q"]
    with console.work() as work:
        found = list_stalls(work, q=q)
    return render_template("staff/shops/stalls.html", stalls=found, q=q)


@stalls.get("/occupancy")
def occupancy() -> str:
    """Show how much of the market was let, month by month, the newest first."""
    with console.work() as work:
        months = list_occupancy(work)
    drawn = draw_occupancy(months)
    return render_template("staff/shops/occupancy.html", months=list(reversed(months)), drawn=drawn)


@stalls.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Add a stall."""
    form = StallForm(built_on=console.now().date())
    with console.work() as work:
        areas = {str(one.area.id): one.area.name for one in list_areas(work)}
    form.area_id.choices = options({"": gettext("不分责任区")} | areas)
    if form.validate_on_submit():
        wanted = CreateStall(form.name.data, form.area_id.data, form.built_on.data)
        done = gettext("已添加%(name)s。", name=wanted.name)
        if console.attempt(lambda work: create_stall(work, wanted), done, form=form):
            return redirect(url_for("staff_stalls.listed", q=wanted.name))
    return render_template("staff/shops/stall_new.html", form=form)


@stalls.route("/<uuid:stall_id>", methods=["GET", "POST"])
def shown(stall_id: UUID) -> Any:
    """Show who had a stall since when, and let it or take it back."""
    with console.work() as work:
        stall = work.find(Stall, stall_id)
        shops = {str(one.shop.id): one.shop.name for one in list_contacts(work)}
    form = LetForm(since=console.now().date())
    form.shop_id.choices = options({"": gettext("不在登记里")} | dict(sorted(shops.items())))
    if form.validate_on_submit() and _let(form, stall, shops):
        return redirect(url_for("staff_stalls.shown", stall_id=stall_id))
    with console.work() as work:
        turns = list_turns(work, stall)
    return render_template("staff/shops/stall.html", form=form, stall=stall, turns=turns)


def _let(form: LetForm, stall: Stall, shops: dict[str, str]) -> bool:
    gives_back = form.gives_back.data
    shop_id = None if gives_back else form.shop_id.data
    tenant = None if gives_back else shops.get(str(shop_id), form.tenant.data)
    wanted = LetStall(stall.id, form.since.data, tenant, shop_id)
    return console.attempt(
        lambda work: let_stall(work, wanted),
        gettext("%(stall)s已记下。", stall=stall.name),
        form=form,
    )
