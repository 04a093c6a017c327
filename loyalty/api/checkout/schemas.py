"""Cards shown and used, the book of sales, and what is taken back: as tills and staff write it."""

from typing import Any

import marshmallow as ma

from loyalty.api.checkout.answers import tell_appraisal, tell_sale
from loyalty.api.problems import LimitSchema
from loyalty.api.schemas import (
    Amount,
    Code,
    MomentField,
    MonthField,
    PageSchema,
    Schema,
    Text,
    WholeNumber,
)
from loyalty.rules.discount import Basket, Line, find_basket_fault
from loyalty.rules.money import NOTHING, Fen
from loyalty.rules.verdict import Verdict
from loyalty.services.checkout.appraisal import Appraisal, ShownCard
from loyalty.services.checkout.book import FindRedemptions
from loyalty.services.checkout.returned_goods import ReturnedLine
from loyalty.services.checkout.sale import RedeemCard, Sale

LONGEST_CODE = 256
MOST_LINES = 200


class LineSchema(Schema):
    """One line of a basket."""

    category = Code(load_default=None, allow_none=True)
    amount_fen = Amount(required=True)
    special_fen = Amount(
        load_default=None,
        allow_none=True,
        metadata={"description": "What anybody pays for this line without a card"},
    )

    @ma.post_load
    def _to_line(self, data: dict[str, Any], **_: object) -> Line:
        special = data["special_fen"]
        return Line(
            category=data["category"],
            amount=Fen(data["amount_fen"]),
            special=None if special is None else Fen(special),
        )


class ShownCardSchema(Schema):
    """A card shown at a till, with what is being bought; no amount is a mere verification."""

    code = ma.fields.String(
        required=True,
        validate=ma.validate.Length(min=1, max=LONGEST_CODE),
        metadata={"description": "As scanned or typed: token, URL or 14-digit number"},
    )
    total_fen = Amount(least=1)
    lines = ma.fields.List(
        ma.fields.Nested(LineSchema), validate=ma.validate.Length(min=1, max=MOST_LINES)
    )
    excluded_fen = Amount(metadata={"description": "Marked price of goods the card excludes"})
    payable_fen = Amount(metadata={"description": "What the till worked out; checked if given"})

    @ma.post_load
    def _to_shown_card(self, data: dict[str, Any], **_: object) -> Any:
        return read_shown_card(data)


class RedeemCardSchema(ShownCardSchema):
    """A sale."""

    happened_at = MomentField(load_default=None, allow_none=True)

    @ma.post_load
    def _to_shown_card(self, data: dict[str, Any], **_: object) -> Any:
        return read_shown_card(data), data["happened_at"]


class LateSaleSchema(ShownCardSchema):
    """A sale made without network."""

    idempotency_key = ma.fields.UUID(required=True)
    happened_at = MomentField(required=True)
    device = ma.fields.Raw(
        metadata={"description": "Number, digest before and signature, as docs/offline.md has it"}
    )

    @ma.post_load
    def _to_shown_card(self, data: dict[str, Any], **_: object) -> Any:
        return RedeemCard(
            shown=read_shown_card(data),
            idempotency_key=data["idempotency_key"],
            happened_at=data["happened_at"],
        )


class LateSalesSchema(Schema):
    """Up to five hundred sales made without network; each is answered, right or wrong."""

    items = ma.fields.List(
        ma.fields.Raw(allow_none=True),
        required=True,
        validate=ma.validate.Length(min=1, max=500),
    )
    """Whatever stands in it, for one item that is no late sale must not stop the others."""


class LineQuoteSchema(Schema):
    """One line with the card."""

    category = ma.fields.String(allow_none=True)
    amount_fen = ma.fields.Integer()
    payable_fen = ma.fields.Integer()
    saved_fen = ma.fields.Integer()
    discounted = ma.fields.Boolean()


class QuoteSchema(Schema):
    """What a basket costs with the card; to pay and saved add up to the total."""

    total_fen = ma.fields.Integer()
    discountable_fen = ma.fields.Integer()
    payable_fen = ma.fields.Integer()
    saved_fen = ma.fields.Integer()
    pay_permille = ma.fields.Integer()
    rule_version = ma.fields.Integer()
    lines = ma.fields.List(ma.fields.Nested(LineQuoteSchema))


class CardFactsSchema(Schema):
    """What a till may know of a card: nothing of its holder."""

    serial = ma.fields.String()
    last4 = ma.fields.String()
    honour = ma.fields.String()
    pay_permille = ma.fields.Integer(metadata={"description": "What the holder pays at this shop"})
    valid_from = ma.fields.Date()
    valid_until = ma.fields.Date()


class AppraisalSchema(Schema):
    """The answer to a shown card. A refusal is an answer too."""

    verdict = ma.fields.Enum(Verdict, by_value=True)
    card = ma.fields.Nested(CardFactsSchema)
    quote = ma.fields.Nested(QuoteSchema)
    limit = ma.fields.Nested(LimitSchema)

    @ma.pre_dump
    def _from_appraisal(self, appraisal: Appraisal, **_: object) -> dict[str, Any]:
        return tell_appraisal(appraisal)


class SaleSchema(QuoteSchema):
    """A recorded sale."""

    id = ma.fields.UUID()
    verdict = ma.fields.String()
    receipt = ma.fields.String()
    with_amount = ma.fields.Boolean(
        metadata={"description": "False where the card was only verified"}
    )
    happened_at = ma.fields.AwareDateTime()
    recorded_at = ma.fields.AwareDateTime()

    @ma.pre_dump
    def _from_sale(self, sale: Sale, **_: object) -> dict[str, Any]:
        return tell_sale(sale)


class OutcomeSchema(Schema):
    """What became of one late sale."""

    idempotency_key = ma.fields.String(allow_none=True)
    outcome = ma.fields.String()
    verdict = ma.fields.String()
    redemption_id = ma.fields.UUID()
    receipt = ma.fields.String()
    detail = ma.fields.String()


class OutcomesSchema(Schema):
    """The outcomes, in the order of the items."""

    results = ma.fields.List(ma.fields.Nested(OutcomeSchema))


def read_shown_card(data: dict[str, Any]) -> ShownCard:
    """Return the card and the basket of a body whose members are each right by themselves.

    Args:
        data: the members that were sent, by their names; lines as `Line`.

    Raises:
        ValidationError: the members do not fit together.
    """
    payable = data.get("payable_fen")
    return ShownCard(
        code=data["code"],
        basket=_read_basket(data),
        payable=None if payable is None else Fen(payable),
    )


def _read_basket(data: dict[str, Any]) -> Basket | None:
    lines = tuple(data.get("lines", ()))
    total = data.get("total_fen", sum(line.amount for line in lines))
    if total == 0 and not lines:
        for name in ("excluded_fen", "payable_fen"):
            if name in data:
                raise ma.ValidationError("Needs total_fen or lines beside it.", name)
        return None
    basket = Basket(total=Fen(total), lines=lines, excluded=Fen(data.get("excluded_fen", NOTHING)))
    if fault := find_basket_fault(basket):
        name = "lines" if lines else "excluded_fen"
        raise ma.ValidationError(fault, name)
    return basket


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
    of_id = ma.fields.UUID(allow_none=True, metadata={"description": "The sale that is taken back"})
    receipt = ma.fields.String()
    card_id = ma.fields.UUID(
        allow_none=True,
        metadata={"description": "null once the sale was parted from its card, after 93 days"},
    )
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
    flag = ma.fields.String(
        allow_none=True, metadata={"description": "Verdict a late sale would have met"}
    )
    reason = ma.fields.String(allow_none=True)
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
