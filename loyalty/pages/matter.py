"""Raising a matter on the public form, and asking back with the receipt."""

from functools import partial

from flask import Blueprint, Response, render_template, url_for
from flask_babel import gettext, lazy_gettext

from loyalty.clock import community_now
from loyalty.database import transaction
from loyalty.models import Community
from loyalty.pages.communities import community_here
from loyalty.pages.forms import Form, choice, passage, text_field
from loyalty.pages.notice import not_found_by_search
from loyalty.pages.receipts import ReceiptForm, asked_back, receipt_of_form, receipt_page
from loyalty.services.matters.matters import (
    MatterKind,
    MatterState,
    RaiseMatter,
    Raiser,
    get_matter_by_receipt,
    raise_public_matter,
)
from loyalty.words.matters import MATTER_KINDS, MATTER_STATES

matters = Blueprint("matter_pages", __name__)

LONGEST_MATTER = 2000


class MatterForm(Form):
    """What a resident wants the community to see to."""

    kind = choice(
        lazy_gettext("哪张清单"), {code.value: word for code, word in MATTER_KINDS.items()}
    )
    text = passage(lazy_gettext("什么事"), longest=LONGEST_MATTER)
    contact = text_field(lazy_gettext("怎样联系您"), needed=False)


@matters.route("/matter", methods=["GET", "POST"])
@matters.route("/<slug>/matter", methods=["GET", "POST"])
def raised(slug: str | None = None) -> Response:
    """Take in what a resident raises, and give a receipt."""
    form = MatterForm()
    with transaction() as session:
        community = community_here(session, slug)
        if form.validate_on_submit():
            wanted = RaiseMatter(
                MatterKind(form.kind.data),
                form.text.data,
                Raiser.RESIDENT,
                contact=form.contact.data,
            )
            now = community_now(community.timezone)
            receipt = receipt_of_form(now.date())
            matter = raise_public_matter(session, community, wanted, receipt=receipt, now=now)
            return _receipt(community, matter.number, receipt)
    page = render_template("selection/matter.html", community=community, form=form)
    return not_found_by_search(page)


@matters.route("/matter/status", methods=["GET", "POST"])
@matters.route("/<slug>/matter/status", methods=["GET", "POST"])
def status(slug: str | None = None) -> Response:
    """Tell whoever has a receipt what has become of the matter."""
    form = ReceiptForm()
    with transaction() as session:
        community = community_here(session, slug)
        found = asked_back(form, partial(get_matter_by_receipt, session, community))
    page = render_template(
        "selection/matter_status.html",
        community=community,
        form=form,
        found=found,
        words=MATTER_STATES[MatterState(found.state)] if found else None,
    )
    return not_found_by_search(page)


def _receipt(community: Community, number: int, receipt: str) -> Response:
    return receipt_page(
        community,
        receipt,
        title=gettext("已收到，第%(number)s件", number=number),
        sentences=[gettext("凭回执号，在“查答复”里看结果。不需要姓名。")],
        back=(url_for("matter_pages.status", slug=community.slug), gettext("查答复")),
    )
