"""Objections to shops on notice: read, and answered by somebody uninvolved."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext

from loyalty.models import ShopObjection
from loyalty.pages.forms import Form, passage, pick
from loyalty.pages.staff import console
from loyalty.pages.values import listed
from loyalty.rules.typed_text import LONGEST_REASON
from loyalty.services.shops.finding import get_shop
from loyalty.services.shops.objections import (
    DecideShopObjection,
    decide_shop_objection,
    who_may_decide,
)

shop_objections = console.Console("shop_objections", "/shops/objections")


class ShopAnswerForm(Form):
    """What was found, and why; it is published, so it names nobody."""

    upheld = pick(
        lazy_gettext("核实结果"),
        {
            "no": lazy_gettext("异议不成立，公示照旧"),
            "yes": lazy_gettext("异议成立，店铺退回重新检查"),
        },
    )
    reason = passage(lazy_gettext("理由"), longest=LONGEST_REASON)


@shop_objections.route("/<uuid:shop_objection_id>", methods=["GET", "POST"])
def decision(shop_objection_id: UUID) -> Any:
    """Show an objection to a shop, and take the answer in."""
    form = ShopAnswerForm()
    with console.work() as work:
        objection = work.find(ShopObjection, shop_objection_id)
        shop = get_shop(work, objection.shop_id)
        deciders = who_may_decide(work, shop)
    if form.validate_on_submit():
        answer = DecideShopObjection(objection.id, form.upheld.data == "yes", form.reason.data)
        done = console.attempt(
            lambda work: decide_shop_objection(work, answer),
            gettext("已答复，理由随公示公布。"),
            form=form,
        )
        if done:
            return redirect(url_for("staff_shops.shown", shop_id=shop.id))
    return render_template(
        "staff/shops/objection.html",
        shop=shop,
        objection=objection,
        form=form,
        here=console.here,
        barred=console.actor().account_id not in {one.id for one in deciders},
        deciders=listed(one.display_name for one in deciders),
    )
