"""The kinds of good deeds: what one counts, and how much of a kind counts in a month."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext

from loyalty.models import DeedKind
from loyalty.pages.forms import label_field, points
from loyalty.pages.staff import console
from loyalty.pages.staff.changes import ChangeForm, is_ready, new_values
from loyalty.services.deeds.deeds import ChangeDeedKind, change_deed_kind, list_deed_kinds
from loyalty.words.deeds import deed_kind_name

kinds_of_deeds = console.Console("deed_kinds", "/deeds/kinds", only=console.MANAGERS)


class DeedKindForm(ChangeForm):
    """What a kind of deed is called and counts; its fields are called as the columns are."""

    name = label_field(lazy_gettext("叫什么"))
    points_hundredths = points(lazy_gettext("一次（或一小时）计几分"))
    monthly_cap_hundredths = points(lazy_gettext("每人每月最多计几分"), needed=False)


@kinds_of_deeds.get("")
def listed() -> str:
    """List the kinds with what they count."""
    with console.work() as work:
        kinds = list_deed_kinds(work.session, work.community_id)
    return render_template(
        "staff/deeds/deed_kinds.html", kinds=[(kind, deed_kind_name(kind)) for kind in kinds]
    )


@kinds_of_deeds.route("/<uuid:kind_id>", methods=["GET", "POST"])
def change(kind_id: UUID) -> Any:
    """Show a kind, and change it."""
    with console.work() as work:
        kind = work.find(DeedKind, kind_id)
    form = DeedKindForm(obj=kind)
    if is_ready(form, kind):
        wanted = ChangeDeedKind(kind.id, kind.version, **new_values(form))
        done = console.attempt(
            lambda work: change_deed_kind(work, wanted),
            gettext("已保存。"),
        )
        if done:
            return redirect(url_for("staff_deed_kinds.listed"))
    return render_template("staff/deeds/deed_kind.html", form=form, name=deed_kind_name(kind))
