"""The pledge: its clauses for everybody to read, and a sheet to sign."""

from flask import Blueprint, Response, make_response, render_template, request
from flask_babel import gettext

from loyalty.clock import community_now
from loyalty.database import transaction
from loyalty.pages import preferences
from loyalty.pages.communities import community_here
from loyalty.pages.forms import hidden_number
from loyalty.reports.pledge import PledgeSheet, draw_pledge
from loyalty.services.shops.pledges import get_pledge, list_pledges
from loyalty.words.pledge import clause_for_reader, pledge_called

pledges = Blueprint("pledge_pages", __name__)


@pledges.get("/pledge")
@pledges.get("/<slug>/pledge")
def shown(slug: str | None = None) -> str:
    """Show what every shop with a plaque has signed, or what was signed before."""
    with transaction() as session:
        community = community_here(session, slug)
        pledge = get_pledge(session, community.id, _number_asked_for())
        versions = list_pledges(session, community.id)
    return render_template(
        "public/pledge.html",
        community=community,
        pledge=pledge,
        in_force=pledge.number == versions[0].number,
        others=[one for one in versions if one.number != pledge.number],
    )


@pledges.get("/pledge.pdf")
@pledges.get("/<slug>/pledge.pdf")
def sheet(slug: str | None = None) -> Response:
    """Draw the pledge as a sheet to sign."""
    with transaction() as session:
        community = community_here(session, slug)
        pledge = get_pledge(session, community.id, _number_asked_for())
    drawn = PledgeSheet(
        language=preferences.language().tag,
        community=community.name,
        title=gettext("爱心店铺承诺书"),
        opening=gettext("本店申请挂牌，自愿承诺："),
        clauses=[clause_for_reader(one) for one in pledge.clauses],
        blanks=(
            gettext("店名"),
            gettext("摊位"),
            gettext("负责人签名"),
            gettext("日期"),
        ),
        closing=gettext("一式两份，店里一份挂在墙上，社区一份存档。"),
        version=pledge_called(pledge.number),
        demonstration=gettext("演示：这里的人和卡都是虚构的。")
        if community.demonstration
        else None,
    )
    now = community_now(community.timezone)
    response = make_response(draw_pledge(drawn, drawn_at=now))
    response.mimetype = "application/pdf"
    response.headers.set("Content-Disposition", "inline", filename="pledge.pdf")
    return response


def _number_asked_for() -> int | None:
    """Return the version that is asked for; 0, which none is, where it is no number."""
    asked = request.args.get("version")
    return None if asked is None else hidden_number(asked)
