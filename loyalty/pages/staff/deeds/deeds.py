"""Good deeds: a sign-in sheet typed name by name, and what a person's month counts."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from flask_login import current_user

from loyalty.models import Resident
from loyalty.pages.forms import Form, calendar_day, choice, options, text_field
from loyalty.pages.staff import console
from loyalty.pages.values import named_months
from loyalty.rules.calendar import Month
from loyalty.rules.verdict import Tone
from loyalty.services.deeds.deeds import list_deed_kinds
from loyalty.services.deeds.month_points import sum_month
from loyalty.services.deeds.sheets import RecordSheet, SheetEntry, list_people_on, record_sheet
from loyalty.services.people.residents import FindResidents, find_residents
from loyalty.services.selection.history import months_since_the_first
from loyalty.services.work import Work
from loyalty.words.deeds import deed_kind_name

deeds = console.Console("deeds", "/deeds")

MONTHS_BACK = 12
MOST_NAMESAKES = 20


class SheetForm(Form):
    """What a sign-in sheet says at its head; it goes for every name below."""

    class Meta:
        """Nothing is changed by it, so it needs no token, and its address can be kept."""

        csrf = False
        locales = False

    done_on = calendar_day(lazy_gettext("哪一天"))
    kind = choice(lazy_gettext("哪种好事"))
    source = text_field(lazy_gettext("签到表叫什么，比如“16号志愿日签到表”"))


@deeds.route("", methods=["GET", "POST"])
def listed() -> str:
    """Offer to type in a sign-in sheet, to import a table, or to look somebody up."""
    searched = console.asked_for()["q"]
    with console.work() as work:
        form = _sheet_form(work)
        found = _residents(work, searched) if searched else []
    return render_template("staff/deeds/deeds.html", form=form, found=found, searched=searched)


@deeds.route("/sheet", methods=["GET", "POST"])
def sheet() -> Any:
    """Type in a sign-in sheet: each Enter takes one name in and waits for the next."""
    searched = console.asked_for()["q"]
    with console.work() as work:
        form = _sheet_form(work)
        if not form.validate():
            return render_template("staff/deeds/deeds.html", form=form, found=[], searched=None)
        head = RecordSheet(form.done_on.data, form.kind.data, form.source.data, ())
        found = _residents(work, searched) if searched else []
        people = list_people_on(work, head)
    here: dict[str, Any] = {
        "done_on": head.done_on.isoformat(),
        "kind": head.kind,
        "source": head.source,
    }
    if request.method == "POST":
        chosen = _chosen(found)
        if chosen is not None:
            _record(head, chosen)
        elif not found:
            flash(gettext("没有找到这个人。"), Tone.UNSURE)
        if chosen is not None or not found:
            return redirect(url_for("staff_deeds.sheet", **here))
    return render_template(
        "staff/deeds/deed_sheet.html",
        head=head,
        here=here,
        kind=next(one.label for one in form.kind.choices if one.value == head.kind),
        found=found,
        searched=searched,
        people=people,
    )


@deeds.get("/people/<uuid:resident_id>")
def person(resident_id: UUID) -> str:
    """Show what one month of one resident counts, with where each deed is written down."""
    this_month = Month.of(console.now().date())
    try:
        month = Month.parse(request.args.get("month", str(this_month)))
    except ValueError:
        month = this_month
    with console.work() as work:
        resident = work.find(Resident, resident_id)
        counted = sum_month(work, resident_id, month)
        kinds = list_deed_kinds(work.session, work.community_id)
        months = months_since_the_first(
            work.session, current_user.community, this_month, at_most=MONTHS_BACK
        )
    return render_template(
        "staff/deeds/deeds_of.html",
        resident=resident,
        counted=counted,
        months=named_months(months),
        kinds={kind.code: deed_kind_name(kind) for kind in kinds},
    )


def _sheet_form(work: Work) -> SheetForm:
    form = SheetForm(request.args, done_on=None)
    kinds = list_deed_kinds(work.session, work.community_id)
    form.kind.choices = options({kind.code: deed_kind_name(kind) for kind in kinds})
    return form


def _residents(work: Work, searched: str) -> list[Resident]:
    wanted = FindResidents(limit=MOST_NAMESAKES, q=searched, state="active")
    return list(find_residents(work, wanted).items)


def _chosen(found: list[Resident]) -> Resident | None:
    """Return the person who is meant: the one that was found, or the one that was picked."""
    picked = request.form.get("resident", type=UUID)
    if picked is not None:
        return next((one for one in found if one.id == picked), None)
    return found[0] if len(found) == 1 else None


def _record(head: RecordSheet, resident: Resident) -> None:
    whole = RecordSheet(head.done_on, head.kind, head.source, [SheetEntry(resident.id)])
    console.attempt(
        lambda work: record_sheet(work, whole),
        gettext("已记下%(name)s。", name=resident.name),
    )
