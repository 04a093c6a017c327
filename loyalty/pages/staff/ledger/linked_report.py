"""The report of a month for whoever has a link to it: read without an account, nothing changed."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from flask import Blueprint, Response, current_app, render_template

from loyalty.clock import as_local, community_now
from loyalty.database import transaction
from loyalty.models import Community, ReportLink
from loyalty.pages.signing import signing_secrets
from loyalty.pages.staff.downloads import send_file
from loyalty.printing.briefing import make_record_addresses, months_in_words, print_briefing
from loyalty.reports.briefing import DOCX
from loyalty.rules.benefit import SMALLEST_PUBLIC_GROUP, Label, is_redacted
from loyalty.rules.calendar import Month
from loyalty.services.actors import Programme
from loyalty.services.community.policy import enter_community
from loyalty.services.errors import UnknownRecordError
from loyalty.services.ledger.matrix import Given
from loyalty.services.ledger.period import Period, collect_period
from loyalty.services.ledger.report_links import open_report_link
from loyalty.services.replica import reports_session
from loyalty.services.work import SomebodysWork
from loyalty.settings import Settings
from loyalty.words.contributions import LABELS, LABELS_DEFINED, PARTIES
from loyalty.words.definitions import FIGURES
from loyalty.words.matters import MATTER_KINDS

linked_reports = Blueprint("staff_linked_reports", __name__, url_prefix="/report/<slug>/<token>")
"""It belongs to the console, of whose figures it shows some, and asks nobody to sign in."""


@linked_reports.get("")
def shown(slug: str, token: str) -> Response:
    """Show the figures of the month that a link opens, without what is about too few people."""
    with _opened(slug, token) as (link, work):
        month = Month.of(link.month)
        period = collect_period(work, first=month, last=month)
    too_few = _is_about_too_few(period)
    page = render_template(
        "staff/ledger/linked_report.html",
        community=period.community,
        token=token,
        month=month,
        sums=None if too_few else period.found.totals,
        fewest=SMALLEST_PUBLIC_GROUP,
        given=_leave_out_measured(period.given) if too_few else period.given,
        closed=period.last_closed if period.is_closed else None,
        parties=PARTIES,
        labels=LABELS,
        definition=LABELS_DEFINED,
        counts=period.matters,
        figures=FIGURES,
        kinds=MATTER_KINDS,
        expires_at=as_local(link.expires_at, period.community.timezone),
    )
    return _unlisted(Response(page))


@linked_reports.get("/briefing.docx")
def briefing(slug: str, token: str) -> Response:
    """Give the briefing of the month that a link opens, unless it is about too few people."""
    with _opened(slug, token) as (link, work):
        month = Month.of(link.month)
        period = collect_period(work, first=month, last=month)
        if _is_about_too_few(period):
            raise UnknownRecordError("This month is about too few people.")
        address_of = make_record_addresses(_settings().base_url, month, month)
        file = print_briefing(work, first=month, last=month, address_of=address_of, public=True)
    name = f"{period.community.name}{months_in_words(month, month)}互惠简报.docx"
    return _unlisted(send_file(file, DOCX, name))


@contextmanager
def _opened(slug: str, token: str) -> Iterator[tuple[ReportLink, SomebodysWork]]:
    """Give what a link opens, read where reports are read.

    Raises:
        UnknownRecordError: it opens nothing.
    """
    with transaction() as session:
        community: Community = enter_community(session, slug)
        now = community_now(community.timezone)
        link = open_report_link(session, community, token, secrets=signing_secrets(), now=now)
        actor = Programme(community.id, community.timezone)
        with reports_session(session, community.id, now=now) as reading:
            yield link, SomebodysWork(reading, actor, now)


def _is_about_too_few(period: Period) -> bool:
    return is_redacted(period.found.totals.people or 0)


def _leave_out_measured(given: Given) -> Given:
    """Leave out what tills have measured: it is the sum that is about too few people."""
    return replace(given, matrix=[one for one in given.matrix if one.label is not Label.MEASURED])


def _unlisted(response: Response) -> Response:
    """Keep an answer out of caches, and its address out of search engines and of other sites."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _settings() -> Settings:
    found: Settings = current_app.extensions["loyalty.settings"]
    return found
