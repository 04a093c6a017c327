"""Complaining of a shop with a card in hand, and asking back with the receipt."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from wtforms.validators import ValidationError

from loyalty.clock import community_now
from loyalty.database import transaction
from loyalty.models import Community, Complaint, Shop
from loyalty.pages.communities import community_here
from loyalty.pages.forms import Form, calendar_day, passage, pick, text_field
from loyalty.pages.notice import not_found_by_search
from loyalty.pages.pictures import PicturesField, clean_pictures
from loyalty.pages.receipts import ReceiptForm, asked_back, receipt_of_form, receipt_page
from loyalty.pages.values import full_day
from loyalty.rules.certification import gives_discount
from loyalty.rules.complaint import LONGEST_AGO, ComplaintKind, may_be_looked_into
from loyalty.services.pictures.pictures import CleanPicture
from loyalty.services.shops.certification import find_certification_standing
from loyalty.services.shops.complaints import (
    MakeComplaint,
    get_complaint_by_receipt,
    make_complaint,
)
from loyalty.services.shops.finding import get_shop_by_plaque
from loyalty.words.complaints import COMPLAINT_KINDS, complaint_kind_name, complaint_words

complaints = Blueprint("complaint_pages", __name__)
complaints.add_app_template_filter(complaint_kind_name, "complaint_kind")
complaints.add_app_template_filter(
    lambda complaint, today: complaint_words(complaint, today=today), "complaint_state"
)

LONGEST_COMPLAINT = 1000


class ComplaintForm(Form):
    """What went wrong: one tap says it, and the rest may stay as it is."""

    kind = pick(
        lazy_gettext("什么事"), {code.value: word for code, word in COMPLAINT_KINDS.items()}
    )
    happened_on = calendar_day(lazy_gettext("哪一天"))
    text = passage(lazy_gettext("怎么回事"), longest=LONGEST_COMPLAINT, needed=False)
    pictures = PicturesField(lazy_gettext("照片"), most=1)
    contact = text_field(lazy_gettext("怎样联系您"), needed=False)

    def __init__(self, community: Community, **of_the_form: Any) -> None:
        self.today = community_now(community.timezone).date()
        super().__init__(happened_on=self.today, **of_the_form)

    def validate_happened_on(self, field: Any) -> None:
        """Refuse a day that nobody can look into."""
        if field.data is not None and not may_be_looked_into(field.data, self.today):
            raise ValidationError(
                gettext("请填今天，或者以前%(days)d天里的一天。", days=LONGEST_AGO.days)
            )


@complaints.route("/p/<plaque_number>/complaint", methods=["GET", "POST"])
@complaints.route("/<slug>/p/<plaque_number>/complaint", methods=["GET", "POST"])
def made(plaque_number: str, slug: str | None = None) -> Any:
    """Take in what went wrong in a shop, and give a receipt."""
    with transaction() as session:
        community = community_here(session, slug)
        shop = get_shop_by_plaque(session, community, plaque_number)
    back = url_for("pages.plaque", slug=community.slug, plaque_number=shop.plaque_number)
    form = ComplaintForm(community, kind=request.args.get("kind"))
    # Whoever has written before the plaque was taken down is heard all the same.
    if not form.is_submitted() and not _takes_cards(shop, form):
        return redirect(back)
    if form.validate_on_submit():
        photos = clean_pictures(form.pictures)
        if photos is not None:
            return _receipt(community, _taken_in(community, shop, form, photos))
    page = render_template(
        "public/complaint.html", community=community, shop=shop, form=form, back=back
    )
    return not_found_by_search(page)


@complaints.route("/complaint/status", methods=["GET", "POST"])
@complaints.route("/<slug>/complaint/status", methods=["GET", "POST"])
def status(slug: str | None = None) -> Response:
    """Tell whoever has a receipt what was found."""
    form = ReceiptForm()
    with transaction() as session:
        community = community_here(session, slug)
        found = asked_back(form, partial(get_complaint_by_receipt, session, community))
    page = render_template(
        "public/complaint_status.html",
        community=community,
        form=form,
        found=found,
        today=community_now(community.timezone).date(),
    )
    return not_found_by_search(page)


def _takes_cards(shop: Shop, form: ComplaintForm) -> bool:
    return gives_discount(find_certification_standing(shop, today=form.today).state)


def _taken_in(
    community: Community, shop: Shop, form: ComplaintForm, photos: Sequence[CleanPicture]
) -> Complaint:
    now = community_now(community.timezone)
    wanted = MakeComplaint(
        shop.id,
        ComplaintKind(form.kind.data),
        form.happened_on.data,
        text=form.text.data,
        contact=form.contact.data,
        picture=next(iter(photos), None),
        receipt=receipt_of_form(now.date(), *(one.content for one in photos)),
    )
    with transaction(community.id) as session:
        return make_complaint(session, community, wanted, now=now)


def _receipt(community: Community, complaint: Complaint) -> Response:
    return receipt_page(
        community,
        complaint.receipt,
        title=gettext("已收到"),
        sentences=[
            gettext("最迟%(day)s答复。", day=full_day(complaint.due_on)),
            gettext("凭回执号，在“查答复”里看结果。不需要姓名。"),
        ],
        back=(url_for("complaint_pages.status", slug=community.slug), gettext("查答复")),
    )
