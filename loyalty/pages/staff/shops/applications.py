"""Applications of shops: looked at, taken in, or declined with a reason."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext

from loyalty.models import ShopApplication
from loyalty.pages.forms import Form, passage
from loyalty.pages.staff import console
from loyalty.rules.typed_text import LONGEST_REASON
from loyalty.services.shops.applications import (
    decline_application,
    find_waiting_applications,
    take_in_application,
)
from loyalty.services.work import Work

shop_applications = console.Console("shop_applications", "/shops/applications")


class DeclineForm(Form):
    """Why a shop is not taken in; the shop reads it."""

    reason = passage(lazy_gettext("为什么不受理"), longest=LONGEST_REASON)


@shop_applications.get("")
def listed() -> str:
    """List the applications that wait, the oldest first."""
    with console.work() as work:
        found = find_waiting_applications(
            work, limit=console.PAGE_LENGTH, after=console.asked_for()["after"]
        )
    return render_template("staff/shops/applications.html", found=found, here=console.here)


@shop_applications.route("/<uuid:application_id>", methods=["GET", "POST"])
def shown(application_id: UUID) -> Any:
    """Show what a shop says of itself; decline it with a reason."""
    with console.work() as work:
        application = work.find(ShopApplication, application_id)
    form = DeclineForm()
    if form.validate_on_submit() and console.attempt(
        lambda work: decline_application(work, application_id, form.reason.data),
        gettext("已答复%(name)s。", name=application.name),
        form=form,
    ):
        return redirect(url_for("staff_shop_applications.listed"))
    return render_template(
        "staff/shops/application.html",
        application=application,
        form=form,
        here=console.here,
    )


@shop_applications.post("/<uuid:application_id>/take-in")
def take_in(application_id: UUID) -> Any:
    """Take a shop in as it has described itself, and go on to its page."""
    taken: list[UUID] = []

    def take(work: Work) -> None:
        taken.append(take_in_application(work, application_id).id)

    if console.attempt(take, gettext("已受理，请接着检查。")):
        return redirect(url_for("staff_shops.shown", shop_id=taken[0]))
    return redirect(url_for("staff_shop_applications.shown", application_id=application_id))
