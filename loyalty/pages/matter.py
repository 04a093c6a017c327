"""Raising a matter on the public form, and asking back with the receipt."""

from typing import Any

from flask import Blueprint, Response, render_template, url_for
from flask_babel import gettext, lazy_gettext

from loyalty.clock import community_now
from loyalty.database import transaction
from loyalty.models import Community
from loyalty.pages.communities import community_here
from loyalty.pages.forms import Form, choice, line, passage
from loyalty.pages.notice import not_found_by_search
from loyalty.pages.objections import ReceiptForm, as_given_out, in_fours
from loyalty.pages.receipts import receipt_of_form
from loyalty.services.errors import UnknownRecordError
from loyalty.services.matters import (
    MatterKind,
    MatterState,
    RaiseMatter,
    Raiser,
    matter_called,
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
    contact = line(lazy_gettext("怎样联系您"), needed=False)


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
            raised_now = raise_public_matter(session, community, wanted, receipt=receipt, now=now)
            return _receipt(community, raised_now)
    page = render_template("selection/matter.html", community=community, form=form)
    return not_found_by_search(page)


@matters.route("/matter/status", methods=["GET", "POST"])
@matters.route("/<slug>/matter/status", methods=["GET", "POST"])
def status(slug: str | None = None) -> Response:
    """Tell whoever has a receipt what has become of the matter."""
    form = ReceiptForm()
    found = None
    with transaction() as session:
        community = community_here(session, slug)
        if form.validate_on_submit():
            try:
                found = matter_called(session, community, as_given_out(form.receipt.data))
            except UnknownRecordError:
                form.receipt.errors = [gettext("没有这个回执号，请对照回执再输一次。")]
    page = render_template(
        "selection/matter_status.html",
        community=community,
        form=form,
        matter=found,
        words=MATTER_STATES[MatterState(found.state)] if found else None,
    )
    return not_found_by_search(page)


def _receipt(community: Community, matter: Any) -> Response:
    page = render_template(
        "selection/receipt.html",
        community=community,
        title=gettext("已收到，第%(number)s件", number=matter.number),
        number=in_fours(matter.receipt),
        sentences=[gettext("凭回执号，在“查答复”里看结果。不需要姓名。")],
        back=url_for("matter_pages.status", slug=community.slug),
        back_word=gettext("查答复"),
    )
    return not_found_by_search(page)
