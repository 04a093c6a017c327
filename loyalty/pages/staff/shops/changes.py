"""Changing what is known of a shop, and its history: who did what, when and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import redirect, render_template, url_for
from flask_babel import gettext

from loyalty.models import CertificationEvent, Honour, Shop, ShopChange
from loyalty.pages.staff import console
from loyalty.pages.staff.changes import is_ready, new_values
from loyalty.pages.staff.shops.form import (
    MOST_ACCOUNTS,
    ShopChangeForm,
    agreed_terms,
    change_shop_form,
)
from loyalty.rules.certification import CertificationAction
from loyalty.services.community.honours import honours_of
from loyalty.services.people.areas import list_areas
from loyalty.services.shops.finding import get_shop
from loyalty.services.shops.history import find_shop_changes, list_certification_steps
from loyalty.services.shops.shops import ChangeShop, change_shop
from loyalty.services.staff.accounts import find_accounts
from loyalty.services.work import Work
from loyalty.words.honours import honour_name
from loyalty.words.shop_changes import MEMBERS, value_in_words
from loyalty.words.steps import SHOP_STEPS

shop_changes = console.Console("shop_changes", "/shops")

MOST_CHANGES = 200


@dataclass(frozen=True, slots=True)
class Happening:
    """One line in the history of a shop."""

    at: datetime
    who: str
    what: str
    before: str
    after: str
    reason: str


@shop_changes.route("/<uuid:shop_id>/change", methods=["GET", "POST"])
def change(shop_id: UUID) -> Any:
    """Show all that is known of a shop, and correct it."""
    with console.work() as work:
        shop = get_shop(work, shop_id)
        form, honours = change_shop_form(work, shop)
    if is_ready(form, shop) and _changed(form, shop, honours):
        return redirect(url_for("staff_shops.shown", shop_id=shop_id))
    return render_template("staff/shops/shop_change.html", form=form, shop=shop, honours=honours)


@shop_changes.get("/<uuid:shop_id>/history")
def history(shop_id: UUID) -> str:
    """Tell what was done about a shop, the newest first."""
    with console.work() as work:
        shop = get_shop(work, shop_id)
        happenings = _happenings(work, shop)
    return render_template(
        "staff/shops/history.html", shop=shop, happenings=happenings, here=console.here
    )


def _changed(form: ShopChangeForm, shop: Shop, honours: Sequence[Honour]) -> bool:
    """Store what differs; a refusal leaves the form as it was filled in."""
    values = new_values(form)
    rates = {name for name in values if name.startswith("rate_")}
    members = {name: value for name, value in values.items() if name not in rates}
    if rates:
        members["terms"] = agreed_terms(form, honours)
    if members.get("pledged_on") is not None:
        members["pledge_number"] = form.pledge_number.data
    wanted = ChangeShop(shop.id, shop.version, reason=form.reason.data, **members)
    return console.attempt(
        lambda work: change_shop(work, wanted),
        gettext("已保存。"),
        form=form,
    )


def _happenings(work: Work, shop: Shop) -> list[Happening]:
    accounts = {
        str(one.id): one.display_name
        for one in find_accounts(work, limit=MOST_ACCOUNTS, after=None).items
    }
    names = {
        "honours": {one.code: honour_name(one) for one in honours_of(work)},
        "accounts": accounts,
        "areas": {str(one.area.id): one.area.name for one in list_areas(work)},
    }
    changes = find_shop_changes(work, shop.id, limit=MOST_CHANGES).items
    found = [_change_told(one, names) for one in changes]
    found += [_step_told(one, accounts) for one in list_certification_steps(work, shop)]
    return sorted(found, key=lambda one: one.at, reverse=True)


def _change_told(change: ShopChange, names: Mapping[str, Mapping[str, str]]) -> Happening:
    before, after = (
        value_in_words(change.member, value, **names) for value in (change.before, change.after)
    )
    who = names["accounts"].get(str(change.account_id), "–")
    return Happening(
        change.at, who, str(MEMBERS[change.member]), before, after, change.reason or "–"
    )


def _step_told(step: CertificationEvent, accounts: dict[str, str]) -> Happening:
    word = str(SHOP_STEPS[CertificationAction(step.action)].word)
    who = accounts.get(str(step.account_id), "–")
    return Happening(step.at, who, word, "–", "–", step.reason or "–")
