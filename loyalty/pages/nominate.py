"""Nominating on the public form: oneself, or a neighbour. The answer never tells who is known."""

from typing import Any

from flask import Blueprint, Response, render_template, url_for
from flask_babel import gettext, lazy_gettext

from loyalty.clock import community_now
from loyalty.database import transaction
from loyalty.models import Community, Round
from loyalty.pages.communities import community_here
from loyalty.pages.forms import Form, choice, label_field, options, person, pick, text_field
from loyalty.pages.notice import not_found_by_search
from loyalty.pages.receipts import receipt_of_form, receipt_page
from loyalty.rules.calendar import Month
from loyalty.services.errors import RoundStateError
from loyalty.services.notice.public_months import round_open_to_nominations
from loyalty.services.selection.public_nominations import NominateByName, nominate_by_name
from loyalty.words.honours import honour_name

nominations = Blueprint("nomination_pages", __name__)

SOURCES = {"neighbour": lazy_gettext("我推荐一位邻居"), "self": lazy_gettext("我推荐自己")}
"""By the codes of `services.public_nominations.PUBLIC_SOURCES`."""


class NominationForm(Form):
    """One voice of the public."""

    honour = choice(lazy_gettext("推荐为"))
    source = pick(lazy_gettext("推荐谁"), SOURCES, default="neighbour")
    name = person(lazy_gettext("被推荐人的姓名"))
    unit = label_field(lazy_gettext("被推荐人的住址"))
    statement = text_field(lazy_gettext("为什么推荐"), needed=False)


@nominations.route("/nominate", methods=["GET", "POST"])
@nominations.route("/<slug>/nominate", methods=["GET", "POST"])
def nominate(slug: str | None = None) -> Response:
    """Take in a voice of the public, and give the same answer whoever was named."""
    with transaction() as session:
        community = community_here(session, slug)
        open_round = round_open_to_nominations(session, community)
    form = NominationForm()
    if open_round is not None:
        lists = open_round.lists
        form.honour.choices = options({one.honour.code: honour_name(one.honour) for one in lists})
        if form.validate_on_submit():
            receipt = _taken_in(community, open_round, form)
            if receipt is not None:
                return _receipt(community, receipt)
            open_round = None
    page = render_template(
        "selection/nominate.html", community=community, round=open_round, form=form
    )
    return not_found_by_search(page)


def _taken_in(community: Community, open_round: Round, form: Any) -> str | None:
    """Return the receipt of the nomination; None if the round has just moved on."""
    now = community_now(community.timezone)
    receipt = receipt_of_form(now.date())
    wanted = NominateByName(
        honour=form.honour.data,
        name=form.name.data,
        unit=form.unit.data,
        source=form.source.data,
        statement=form.statement.data,
        receipt=receipt,
    )
    month = Month.of(open_round.month)
    try:
        with transaction(community.id) as session:
            nominate_by_name(session, community, month, wanted, now=now)
    except RoundStateError:
        return None
    return receipt


def _receipt(community: Community, receipt: str) -> Response:
    return receipt_page(
        community,
        receipt,
        title=gettext("推荐已收到"),
        sentences=[
            gettext("社区会核对是哪一位，再按公开的规则初审、评议和公示。"),
            gettext("要问起这次推荐，请报回执号。"),
        ],
        back=(url_for("notice_pages.listed", slug=community.slug), gettext("回到公示")),
    )
