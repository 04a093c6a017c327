"""One sale, and taking it back: the whole of it, or some of its goods, for a reason."""

from typing import Any
from uuid import UUID, uuid4

from flask import flash, redirect, render_template
from flask_babel import gettext, lazy_gettext
from werkzeug.exceptions import BadRequest
from wtforms import HiddenField

from loyalty.pages.forms import NEEDED, Form, amount, passage
from loyalty.pages.staff import console
from loyalty.pages.staff.checkout.place import SalesPlace
from loyalty.pages.staff.confirmation import Question, ReasonForm, ask
from loyalty.pages.values import moment, money
from loyalty.rules.money import Fen
from loyalty.rules.typed_text import LONGEST_REASON
from loyalty.rules.verdict import Tone
from loyalty.services.checkout.entries import SaleWithReversals, get_sale
from loyalty.services.checkout.reversals import ReturnGoods, VoidSale, return_goods, void_sale
from loyalty.services.work import Work
from loyalty.words.entries import entry_state_words
from loyalty.words.steps import StepWords

VOID = StepWords(
    lazy_gettext("撤销这一笔"),
    lazy_gettext("这一笔作废，卡的次数和优惠退还给持卡人。原来的记录保留。"),
    grave=True,
)


class ReturnForm(Form):
    """Which goods come back, by their marked price, and why."""

    amount_fen = amount(lazy_gettext("退回商品的原价（元）"))
    excluded_fen = amount(lazy_gettext("其中没打折的商品，原价（元）。没有就空着"))
    reason = passage(lazy_gettext("理由"), longest=LONGEST_REASON)
    key = HiddenField()


def show_sale(place: SalesPlace, sale_id: UUID) -> str:
    """Return the page of a sale with what came back of it."""
    with console.work() as work:
        found = get_sale(work, sale_id, shop_id=place.shop_id)
    return render_template(
        "staff/checkout/sale.html",
        place=place,
        found=found,
        state=entry_state_words,
        here=console.here,
    )


def void(place: SalesPlace, sale_id: UUID) -> Any:
    """Take the whole of a sale back, after the consequence has been read."""
    form = ReasonForm()
    back = place.address("shown", sale_id=sale_id)
    with console.work() as work:
        found = get_sale(work, sale_id, shop_id=place.shop_id)
    question = Question(_describe(found), VOID, back)
    if not form.validate_on_submit():
        return ask(question, form)
    voided = VoidSale(sale_id, form.reason.data)
    done = console.attempt(
        lambda work: void_sale(work, voided), gettext("已撤销这一笔。"), form=form
    )
    return redirect(back) if done else ask(question, form)


def take_goods_back(place: SalesPlace, sale_id: UUID) -> Any:
    """Take goods of a sale back; what the rest costs by itself stays paid."""
    form = ReturnForm(data={"key": str(uuid4())})
    with console.work() as work:
        found = get_sale(work, sale_id, shop_id=place.shop_id)
    if form.validate_on_submit() and _says_what(form) and _taken_back(form, sale_id):
        return redirect(place.address("shown", sale_id=sale_id))
    return render_template(
        "staff/checkout/return.html",
        place=place,
        found=found,
        form=form,
        subject=_describe(found),
    )


def _taken_back(form: ReturnForm, sale_id: UUID) -> bool:
    goods = ReturnGoods(
        sale_id,
        form.reason.data,
        amount=form.amount_fen.data,
        excluded=form.excluded_fen.data,
        idempotency_key=_key_in(form),
    )
    refunded: list[str] = []

    def take_back(work: Work) -> None:
        refunded.append(money(Fen(-return_goods(work, goods).payable_fen)))

    if not console.attempt(take_back, gettext("已记下退货。"), form=form):
        return False
    flash(gettext("请退给顾客%(amount)s元。", amount=refunded[0]), Tone.YES)
    return True


def _says_what(form: ReturnForm) -> bool:
    if form.amount_fen.data is None and not form.amount_fen.errors:
        form.amount_fen.errors = [NEEDED]
    return not form.errors


def _key_in(form: ReturnForm) -> UUID:
    try:
        return UUID(form.key.data)
    except (TypeError, ValueError) as error:
        raise BadRequest from error


def _describe(found: SaleWithReversals) -> str:
    told = found.sale
    parts = [told.shop, moment(console.here(told.entry.happened_at)), told.entry.receipt]
    if told.last4 is not None:
        parts.append(gettext("卡号末四位%(last4)s", last4=told.last4))
    if found.left is not None:
        parts.append(gettext("还剩%(amount)s元", amount=money(found.left.payable)))
    return " · ".join(parts)
