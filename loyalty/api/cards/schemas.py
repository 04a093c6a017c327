"""The shapes of cards."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import marshmallow as ma

from loyalty.api.rounds.schemas import NamedResidentSchema
from loyalty.api.schemas import PageSchema, Schema, Text, dump_columns
from loyalty.cards.token import make_card_url
from loyalty.models import Card
from loyalty.rules.card_number import number_of
from loyalty.rules.card_reason import CardReason
from loyalty.rules.card_state import CardState, state_on
from loyalty.rules.typed_text import LONGEST_REASON
from loyalty.services.cards.hand_out import MOST_AT_ONCE


@dataclass(frozen=True, slots=True)
class CardOnDay:
    """A card as it is answered: it may have expired by this day."""

    card: Card
    today: date
    """Date in the community's time zone."""
    base_url: str
    """Where the service is reached; it begins the card's URL."""


class CardSchema(Schema):
    """A card, as staff know it."""

    id = ma.fields.UUID()
    number = ma.fields.String(metadata={"description": "14 digits, printed 4-4-4-2"})
    last4 = ma.fields.String(metadata={"description": "The number's last four digits"})
    honour = ma.fields.String(metadata={"description": "Code of the honour"})
    state = ma.fields.Enum(CardState, by_value=True)
    valid_from = ma.fields.Date()
    valid_until = ma.fields.Date(metadata={"description": "Last day the card works, included"})
    pay_permille = ma.fields.Integer()
    resident = ma.fields.Nested(NamedResidentSchema)
    round_id = ma.fields.UUID()
    reissue_of_id = ma.fields.UUID(allow_none=True)
    card_url = ma.fields.String(metadata={"description": "What the card's QR holds"})
    issued_at = ma.fields.DateTime()
    handed_over_at = ma.fields.DateTime(allow_none=True)
    version = ma.fields.Integer()

    @ma.pre_dump
    def _gather(self, shown: CardOnDay, **_: object) -> dict[str, Any]:
        card = shown.card
        columns = dump_columns(card)
        number = number_of(card.serial)
        return {
            **columns,
            "number": number,
            "last4": number[-4:],
            "honour": card.honour.code,
            "state": state_on(CardState(card.state), card.valid_until, shown.today),
            "resident": card.resident,
            "card_url": make_card_url(shown.base_url, card.token),
        }


class CardPageSchema(Schema):
    """Cards, a page at a time."""

    items = ma.fields.List(ma.fields.Nested(CardSchema))
    next = ma.fields.UUID(allow_none=True)


class FindCardsSchema(PageSchema):
    """Which cards are wanted."""

    round_id = ma.fields.UUID()
    resident_id = ma.fields.UUID()
    state = ma.fields.Enum(CardState, by_value=True)
    last4 = ma.fields.String(
        data_key="q",
        validate=ma.validate.Regexp(r"[0-9]{4}\Z"),
        metadata={"description": "The number's last four digits; never the whole number"},
    )


class ActOnCardSchema(Schema):
    """Why something is done with a card."""

    reason = Text(
        longest=LONGEST_REASON,
        metadata={"description": f"One of {', '.join(CardReason)}; anything else is kept as words"},
    )


class HandOverSchema(Schema):
    """Which cards are in their holders' hands."""

    card_ids = ma.fields.List(
        ma.fields.UUID(), required=True, validate=ma.validate.Length(1, MOST_AT_ONCE)
    )


class LeftOutSchema(Schema):
    """A card that was not handed over, for something was done with it meanwhile."""

    card_id = ma.fields.UUID()
    last4 = ma.fields.String()
    state = ma.fields.Enum(CardState, by_value=True)
    missing = ma.fields.List(ma.fields.String())


class HandedOverSchema(Schema):
    """What became of cards that were to be handed over."""

    handed_over = ma.fields.List(ma.fields.UUID())
    left_out = ma.fields.List(ma.fields.Nested(LeftOutSchema))
