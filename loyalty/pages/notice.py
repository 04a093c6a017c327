"""The public notice: who stands on the lists and why, until when, and how to redo the draw."""

from dataclasses import replace
from datetime import date, datetime

from flask import Blueprint, Response, current_app, make_response, render_template, request, url_for
from werkzeug.exceptions import NotFound

from loyalty.clock import as_local, community_now
from loyalty.database import transaction
from loyalty.models import Community
from loyalty.pages import preferences
from loyalty.pages.communities import community_here
from loyalty.pages.notice_poster import poster_of
from loyalty.pages.values import moment
from loyalty.reports.poster import PaperSize, draw_poster
from loyalty.rules.notice import is_notice_over
from loyalty.rules.selection import RoundState
from loyalty.services.errors import NoticeTakenDownError
from loyalty.services.notice.objections import ON_NOTICE
from loyalty.services.notice.public_months import public_months
from loyalty.services.notice.public_notice import PublicNotice, public_notice
from loyalty.services.selection.planning import month_called
from loyalty.words.notices import basis_in_words, days_left, list_name, notice_kind_name
from loyalty.words.seeds import chances_in_words, refused_seed_in_words, source_in_words
from loyalty.words.states import ROUND_STATES

notices = Blueprint("notice_pages", __name__)
notices.add_app_template_filter(basis_in_words, "basis")
notices.add_app_template_filter(notice_kind_name, "notice_kind")
notices.add_app_template_filter(list_name, "list_name")
notices.add_app_template_filter(source_in_words, "seed_source")
notices.add_app_template_filter(refused_seed_in_words, "refused_seed")
notices.add_app_template_filter(chances_in_words, "chances")


@notices.app_template_filter("moment_in")
def moment_in(instant: datetime, community: Community) -> str:
    """Return an instant on the wall clock of a community."""
    return moment(as_local(instant, community.timezone))


@notices.get("/notice")
@notices.get("/<slug>/notice")
def listed(slug: str | None = None) -> Response:
    """List the months of which something can be read now."""
    with transaction() as session:
        community = community_here(session, slug)
        today = community_now(community.timezone).date()
        months = public_months(session, community, today=today)
    page = render_template(
        "selection/notices.html", community=community, months=months, states=ROUND_STATES
    )
    return not_found_by_search(page)


@notices.get("/notice/<month>")
@notices.get("/<slug>/notice/<month>")
def shown(month: str, slug: str | None = None) -> Response:
    """Show what is public of a month's round, down to what the draw is done again with."""
    draw = request.args.get("draw")
    community, notice, today = notice_here(month, slug, draw)
    page = render_template(
        "selection/notice.html",
        community=community,
        notice=notice,
        refused=[
            replace(one, at=as_local(one.at, community.timezone))
            for one in notice.draw.refused_seeds
        ],
        cancelled=notice.state == RoundState.CANCELLED,
        runs=runs(notice, today),
        left=days_left(notice.last_day, today) if notice.last_day else None,
        record=url_for("notices.PublicRecords", slug=community.slug, month=month, draw=draw),
        content=url_for("notices.PublicNotices", slug=community.slug, month=month, draw=draw),
    )
    return not_found_by_search(page)


@notices.get("/notice/<month>/poster.pdf")
@notices.get("/<slug>/notice/<month>/poster.pdf")
def poster(month: str, slug: str | None = None) -> Response:
    """Draw the notice as a poster, on A4 unless A3 is asked for."""
    size = request.args.get("size", PaperSize.A4)
    if size not in set(PaperSize):
        raise NotFound
    community, notice, _ = names_here(month, slug)
    if not notice.versions:
        raise NotFound
    path = url_for("notice_pages.shown", slug=community.slug, month=month)
    address = current_app.extensions["loyalty.settings"].base_url + path
    drawn_at = as_local(notice.versions[-1].published_at, community.timezone)
    drawing = draw_poster(
        poster_of(notice, community, address=address, language=preferences.language().tag),
        PaperSize(size),
        drawn_at=drawn_at,
    )
    response = not_found_by_search(drawing)
    response.mimetype = "application/pdf"
    response.headers["Content-Disposition"] = f'inline; filename="notice-{month}-{size}.pdf"'
    return response


@notices.get("/lottery")
def lottery() -> str:
    """Explain how a draw is made, and how anyone does it again."""
    return render_template("selection/lottery.html")


def notice_here(
    month: str, slug: str | None, draw: str | None = None
) -> tuple[Community, PublicNotice, date]:
    """Return the community an address names, the notice of its month, and the day there."""
    with transaction() as session:
        community = community_here(session, slug)
        now = community_now(community.timezone)
        notice = public_notice(session, community, month_called(month), now=now, draw=draw)
    return community, notice, now.date()


def names_here(month: str, slug: str | None) -> tuple[Community, PublicNotice, date]:
    """Return the same, where the names of the notice can be read still.

    Raises:
        NoticeTakenDownError: they have been taken down.
    """
    community, notice, today = notice_here(month, slug)
    if notice.taken_down:
        raise NoticeTakenDownError(f"The names of {month} have been taken down.")
    return community, notice, today


def runs(notice: PublicNotice, today: date) -> bool:
    """Return whether objections are taken in today."""
    return (
        notice.state in ON_NOTICE
        and notice.last_day is not None
        and not is_notice_over(notice.last_day, today)
    )


def not_found_by_search(body: str | bytes) -> Response:
    """Return what names people: it takes itself down, which a search engine's copy would not."""
    response = make_response(body)
    response.headers["X-Robots-Tag"] = "noindex"
    response.cache_control.no_store = True
    return response
