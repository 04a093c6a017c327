"""Links for the street office: made for a while, shown with their addresses, taken back."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from flask_login import current_user

from loyalty.models import ReportLink
from loyalty.pages.forms import Form, choice, options, whole_number
from loyalty.pages.staff import console
from loyalty.pages.values import named_months
from loyalty.rules.calendar import Month
from loyalty.services.ledger.report_links import (
    LONGEST_DAYS,
    CreateReportLink,
    create_report_link,
    list_report_links,
    make_report_token,
    revoke_report_link,
)

report_links = console.Console("report_links", "/figures/links", only=console.MANAGERS)

MONTHS_OFFERED = 12
USUAL_DAYS = 30


class LinkForm(Form):
    """A link that is to be given away."""

    month = choice(lazy_gettext("哪个月的报告"), coerce=Month.parse)
    days = whole_number(
        lazy_gettext("几天内有效"), 1, LONGEST_DAYS, default=USUAL_DAYS, needed=True
    )


@report_links.route("", methods=["GET", "POST"])
def listed() -> Any:
    """Show the links with their addresses, and make another."""
    form = LinkForm()
    this_month = Month.of(console.now().date())
    months = [this_month.plus(-back) for back in range(MONTHS_OFFERED)]
    offered = named_months(months)
    form.month.choices = options({str(month): name for month, name in offered.items()})
    if form.validate_on_submit():
        wanted = CreateReportLink(form.month.data, form.days.data)
        done = gettext("链接已做好，复制下面的网址发给街道办。")
        if console.attempt(lambda work: create_report_link(work, wanted), done, form=form):
            return redirect(url_for(".listed"))
    with console.work() as work:
        found = list_report_links(work)
    return render_template(
        "staff/ledger/report_links.html",
        form=form,
        links=[(link, _address_of(link)) for link in found],
        here=console.here,
        works=lambda link: link.revoked_at is None and link.expires_at > console.now(),
    )


@report_links.post("/<uuid:report_link_id>/revoke")
def revoke(report_link_id: UUID) -> Any:
    """Let a link open nothing any more."""
    console.attempt(
        lambda work: revoke_report_link(work, report_link_id), gettext("这个链接已经打不开了。")
    )
    return redirect(url_for(".listed"))


def _address_of(link: ReportLink) -> str:
    token = make_report_token(link, secret=console.settings().secret_key)
    slug = current_user.community.slug
    address = url_for("staff_linked_reports.shown", slug=slug, token=token)
    return console.settings().base_url + address
