"""The honours that the community gives: adding, renaming and retiring them."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField

from loyalty.models import Community, Honour
from loyalty.pages.forms import Form, choice, code, options, whole_number
from loyalty.pages.staff import console
from loyalty.pages.staff.changes import ChangeForm, is_ready, new_values
from loyalty.pages.staff.community.names import NamedFields, colour_field
from loyalty.rules.honours import HonourColour
from loyalty.rules.money import Permille
from loyalty.services.community.honours import (
    ChangeHonour,
    CreateHonour,
    change_honour,
    create_honour,
    honours_of,
)
from loyalty.services.community.policy import community_of
from loyalty.services.selection.planning import LARGEST_QUOTA
from loyalty.words.honours import RETIRED, honour_name
from loyalty.words.rates import list_rates_offered

honours = console.Console("honours", "/policy/honours", only=console.MANAGERS)


def _rate_in(typed: str | int) -> int | None:
    return int(typed) if typed else None


class _HonourFields(NamedFields):
    """What an honour is called and proposes; the fields are called as the columns are."""

    pay_permille = choice(lazy_gettext("持卡付多少"), coerce=_rate_in)
    quota = whole_number(lazy_gettext("每期几名"), 1, LARGEST_QUOTA)
    colour = colour_field(HonourColour.BLUE)


class NewHonourForm(_HonourFields, Form):
    """An honour that the community is to give."""

    code = code(lazy_gettext("代码"))


class HonourForm(_HonourFields, ChangeForm):
    """An honour as it was read, to be changed."""

    active = BooleanField(lazy_gettext("还在评"))


@honours.get("")
def listed() -> str:
    """List the honours with what they propose, those that were retired, too."""
    with console.work() as work:
        found = honours_of(work)
    return render_template("staff/community/honours.html", honours=found, retired=RETIRED)


@honours.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Add an honour."""
    form = NewHonourForm()
    form.pay_permille.choices = _rates(None)
    if form.validate_on_submit():
        wanted = CreateHonour(**{field.name: field.data for field in form.asked()})
        done = gettext("已添加“%(name)s”，评选和约定折数里可以选它了。", name=wanted.name)
        if console.attempt(lambda work: create_honour(work, wanted), done, form=form):
            return redirect(url_for("staff_honours.listed"))
    title = gettext("添加荣誉")
    return render_template("staff/community/honour_form.html", form=form, one=None, title=title)


@honours.route("/<uuid:honour_id>", methods=["GET", "POST"])
def change(honour_id: UUID) -> Any:
    """Show an honour; rename, retire or otherwise change it."""
    with console.work() as work:
        honour = work.find(Honour, honour_id)
    form = HonourForm(obj=honour)
    form.pay_permille.choices = _rates(honour)
    if is_ready(form, honour):
        wanted = ChangeHonour(honour.id, honour.version, **new_values(form))
        if console.attempt(
            lambda work: change_honour(work, wanted), gettext("已保存。"), form=form
        ):
            return redirect(url_for("staff_honours.listed"))
    title = gettext("改“%(name)s”", name=honour_name(honour))
    return render_template("staff/community/honour_form.html", form=form, one=honour, title=title)


def _rates(honour: Honour | None) -> Any:
    """Return the rates of the band to choose from, none, and what the honour has."""
    with console.work() as work:
        community: Community = community_of(work.session, work.actor)
    low, high = Permille(community.band_min_permille), Permille(community.band_max_permille)
    own = None if honour is None or honour.pay_permille is None else Permille(honour.pay_permille)
    return options({"": gettext("不定，到时候再选")} | list_rates_offered(low, high, besides=own))
