"""The plain body of a shown card and of a sale, and its answer, read and written at once.

What is read here, the schemas read alike; they alone say what is wrong with a body. So whatever is
spelled in another way than programs do is `NotPlainError`, and theirs to read.
"""

from datetime import datetime
from typing import Annotated, Any

import marshmallow as ma
from msgspec import UNSET, Meta, MsgspecError, Struct, UnsetType
from msgspec.json import Decoder, Encoder

from loyalty.api.checkout.answers import tell_appraisal, tell_sale
from loyalty.api.checkout.schemas import LONGEST_CODE, MOST_LINES, read_shown_card
from loyalty.api.schemas import MomentField
from loyalty.rules.discount import Line
from loyalty.rules.money import MAX_FEN, Fen
from loyalty.rules.typed_text import CODE
from loyalty.services.checkout.appraisal import Appraisal, ShownCard
from loyalty.services.checkout.sale import Sale

Amount = Annotated[int, Meta(ge=0, le=MAX_FEN)]
Total = Annotated[int, Meta(ge=1, le=MAX_FEN)]
Category = Annotated[str, Meta(pattern=f"^{CODE.pattern}")]
ShownCode = Annotated[str, Meta(min_length=1, max_length=LONGEST_CODE)]


class NotPlainError(Exception):
    """The request is not spelled plainly, or not right; the schemas read it."""


class PlainLine(Struct, forbid_unknown_fields=True):
    """One line of a basket, as `LineSchema` has it."""

    amount_fen: Amount
    category: Category | UnsetType | None = UNSET
    special_fen: Amount | UnsetType | None = UNSET


class PlainShownCard(Struct, forbid_unknown_fields=True):
    """A shown card, as `ShownCardSchema` has it."""

    code: ShownCode
    total_fen: Total | UnsetType = UNSET
    lines: Annotated[list[PlainLine], Meta(min_length=1, max_length=MOST_LINES)] | UnsetType = UNSET
    excluded_fen: Amount | UnsetType = UNSET
    payable_fen: Amount | UnsetType = UNSET


class PlainSale(PlainShownCard):
    """A sale, as `RedeemCardSchema` has it."""

    happened_at: str | UnsetType | None = UNSET


_decode_shown_card = Decoder(PlainShownCard).decode
_decode_sale = Decoder(PlainSale).decode
_encode = Encoder(order="sorted").encode
_read_moment = MomentField().deserialize


def read_plain_shown_card(body: bytes) -> ShownCard:
    """Return the card and the basket of a plain body.

    Raises:
        NotPlainError: it is none.
    """
    return _read(_decode_shown_card, body)[1]


def read_plain_sale(body: bytes) -> tuple[ShownCard, datetime | None]:
    """Return the card, the basket and when it was sold by a plain body; None stands for now.

    Raises:
        NotPlainError: it is none.
    """
    plain, shown = _read(_decode_sale, body)
    if not isinstance(plain.happened_at, str):
        return shown, None
    try:
        return shown, _read_moment(plain.happened_at)
    except ma.ValidationError as error:
        raise NotPlainError from error


def write_appraisal(appraisal: Appraisal) -> bytes:
    """Return the answer to a shown card as JSON, written as Flask writes it."""
    return _encode(tell_appraisal(appraisal)) + b"\n"


def write_sale(sale: Sale) -> bytes:
    """Return the answer to a sale as JSON, written as Flask writes it."""
    told = tell_sale(sale)
    for name in ("happened_at", "recorded_at"):
        told[name] = told[name].isoformat()
    return _encode(told) + b"\n"


def _read(decode: Any, body: bytes) -> tuple[Any, ShownCard]:
    if b"\\" in body or not body.isascii():
        raise NotPlainError
    try:
        plain = decode(body)
        shown = read_shown_card(_members_of(plain))
    except (MsgspecError, ma.ValidationError) as error:
        raise NotPlainError from error
    # Nothing is written with a backslash, so each quotation mark begins or ends a text. One that is
    # left over is of a member that stands there twice.
    if body.count(b'"') != _encode(plain).count(b'"'):
        raise NotPlainError
    return plain, shown


def _members_of(plain: PlainShownCard) -> dict[str, Any]:
    """Return the members that were sent, as the schemas load them."""
    named = ((name, getattr(plain, name)) for name in plain.__struct_fields__)
    members = {name: value for name, value in named if value is not UNSET}
    if "lines" in members:
        members["lines"] = [_line_of(line) for line in members["lines"]]
    return members


def _line_of(line: PlainLine) -> Line:
    special = line.special_fen
    return Line(
        category=line.category if isinstance(line.category, str) else None,
        amount=Fen(line.amount_fen),
        special=Fen(special) if isinstance(special, int) else None,
    )
