"""Objecting to one line of a notice, and asking back with the receipt."""

from functools import partial
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask_babel import lazy_gettext
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound

from loyalty.clock import community_now
from loyalty.database import transaction
from loyalty.models import Community, Objection, ShopObjection
from loyalty.pages.communities import community_here
from loyalty.pages.forms import Form, passage, person, text_field
from loyalty.pages.notice import names_here, not_found_by_search, runs
from loyalty.pages.receipts import ReceiptForm, asked_back, objection_page, receipt_of_form
from loyalty.rules.calendar import Month
from loyalty.services.errors import RoundStateError, UnknownRecordError
from loyalty.services.notice.objections import (
    MakeObjection,
    make_objection,
    objection_called,
    state_of,
)
from loyalty.services.notice.public_notice import NoticeLine, NoticeList, PublicNotice
from loyalty.services.shops.objections import shop_objection_called
from loyalty.words.notices import OBJECTION_STATES, days_left

objections = Blueprint("objection_pages", __name__)

LONGEST_OBJECTION = 2000


class ObjectionForm(Form):
    """What somebody has against a line; who they are is theirs to tell."""

    text = passage(lazy_gettext("有什么意见"), longest=LONGEST_OBJECTION)
    name = person(lazy_gettext("您的姓名"), needed=False)
    contact = text_field(lazy_gettext("怎样联系您"), needed=False)


@objections.route("/notice/<month>/objection", methods=["GET", "POST"])
@objections.route("/<slug>/notice/<month>/objection", methods=["GET", "POST"])
def object_to(month: str, slug: str | None = None) -> Response:
    """Take in an objection to the line that the address names, and give a receipt."""
    community, notice, today = names_here(month, slug)
    round_list, meant = _line_meant(notice, request.args.get("line"))
    back = url_for("notice_pages.shown", slug=community.slug, month=month)
    open_now = runs(notice, today)
    form = ObjectionForm()
    if open_now and form.validate_on_submit():
        made = _made(community, notice.month, meant, form)
        if made is not None:
            return objection_page(community, made, back)
        open_now = False
    page = render_template(
        "selection/objection.html",
        community=community,
        notice=notice,
        list=round_list,
        meant=meant,
        form=form,
        runs=open_now,
        left=days_left(notice.last_day, today) if notice.last_day else None,
        back=back,
    )
    return not_found_by_search(page)


@objections.route("/objection", methods=["GET", "POST"])
@objections.route("/<slug>/objection", methods=["GET", "POST"])
def status(slug: str | None = None) -> Response:
    """Tell whoever has a receipt how far the objection is."""
    form = ReceiptForm()
    with transaction() as session:
        community = community_here(session, slug)
        found = asked_back(form, partial(_called, session, community))
    page = render_template(
        "selection/objection_status.html",
        community=community,
        form=form,
        found=found,
        words=OBJECTION_STATES[state_of(found)] if found else None,
    )
    return not_found_by_search(page)


def _called(session: Session, community: Community, receipt: str) -> Objection | ShopObjection:
    """Return the objection with a receipt, to somebody on a list or to a shop."""
    try:
        return objection_called(session, community, receipt)
    except UnknownRecordError:
        return shop_objection_called(session, community, receipt)


def _line_meant(notice: PublicNotice, reference: str | None) -> tuple[NoticeList, NoticeLine]:
    for one in notice.lists:
        for listed in one.lines:
            if listed.reference == reference:
                return one, listed
    raise NotFound


def _made(community: Community, month: Month, meant: NoticeLine, form: Any) -> Objection | None:
    """Return the objection as it was taken in; None if the notice has just run out."""
    now = community_now(community.timezone)
    wanted = MakeObjection(
        text=form.text.data,
        reference=meant.reference,
        name=form.name.data,
        contact=form.contact.data,
        receipt=receipt_of_form(now.date()),
    )
    try:
        with transaction(community.id) as session:
            return make_objection(session, community, month, wanted, now=now)
    except RoundStateError:
        return None
