"""Receipts: what the public holds of what it has sent, and asks back with."""

from collections.abc import Callable, Sequence
from datetime import date
from hashlib import sha256
from typing import TypeVar

from flask import Response, render_template, request, session
from flask_babel import gettext, lazy_gettext

from loyalty.models import Community, Objection, ShopObjection
from loyalty.pages.forms import Form, text_field
from loyalty.pages.notice import not_found_by_search
from loyalty.pages.values import full_day
from loyalty.rules.typed_text import clean_code_letters
from loyalty.services.errors import UnknownRecordError
from loyalty.services.receipts import derive_receipt

LONGEST_RECEIPT = 60

Found = TypeVar("Found")


class ReceiptForm(Form):
    """A receipt's number travels in the body, never in an address."""

    receipt = text_field(lazy_gettext("回执号"), longest=LONGEST_RECEIPT)


def receipt_of_form(today: date, *files: bytes) -> str:
    """Return the receipt for what this browser has sent today; its token has been checked before.

    Whoever loads the answer anew, or goes back and presses again, has the same receipt. Somebody
    else who writes the same words has another: the secret of the tokens is the browser's own.

    Args:
        files: what came along; with another file it is another request.
    """
    written = sorted(one for one in request.form.items(multi=True) if one[0] != "csrf_token")
    sent = [sha256(file).digest() for file in files]
    return derive_receipt(repr((session["csrf_token"], today, request.full_path, written, *sent)))


def receipt_page(
    community: Community,
    receipt: str,
    *,
    title: str,
    sentences: Sequence[str],
    back: tuple[str, str],
) -> Response:
    """Return a receipt to keep.

    Args:
        sentences: what happens next.
        back: a page to go on to, as its address and its word.
    """
    page = render_template(
        "selection/receipt.html",
        community=community,
        title=title,
        number=in_fours(receipt),
        sentences=sentences,
        back=back,
    )
    return not_found_by_search(page)


def objection_page(community: Community, made: Objection | ShopObjection, back: str) -> Response:
    """Tell that an objection has come in, and until when it is answered.

    Args:
        back: address of the notice.
    """
    return receipt_page(
        community,
        made.receipt,
        title=gettext("异议已收到"),
        sentences=[
            gettext("最迟%(day)s答复。", day=full_day(made.due_on)),
            gettext("凭回执号，在“查异议的答复”里看结果。不需要姓名。"),
        ],
        back=(back, gettext("回到公示")),
    )


def asked_back(form: ReceiptForm, called: Callable[[str], Found]) -> Found | None:
    """Return what is called by the number in the form; None, with a word in it, if nothing is."""
    if not form.validate_on_submit():
        return None
    try:
        return called(clean_code_letters(form.receipt.data))
    except UnknownRecordError:
        form.receipt.errors = [gettext("没有这个回执号，请对照回执再输一次。")]
        return None


def in_fours(receipt: str) -> str:
    """Return a receipt's number as it is copied by hand: ABCD EFGH IJKL MNOP."""
    return " ".join(receipt[start : start + 4] for start in range(0, len(receipt), 4))
