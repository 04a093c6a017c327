"""The shops, as staff look them up and take them in."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext

from loyalty.models import Community, Honour
from loyalty.pages.forms import Form, choice, label_field, text_field
from loyalty.pages.staff import console
from loyalty.pages.staff.shops.steps import steps_for
from loyalty.rules.certification import CertificationState
from loyalty.rules.money import Permille
from loyalty.services.community.honours import active_honours, proposed_rate
from loyalty.services.community.policy import community_of
from loyalty.services.shops.finding import FindShops, find_shops, get_shop
from loyalty.services.shops.shops import AgreedTerm, CreateShop, create_shop
from loyalty.services.tills.pairing import find_tills
from loyalty.words.honours import honour_name
from loyalty.words.rates import list_rates_offered
from loyalty.words.states import SHOP_STATES, shop_state_words

shops = console.Console("shops", "/shops")

MOST_TILLS = 100


class ShopForm(Form):
    """A shop that applies for a plaque."""

    name = label_field(lazy_gettext("店名"))
    series = label_field(lazy_gettext("系列"))
    category = label_field(lazy_gettext("行业"))
    stall = label_field(lazy_gettext("摊位（可不填）"), needed=False)
    contact = text_field(lazy_gettext("联系人（可不填）"), needed=False)


@shops.get("")
def listed() -> str:
    """List shops by pinyin, searched and filtered."""
    state = request.args.get("state")
    wanted = FindShops(
        limit=console.PAGE_LENGTH,
        state=CertificationState(state) if state in set(CertificationState) else None,
        **console.asked_for(),
    )
    with console.work() as work:
        found = find_shops(work, wanted)
    return render_template(
        "staff/shops/shops.html",
        found=found,
        wanted=wanted,
        states=SHOP_STATES,
        today=work.now.date(),
    )


@shops.get("/<uuid:shop_id>")
def shown(shop_id: UUID) -> str:
    """Show a shop with the steps of its certification and its tills."""
    with console.work() as work:
        shop = get_shop(work, shop_id)
        tills = find_tills(work, shop_id, limit=MOST_TILLS, after=None)
    return render_template(
        "staff/shops/shop.html",
        shop=shop,
        tills=tills.items,
        words=shop_state_words(shop, today=work.now.date()),
        steps=steps_for(shop, console.actor(), today=work.now.date()),
        now=work.now,
    )


@shops.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Take in a shop."""
    with console.work() as work:
        honours = active_honours(work)
        community = community_of(work.session, work.actor)
    form = _form_with_rates(honours, community)()
    if form.validate_on_submit() and _created(form, honours):
        return redirect(url_for("staff_shops.listed", q=form.name.data))
    return render_template("staff/shops/shop_new.html", form=form, honours=honours)


def _form_with_rates(honours: Sequence[Honour], community: Community) -> type[ShopForm]:
    """Return the form with a rate for each honour: its own is proposed, any of the band offered."""
    low, high = Permille(community.band_min_permille), Permille(community.band_max_permille)
    proposed = {honour: proposed_rate(honour, community) for honour in honours}
    fields = {
        f"rate_{honour.code}": choice(
            lazy_gettext("%(honour)s付多少", honour=honour_name(honour)),
            {"": gettext("按卡上的折数")} | list_rates_offered(low, high, besides=rate),
            default=str(rate or ""),
        )
        for honour, rate in proposed.items()
    }
    return type("ShopFormWithRates", (ShopForm,), fields)


def _created(form: ShopForm, honours: Sequence[Honour]) -> bool:
    chosen = {honour.code: form[f"rate_{honour.code}"].data for honour in honours}
    new_shop = CreateShop(
        name=form.name.data,
        series=form.series.data,
        category=form.category.data,
        stall=form.stall.data,
        contact=form.contact.data,
        terms=[AgreedTerm(code, Permille(int(rate))) for code, rate in chosen.items() if rate],
    )
    return console.attempt(
        lambda work: create_shop(work, new_shop),
        gettext("已添加%(name)s，请接着检查。", name=new_shop.name),
    )
