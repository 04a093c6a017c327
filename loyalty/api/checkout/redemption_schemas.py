"""Entries of the book of sales, as staff see them, and how they are taken back."""

from typing import Any

import marshmallow as ma

from loyalty.api.checkout.sale_schemas import MOST_LINES
from loyalty.api.schemas import Amount, MonthField, PageSchema, Schema, Text, WholeNumber
from loyalty.rules.money import Fen
from loyalty.services.checkout.book import FindRedemptions
from loyalty.services.checkout.returned_goods import ReturnedLine


class VoidSchema(Schema):
    """A sale is taken back whole."""

    reason = Text(required=True)


class ReturnedLineSchema(Schema):
    """Goods of one line that come back."""

    index = WholeNumber(
        0, MOST_LINES - 1, required=True, metadata={"description": "Of the sale's line, from 0"}
    )
    amount_fen = Amount(required=True, least=1)

    @ma.post_load
    def _to_line(self, data: dict[str, Any], **_: object) -> ReturnedLine:
        return ReturnedLine(data["index"], Fen(data["amount_fen"]))


class ReturnSchema(VoidSchema):
    """Goods come back: said by their lines, or by their marked price."""

    amount_fen = Amount(least=1, metadata={"description": "Marked price of all that comes back"})
    excluded_fen = Amount(
        metadata={"description": "How much of it are goods the card did not apply to"}
    )
    lines = ma.fields.List(
        ma.fields.Nested(ReturnedLineSchema), validate=ma.validate.Length(min=1, max=MOST_LINES)
    )

    @ma.post_load
    def _to_members(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        return {
            "reason": data["reason"],
            "amount": data.get("amount_fen"),
            "excluded": data.get("excluded_fen"),
            "lines": tuple(data.get("lines", ())),
        }


class EntrySchema(Schema):
    """A sale, a void or a return. Voids and returns carry negative amounts."""

    id = ma.fields.UUID()
    kind = ma.fields.String()
    of_id = ma.fields.UUID(metadata={"description": "The sale that is taken back"})
    receipt = ma.fields.String()
    card_id = ma.fields.UUID()
    shop_id = ma.fields.UUID()
    till_id = ma.fields.UUID(allow_none=True)
    account_id = ma.fields.UUID(
        allow_none=True, metadata={"description": "Who entered it, where no till did"}
    )
    total_fen = ma.fields.Integer()
    discountable_fen = ma.fields.Integer()
    payable_fen = ma.fields.Integer()
    saved_fen = ma.fields.Integer()
    excluded_fen = ma.fields.Integer(
        metadata={"description": "Marked price of goods the card does not apply to"}
    )
    pay_permille = ma.fields.Integer()
    with_amount = ma.fields.Boolean()
    uses = ma.fields.Integer(
        metadata={"description": "1 of a sale, -1 of what takes back the last of one, else 0"}
    )
    rule_version = ma.fields.Integer()
    offline = ma.fields.Boolean()
    flag = ma.fields.String(metadata={"description": "Verdict a late sale would have met"})
    reason = ma.fields.String()
    happened_at = ma.fields.AwareDateTime()
    recorded_at = ma.fields.AwareDateTime()


class EntryPageSchema(Schema):
    """A page of the book, newest first."""

    items = ma.fields.List(ma.fields.Nested(EntrySchema))
    next = ma.fields.UUID(allow_none=True)


class FindEntriesSchema(PageSchema):
    """Which entries are wanted."""

    month = MonthField(load_default=None)
    shop_id = ma.fields.UUID(load_default=None)
    card_id = ma.fields.UUID(load_default=None)
    flagged = ma.fields.Boolean(load_default=None)

    @ma.post_load
    def _to_request(self, data: dict[str, Any], **_: object) -> FindRedemptions:
        return FindRedemptions(**data)


class SaleOfTheDaySchema(Schema):
    """A sale in a till's list of the day, less what came back of it."""

    id = ma.fields.UUID()
    receipt = ma.fields.String()
    last4 = ma.fields.String()
    total_fen = ma.fields.Integer()
    payable_fen = ma.fields.Integer()
    saved_fen = ma.fields.Integer()
    excluded_fen = ma.fields.Integer(
        metadata={"description": "Marked price of what is left of goods without discount"}
    )
    with_amount = ma.fields.Boolean()
    happened_at = ma.fields.AwareDateTime()
    recorded_at = ma.fields.AwareDateTime()
    voided = ma.fields.Boolean()


class TillDaySchema(Schema):
    """What one till has done today."""

    day = ma.fields.Date()
    uses = ma.fields.Integer()
    uses_without_amount = ma.fields.Integer()
    total_fen = ma.fields.Integer()
    payable_fen = ma.fields.Integer()
    saved_fen = ma.fields.Integer()
    items = ma.fields.List(ma.fields.Nested(SaleOfTheDaySchema))
