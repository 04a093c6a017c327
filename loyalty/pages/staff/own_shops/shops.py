"""An owner's shops: which are theirs, and how each stands today."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, url_for

from loyalty.pages.staff import console
from loyalty.pages.staff.own_shops.entrance import OwnersConsole
from loyalty.services.checkout.entries import sum_day
from loyalty.services.community.series import list_series
from loyalty.services.shops.complaints import count_since_check, list_complaints_for_owner
from loyalty.services.shops.finding import get_shop_for_owner, list_own_shops
from loyalty.services.shops.offer import find_latest_proposal, is_unconfirmed
from loyalty.services.tills.pairing import find_tills
from loyalty.words.states import shop_state_words

own_shops = OwnersConsole("own_shops")

MOST_TILLS = 100


@own_shops.get("")
def listed() -> Any:
    """Let the owner of several shops choose; the owner of one is led to it."""
    with console.work() as work:
        shops = list_own_shops(work)
    if len(shops) == 1:
        return redirect(url_for("staff_own_shops.shown", shop_id=shops[0].id))
    today = console.now().date()
    return render_template("staff/own_shops/shops.html", shops=shops, today=today)


@own_shops.get("/<uuid:shop_id>")
def shown(shop_id: UUID) -> str:
    """Show a shop as its owner needs it: today's sales, what it agreed to, and its tills."""
    with console.work() as work:
        shop = get_shop_for_owner(work, shop_id)
        today = work.now.date()
        sums = sum_day(work, shop_id, today)
        tills = find_tills(work, shop_id, limit=MOST_TILLS, after=None).items
        unconfirmed = is_unconfirmed(work, shop_id)
        proposal = find_latest_proposal(work, shop_id)
        complaints = count_since_check(work, shop_id)
        told = list_complaints_for_owner(work, shop_id)
        series = list_series(work.session, work.community_id)
        several = len(list_own_shops(work)) > 1
    return render_template(
        "staff/own_shops/shop.html",
        shop=shop,
        series=series,
        words=shop_state_words(shop, today=today),
        sums=sums,
        tills=tills,
        several=several,
        unconfirmed=unconfirmed,
        proposal=proposal,
        complaints=complaints,
        told=told,
        today=today,
        now=work.now,
    )
