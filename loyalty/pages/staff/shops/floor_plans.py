"""Floor plans at the console: pictures are added, and each shop is put in its place."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from werkzeug.exceptions import NotFound

from loyalty.models import FloorPlan, Shop
from loyalty.pages.forms import Form, label_field, whole_number
from loyalty.pages.pictures import PicturesField, clean_pictures
from loyalty.pages.plan_drawing import DrawnPlan, draw_plan, place_on
from loyalty.pages.staff import console
from loyalty.pages.staff.confirmation import ConfirmationForm, Question, ask
from loyalty.rules.verdict import Tone
from loyalty.services.shops.finding import get_shop
from loyalty.services.shops.floor_plans import (
    SetPin,
    keep_floor_plan,
    list_floor_plans,
    list_unpinned_shops,
    remove_floor_plan,
    remove_pin,
    set_pin,
)
from loyalty.services.work import Work
from loyalty.words.steps import StepWords

floor_plans = console.Console("floor_plans", "/shops/floor-plan")

REMOVE = StepWords(
    lazy_gettext("删掉这张平面图"),
    lazy_gettext("图和图上的位置都删掉，店铺不受影响。"),
    grave=True,
)
HUNDRED = 100


class PlanForm(Form):
    """A plan: what it is called, and its picture."""

    name = label_field(lazy_gettext("哪一层、哪一片"))
    pictures = PicturesField(lazy_gettext("平面图的照片"), most=1)


class PlaceForm(Form):
    """Where a shop stands, typed by whoever does not point."""

    across = whole_number(lazy_gettext("离左边百分之几"), 0, HUNDRED)
    down = whole_number(lazy_gettext("离上边百分之几"), 0, HUNDRED)


@floor_plans.route("", methods=["GET", "POST"])
def listed() -> Any:
    """List the plans, and take another in; one of the same name gets the new picture."""
    form = PlanForm()
    if form.validate_on_submit() and _kept(form):
        return redirect(url_for("staff_floor_plans.listed"))
    with console.work() as work:
        plans = list_floor_plans(work.session, work.community_id)
        waiting = list_unpinned_shops(work)
    return render_template(
        "staff/shops/floor_plans.html", form=form, plans=plans, waiting=len(waiting)
    )


@floor_plans.get("/<uuid:plan_id>")
def shown(plan_id: UUID) -> str:
    """Show a plan with its pins, and the shop that is to be put in its place, if one is chosen."""
    with console.work() as work:
        work.find(FloorPlan, plan_id)
        plan = _drawn(work, plan_id)
        chosen = _chosen(work)
        waiting = list_unpinned_shops(work)
    return render_template(
        "staff/shops/floor_plan.html",
        plan=plan,
        shop=chosen,
        form=PlaceForm(),
        shops=_choices([*waiting, *(pin.shop for pin in plan.pins)]),
        is_pinned=chosen is not None and chosen.id in {pin.shop.id for pin in plan.pins},
    )


@floor_plans.post("/<uuid:plan_id>/pin")
def pin(plan_id: UUID) -> Any:
    """Put a shop where somebody has pointed, or typed; or take it off the plan."""
    shop_id = _id_in(request.form.get("shop_id"))
    with console.work() as work:
        work.find(FloorPlan, plan_id)
        plan = _drawn(work, plan_id)
        shop = get_shop(work, shop_id)
    if "remove" in request.form:
        done = gettext("%(name)s已从图上拿掉。", name=shop.name)
        console.attempt(lambda work: remove_pin(work, shop_id), done)
        return redirect(url_for("staff_floor_plans.shown", plan_id=plan_id))
    place = _place(plan)
    if place is None:
        flash(gettext("请在图上点一下，或者把两个数都填上。"), Tone.UNSURE)
        return redirect(url_for("staff_floor_plans.shown", plan_id=plan_id, shop=shop_id))
    done = gettext("%(name)s的位置记下了。", name=shop.name)
    console.attempt(lambda work: set_pin(work, SetPin(plan_id, shop_id, *place)), done)
    return redirect(url_for("staff_floor_plans.shown", plan_id=plan_id))


@floor_plans.route("/<uuid:plan_id>/remove", methods=["GET", "POST"])
def remove(plan_id: UUID) -> Any:
    """Take a plan away, after what follows has been read."""
    with console.work() as work:
        plan = work.find(FloorPlan, plan_id)
    form = ConfirmationForm()
    back = url_for("staff_floor_plans.listed")
    if not form.validate_on_submit():
        return ask(Question(plan.name, REMOVE, back), form)
    console.attempt(lambda work: remove_floor_plan(work, plan_id), gettext("平面图已删掉。"))
    return redirect(back)


def _kept(form: PlanForm) -> bool:
    photos = clean_pictures(form.pictures)
    if photos is None:
        return False
    if not photos:
        form.pictures.errors = [gettext("请选一张照片。")]
        return False
    return console.attempt(
        lambda work: keep_floor_plan(work, form.name.data, photos[0]),
        gettext("平面图存好了，接着放店铺。"),
        form=form,
    )


def _drawn(work: Work, plan_id: UUID) -> DrawnPlan:
    plans = list_floor_plans(work.session, work.community_id)
    pinned = next(one for one in plans if one.plan.id == plan_id)

    def leads_to(shop: Shop) -> str:
        return url_for("staff_floor_plans.shown", plan_id=plan_id, shop=shop.id)

    return draw_plan(pinned, leads_to, meant=request.args.get("shop"))


def _chosen(work: Work) -> Shop | None:
    wanted = request.args.get("shop")
    return get_shop(work, _id_in(wanted)) if wanted else None


def _choices(shops: list[Shop]) -> dict[str, str]:
    return {str(one.id): " · ".join(filter(None, (one.name, one.stall))) for one in shops}


def _place(plan: DrawnPlan) -> tuple[int, int] | None:
    """Return where somebody has pointed, or typed; None if neither, as by a key on the picture."""
    x, y = (request.form.get(name, 0, type=int) for name in ("at.x", "at.y"))
    if x or y:
        return place_on(plan, x, y)
    form = PlaceForm()
    if not form.validate_on_submit() or None in (form.across.data, form.down.data):
        return None
    return form.across.data * 10, form.down.data * 10


def _id_in(text: str | None) -> UUID:
    try:
        return UUID(text or "")
    except ValueError as error:
        raise NotFound from error
