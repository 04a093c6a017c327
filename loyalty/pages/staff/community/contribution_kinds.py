"""The kinds of contributions that the community writes down: adding, renaming, retiring them."""

from functools import partial
from typing import Any
from uuid import UUID

from flask import redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField

from loyalty.models import ContributionKind
from loyalty.pages.forms import Form, WrittenField, choice, code, options, ticks
from loyalty.pages.staff import console
from loyalty.pages.staff.changes import ChangeForm, is_ready, new_values
from loyalty.pages.staff.community.names import NamedFields
from loyalty.rules.benefit import Party
from loyalty.rules.contributions import LARGEST_ALONE, Unit
from loyalty.rules.money import NOTHING, Fen, format_yuan, parse_yuan
from loyalty.services.community.contribution_kinds import (
    ChangeContributionKind,
    CreateContributionKind,
    change_contribution_kind,
    create_contribution_kind,
    list_contribution_kinds,
)
from loyalty.words.contributions import PARTIES, RETIRED_KIND, UNITS, kind_name

kinds_of_contributions = console.Console(
    "kinds_of_contributions", "/policy/contribution-kinds", only=console.MANAGERS
)

FORM_PAGE = "staff/community/contribution_kind_form.html"

_SIDES = {one.value: name for one, name in PARTIES.items()}


def _amount_in(typed: str) -> Fen:
    """Return an amount that one person may enter alone; 0 has everything approved."""
    return NOTHING if typed.strip("0.") == "" else parse_yuan(typed, most=LARGEST_ALONE)


class _KindFields(NamedFields):
    """What a kind is called and who gives; the fields are called as the columns are."""

    giver = choice(lazy_gettext("没写名字时，算谁给的"), _SIDES, coerce=Party)
    receiver = choice(lazy_gettext("没写名字时，算给谁的"), _SIDES, coerce=Party)
    units = ticks(lazy_gettext("数量可以按什么数（不打勾就只记金额）"))
    alone_fen = WrittenField(
        lazy_gettext("一个人最多记多少元，超过的要另一个人核准"),
        _amount_in,
        format_yuan,
        lazy_gettext("请填0到%(most)s的元数。", most=f"{LARGEST_ALONE // 100:,}"),
        default=LARGEST_ALONE,
    )


class NewKindForm(_KindFields, Form):
    """A kind that the community is to write down."""

    code = code(lazy_gettext("代码"))


class KindForm(_KindFields, ChangeForm):
    """A kind as it was read, to be changed."""

    active = BooleanField(lazy_gettext("还在用"))


@kinds_of_contributions.get("")
def listed() -> str:
    """List the kinds, those that were retired, too."""
    with console.work() as work:
        found = list_contribution_kinds(work.session, work.community_id)
    return render_template(
        "staff/community/contribution_kinds.html",
        kinds=[(kind, [UNITS[Unit(unit)] for unit in kind.units]) for kind in found],
        parties=PARTIES,
        retired=RETIRED_KIND,
    )


@kinds_of_contributions.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Add a kind."""
    form = NewKindForm()
    form.units.choices = _units()
    if form.validate_on_submit():
        members = {field.name: field.data for field in form.asked()}
        wanted = CreateContributionKind(**{**members, **_alone(form), **_counted(form)})
        done = gettext("已添加“%(name)s”。", name=wanted.name)
        if console.attempt(lambda work: create_contribution_kind(work, wanted), done, form=form):
            return redirect(url_for(".listed"))
    return render_template(FORM_PAGE, form=form, one=None, title=gettext("添加贡献的种类"))


@kinds_of_contributions.route("/<uuid:contribution_kind_id>", methods=["GET", "POST"])
def change(contribution_kind_id: UUID) -> Any:
    """Show a kind; rename, retire or otherwise change it."""
    with console.work() as work:
        kind = work.find(ContributionKind, contribution_kind_id)
    form = KindForm(obj=kind)
    form.units.choices = _units()
    if is_ready(form, kind):
        values = new_values(form)
        values |= _counted(form) if "units" in values else {}
        values |= _alone(form) if "alone_fen" in values else {}
        wanted = ChangeContributionKind(kind.id, kind.version, **values)
        attempt = partial(change_contribution_kind, request=wanted)
        if console.attempt(attempt, gettext("已保存。"), form=form):
            return redirect(url_for(".listed"))
    title = gettext("改“%(name)s”", name=kind_name(kind))
    return render_template(FORM_PAGE, form=form, one=kind, title=title)


def _units() -> Any:
    return options({one.value: UNITS[one] for one in Unit})


def _counted(form: Any) -> dict[str, Any]:
    return {"units": [Unit(unit) for unit in form.units.data]}


def _alone(form: Any) -> dict[str, Any]:
    """Return the threshold; an empty field is the usual one."""
    typed = form.alone_fen.data
    return {"alone_fen": LARGEST_ALONE if typed is None else Fen(typed)}
