"""What owners do about their offers, as staff see it: proposals to answer, quarters to confirm."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from wtforms import HiddenField

from loyalty.models import OfferProposal, StaffAccount
from loyalty.pages.forms import Form, hidden_number, passage, pick
from loyalty.pages.staff import console
from loyalty.rules.typed_text import LONGEST_REASON
from loyalty.services.community.honours import honours_of
from loyalty.services.shops.finding import get_shop
from loyalty.services.shops.history import values_of
from loyalty.services.shops.offer import (
    DecideProposal,
    confirm_offer,
    decide_proposal,
    list_unconfirmed,
    values_proposed,
)
from loyalty.words.honours import honour_name
from loyalty.words.shop_changes import MEMBERS, value_in_words

shop_offers = console.Console("shop_offers", "/shops")


WITHOUT = {
    "terms": lazy_gettext("按卡上的折数"),
    "opted_in_categories": lazy_gettext("没有"),
}
"""What it means that a shop has agreed to nothing of its own."""


class ProposalForm(Form):
    """What staff say to a proposal; an answer without agreement tells the owner why."""

    accepted = pick(
        lazy_gettext("同意吗"),
        {
            "yes": lazy_gettext("同意，从现在起照新的打折"),
            "no": lazy_gettext("不同意，照原来的打折"),
        },
    )
    answer = passage(
        lazy_gettext("给店主的话（同意的可不填）"), longest=LONGEST_REASON, needed=False
    )
    version = HiddenField()
    shop_version = HiddenField()


@shop_offers.route("/proposals/<uuid:proposal_id>", methods=["GET", "POST"])
def proposal(proposal_id: UUID) -> Any:
    """Show what an owner asks for beside what holds now, and take the answer in."""
    with console.work() as work:
        found = work.find(OfferProposal, proposal_id)
        shop = get_shop(work, found.shop_id)
        owner = work.find(StaffAccount, found.proposed_by)
        honours = {one.code: honour_name(one) for one in honours_of(work)}
    form = ProposalForm(data={"version": found.version, "shop_version": shop.version})
    if form.validate_on_submit() and _decided(form, proposal_id):
        return redirect(url_for("staff_shops.shown", shop_id=shop.id))
    now, wanted = values_of(shop), values_proposed(found)
    told = {
        str(MEMBERS[member]): [
            value_in_words(member, values[member], honours=honours, accounts={}, areas={})
            if values[member] is not None
            else str(WITHOUT[member])
            for values in (now, wanted)
        ]
        for member in wanted
    }
    form.version.data, form.shop_version.data = found.version, shop.version
    return render_template(
        "staff/shops/proposal.html",
        proposal=found,
        shop=shop,
        owner=owner,
        form=form,
        told=told,
        here=console.here,
        changed_since=shop.version != found.shop_version and found.accepted is None,
    )


@shop_offers.get("/unconfirmed")
def unconfirmed() -> str:
    """List the shops whose offer nobody has confirmed in this quarter."""
    with console.work() as work:
        shops = list_unconfirmed(work)
    return render_template("staff/shops/unconfirmed.html", shops=shops)


@shop_offers.post("/<uuid:shop_id>/offer-confirmation")
def confirm(shop_id: UUID) -> Any:
    """Take in what staff have heard from a shop: its offer holds."""
    with console.work() as work:
        shop = get_shop(work, shop_id)
    console.attempt(
        lambda work: confirm_offer(work, shop_id),
        gettext("已记下：%(name)s的优惠照旧。", name=shop.name),
    )
    return redirect(url_for("staff_shop_offers.unconfirmed"))


def _decided(form: ProposalForm, proposal_id: UUID) -> bool:
    decision = DecideProposal(
        proposal_id,
        hidden_number(form.version.data),
        hidden_number(form.shop_version.data),
        accepted=form.accepted.data == "yes",
        answer=form.answer.data,
    )
    return console.attempt(
        lambda work: decide_proposal(work, decision), gettext("已答复，店主看得到。"), form=form
    )
