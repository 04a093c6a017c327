"""The shapes of shops, of their certification and of what anyone may see of them."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, ClassVar

import marshmallow as ma

from loyalty.api.schemas import (
    Amount,
    Code,
    Flag,
    KnownCode,
    Label,
    PageSchema,
    PayPermille,
    Schema,
    Text,
    WholeNumber,
    dump_columns,
)
from loyalty.models import Shop
from loyalty.rules.certification import CertificationAction, CertificationState, public_state
from loyalty.rules.honours import MOST_HONOURS
from loyalty.rules.money import Permille
from loyalty.rules.typed_text import LONGEST_REASON
from loyalty.services.shops.certification import find_certification_standing
from loyalty.services.shops.shops import AgreedTerm

MOST_CATEGORIES = 50
MOST_PLEDGES = 10_000

STATES = [*CertificationState]
REQUIRED = ("name", "series", "category")
"""What a new shop must have, and a change need not name; a term is whole in both."""


@dataclass(frozen=True, slots=True)
class ShopOnDay:
    """A shop as it is answered: its certification may have lapsed by this day."""

    shop: Shop
    today: date
    """Date in the community's time zone."""


class TermSchema(Schema):
    """What the holders of one honour pay."""

    honour = KnownCode(required=True, metadata={"description": "Code of the honour"})
    pay_permille = PayPermille(required=True)

    @ma.post_load
    def _to_term(self, data: dict[str, Any], **_: object) -> AgreedTerm:
        return AgreedTerm(honour=data["honour"], pay=Permille(data["pay_permille"]))


class ShopLimitsSchema(Schema):
    """Limits of the shop's own, which count where they are more generous than the community's."""

    discountable_per_sale_fen = Amount(least=1, allow_none=True)
    uses_per_shop_day = WholeNumber(1, 1000, allow_none=True)


class PublicShopSchema(Schema):
    """What anyone may see of a shop."""

    name = Label(required=True)
    series = Label(required=True, metadata={"description": "Which plaque it hangs"})
    category = Label(required=True, metadata={"description": "Its trade"})
    stall = Label(allow_none=True)
    hours = Text(allow_none=True, metadata={"description": "When it is open, in words"})
    offer = Text(
        longest=LONGEST_REASON,
        allow_none=True,
        metadata={"description": "What it offers besides, in words"},
    )
    terms = ma.fields.List(
        ma.fields.Nested(TermSchema), validate=ma.validate.Length(max=MOST_HONOURS)
    )
    is_model = Flag(metadata={"description": "A model of honest trade (诚信经营示范户)"})
    plaque_number = ma.fields.String(dump_only=True, allow_none=True)
    state = ma.fields.String(dump_only=True, validate=ma.validate.OneOf(STATES))

    tells_all: ClassVar[bool] = False
    """Whether that a shop was warned is told: it is between the shop and staff."""

    @ma.pre_dump
    def _gather(self, shown: ShopOnDay, **_: object) -> dict[str, Any]:
        shop = shown.shop
        columns = dump_columns(shop)
        terms = [
            {"honour": term.honour.code, "pay_permille": term.pay_permille} for term in shop.terms
        ]
        standing = asdict(find_certification_standing(shop, today=shown.today))
        if not self.tells_all:
            standing["state"] = public_state(standing["state"])
        return {**columns, "limits": columns, "terms": terms, **standing}


class ShopSchema(PublicShopSchema):
    """A shop, as staff know it."""

    tells_all = True
    id = ma.fields.UUID(dump_only=True)
    name_pinyin = Text(metadata={"description": "The sort key; made from the name if not sent"})
    contact = Text(allow_none=True)
    owner_id = ma.fields.UUID(
        allow_none=True,
        metadata={"description": "Account that may void its sales and pair its tills"},
    )
    liaison_id = ma.fields.UUID(
        allow_none=True, metadata={"description": "Account of the staff who keeps touch with it"}
    )
    area_id = ma.fields.UUID(
        allow_none=True, metadata={"description": "Liaison area in which it lies"}
    )
    pledged_on = ma.fields.Date(
        allow_none=True, metadata={"description": "When it signed the pledge"}
    )
    pledge_number = WholeNumber(
        1,
        MOST_PLEDGES,
        allow_none=True,
        metadata={
            "description": "Which version it signed; if not sent, the one in force on that day"
        },
    )
    opted_in_categories = ma.fields.List(
        Code(),
        validate=ma.validate.Length(max=MOST_CATEGORIES),
    )
    limits = ma.fields.Nested(ShopLimitsSchema)
    valid_until = ma.fields.Date(dump_only=True, allow_none=True)
    put_right_by = ma.fields.Date(
        dump_only=True,
        allow_none=True,
        metadata={"description": "Last day, included, for a warned shop to put things right"},
    )
    version = ma.fields.Integer(dump_only=True)

    @ma.post_load
    def _to_members(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        limits: dict[str, Any] = data.pop("limits", {})
        return data | limits


class ChangeShopSchema(ShopSchema):
    """New values of some members of a shop."""

    reason = Text(
        longest=LONGEST_REASON,
        load_only=True,
        allow_none=True,
        metadata={"description": "Why; stays with its history"},
    )


class ShopChangeSchema(Schema):
    """One member of a shop that was changed."""

    member = ma.fields.String()
    before = ma.fields.String(
        allow_none=True,
        metadata={"description": "As text; rates as honour:permille, parted by commas"},
    )
    after = ma.fields.String(allow_none=True)
    reason = ma.fields.String(allow_none=True)
    account_id = ma.fields.UUID()
    at = ma.fields.DateTime()
    id = ma.fields.UUID()


class ShopChangePageSchema(Schema):
    """What was changed of a shop, a page at a time, the newest first."""

    items = ma.fields.List(ma.fields.Nested(ShopChangeSchema))
    next = ma.fields.UUID(allow_none=True)


class ShopPageSchema(Schema):
    """Shops, a page at a time."""

    items = ma.fields.List(ma.fields.Nested(ShopSchema))
    next = ma.fields.UUID(allow_none=True)


class PublicShopPageSchema(Schema):
    """Shops that take the card today, a page at a time."""

    items = ma.fields.List(ma.fields.Nested(PublicShopSchema))
    next = ma.fields.UUID(allow_none=True)


class FindShopsSchema(PageSchema):
    """Which shops are wanted."""

    q = Text(load_default=None, metadata={"description": "Part of name, stall, plaque or pinyin"})
    category = Label(load_default=None)
    state = ma.fields.Enum(CertificationState, by_value=True, load_default=None)


class CertificationStepSchema(Schema):
    """One step of a shop's certification."""

    action = ma.fields.Enum(CertificationAction, by_value=True, required=True)
    reason = Text(longest=LONGEST_REASON, load_default="")
    put_right_by = ma.fields.Date(
        load_default=None,
        metadata={"description": "Of a warning: last day to put things right, included"},
    )


class StandingSchema(Schema):
    """Where a shop's certification stands today."""

    state = ma.fields.String(validate=ma.validate.OneOf(STATES))
    plaque_number = ma.fields.String(allow_none=True)
    valid_until = ma.fields.Date(
        allow_none=True, metadata={"description": "Last day it holds, included"}
    )
