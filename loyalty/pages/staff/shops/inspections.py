"""Inspecting a shop: the score sheet is filled in on the spot, with photos."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from flask import redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext
from wtforms import HiddenField

from loyalty.models import Shop, ShopInspection
from loyalty.pages.forms import (
    Form,
    calendar_day,
    hidden_number,
    options,
    passage,
    ticks,
    whole_number,
)
from loyalty.pages.pictures import PicturesField, clean_pictures
from loyalty.pages.staff import console
from loyalty.rules.certification import CertificationAction, CertificationState
from loyalty.rules.score_sheet import Head, Sheet
from loyalty.rules.typed_text import LONGEST_REASON
from loyalty.services.pictures.pictures import CleanPicture
from loyalty.services.shops.certification import MoveCertification, move_certification
from loyalty.services.shops.finding import get_shop
from loyalty.services.shops.inspections import (
    RecordInspection,
    list_inspections,
    record_inspection,
)
from loyalty.services.shops.score_sheets import get_sheet_in_force, read_sheet
from loyalty.services.staff.accounts import find_accounts
from loyalty.services.work import Work
from loyalty.words.honours import name_for_reader
from loyalty.words.score_sheet import HEADS

inspections = console.Console("inspections", "/shops")

MOST_ACCOUNTS = 500


class InspectionForm(Form):
    """A score sheet; its marks are added by the version in force."""

    day = calendar_day(lazy_gettext("哪天检查的"))
    sheet_number = HiddenField()
    vetoes = ticks(lazy_gettext("有一条就不合格"))
    note = passage(lazy_gettext("要改的地方（可不填）"), longest=LONGEST_REASON, needed=False)
    pictures = PicturesField(lazy_gettext("照片（可不传，最多5张）"))


@inspections.route("/<uuid:shop_id>/inspection", methods=["GET", "POST"])
def inspect(shop_id: UUID) -> Any:
    """Fill in a score sheet; a shop that applied and passes goes on at once."""
    with console.work() as work:
        shop = get_shop(work, shop_id)
        number, sheet = get_sheet_in_force(work)
    form = _form(number, sheet)
    if form.validate_on_submit():
        pictures = clean_pictures(form.pictures)
        if pictures is not None and _recorded(form, shop, sheet, pictures):
            return redirect(url_for("staff_shops.shown", shop_id=shop_id))
    with console.work() as work:
        earlier = list_inspections(work, shop)
        names = _names(work)
    return render_template(
        "staff/shops/inspection.html",
        shop=shop,
        form=form,
        sheet=sheet,
        heads={HEADS[head]: _fields_of(form, sheet, head) for head in Head},
        earlier=[(one, _told_vetoes(one)) for one in earlier],
        names=names,
    )


def _form(number: int, sheet: Sheet) -> InspectionForm:
    fields = {
        _field_of(item.code): whole_number(
            gettext("%(item)s（0–%(most)d分）", item=name_for_reader(item.names), most=item.points),
            0,
            item.points,
            needed=True,
        )
        for item in sheet.items
    }
    form: InspectionForm = type("ScoreSheetForm", (InspectionForm,), fields)(
        day=console.now().date(), sheet_number=str(number)
    )
    form.vetoes.choices = options({one.code: name_for_reader(one.names) for one in sheet.vetoes})
    return form


def _recorded(
    form: InspectionForm, shop: Shop, sheet: Sheet, pictures: Sequence[CleanPicture]
) -> bool:
    request = RecordInspection(
        shop.id,
        hidden_number(form.sheet_number.data),
        form.day.data,
        {item.code: form[_field_of(item.code)].data for item in sheet.items},
        form.vetoes.data or (),
        form.note.data,
        pictures,
    )

    def record(work: Work) -> None:
        inspection = record_inspection(work, request)
        if inspection.passed and shop.state == CertificationState.APPLIED:
            move_certification(work, MoveCertification(shop.id, CertificationAction.INSPECT))

    return console.attempt(record, gettext("%(name)s的检查已记下。", name=shop.name), form=form)


def _fields_of(form: InspectionForm, sheet: Sheet, head: Head) -> Sequence[Any]:
    return [form[_field_of(item.code)] for item in sheet.items if item.head is head]


def _told_vetoes(inspection: ShopInspection) -> str:
    names: Mapping[str, str] = {
        one.code: name_for_reader(one.names) for one in read_sheet(inspection.sheet).vetoes
    }
    return " · ".join(names[code] for code in inspection.vetoes)


def _field_of(code: str) -> str:
    return f"mark_{code}"


def _names(work: Work) -> dict[UUID, str]:
    accounts = find_accounts(work, limit=MOST_ACCOUNTS, after=None).items
    return {one.id: one.display_name for one in accounts}
