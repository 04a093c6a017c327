"""The benefit ledger's figures."""

from typing import Any

import marshmallow as ma
from flask.views import MethodView

from loyalty.api.access import Caller, open_to, staff_work
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.problems import ProblemSchema
from loyalty.api.schemas import MonthField, Schema
from loyalty.rules.benefit import Cell
from loyalty.services.ledger.benefit import Benefit, Share, sum_benefit
from loyalty.services.ledger.closing import close_month
from loyalty.services.ledger.matrix import KindShare
from loyalty.services.replica import reports_work
from loyalty.services.selection.planning import month_called

benefit = ApiBlueprint("/benefit")

DEFINITIONS = {
    "uses": "Sales to cardholders, with or without an amount, less those taken back whole.",
    "uses_without_amount": "Of these, the ones at which a stall only verified the card.",
    "people": "Cardholders with at least one sale that was not taken back whole; null over several"
    " months some of whose sales have been parted from their cards, 93 days after they were made.",
    "households": "Households of these cardholders.",
    "total_fen": "Marked price of what cardholders bought, voids and returns taken off.",
    "payable_fen": "What cardholders spent. It is not claimed that the programme caused it.",
    "saved_fen": "What shops gave: marked price less what was paid.",
    "matrix": "Who gave whom. Measured at tills, attested with evidence, and estimated are never"
    " added, nor are different units; of what shops gave, the discount alone is measured."
    " Quantities are added entry by entry: one shop may stand in several.",
    "contributions": "Entries that count, by the day they happened; those that wait for a second"
    " person, and those that were withdrawn, do not.",
    "months": "Months of the community's time zone; a void or return counts in the month it is"
    " made, and a sale in the month it arrives where the figures of its own were out.",
}


class MonthsSchema(Schema):
    """From which month to which, both included."""

    first = MonthField(required=True, data_key="from")
    last = MonthField(required=True, data_key="to")


class SumsSchema(Schema):
    """What the sales of one group amount to."""

    uses = ma.fields.Integer()
    uses_without_amount = ma.fields.Integer()
    people = ma.fields.Integer(allow_none=True)
    households = ma.fields.Integer(allow_none=True)
    total_fen = ma.fields.Integer()
    payable_fen = ma.fields.Integer()
    saved_fen = ma.fields.Integer()


class ShareSchema(SumsSchema):
    """The sums of one month, shop, honour or trade."""

    key = ma.fields.String()
    name = ma.fields.String()

    @ma.pre_dump
    def _flatten(self, share: Share, **_: object) -> dict[str, Any]:
        sums = {name: getattr(share.sums, name) for name in share.sums.__slots__}
        return {"key": share.key, "name": share.name, **sums}


class QuantitySchema(Schema):
    """How many of one unit were given."""

    unit = ma.fields.String()
    quantity_hundredths = ma.fields.Integer()


class GiftSchema(Schema):
    """Who gave whom how much, under one label; sums never cross labels, nor units."""

    giver = ma.fields.String()
    receiver = ma.fields.String()
    label = ma.fields.String()
    amount_fen = ma.fields.Integer()
    quantities = ma.fields.List(ma.fields.Nested(QuantitySchema))

    @ma.pre_dump
    def _flatten_cell(self, cell: Cell, **_: object) -> dict[str, Any]:
        return _tell_cell(cell)


class KindShareSchema(GiftSchema):
    """The same of one kind of contribution; `/contributions` has the entries behind it."""

    kind = ma.fields.String()
    entries = ma.fields.Integer()

    @ma.pre_dump
    def _flatten_cell(self, share: KindShare, **_: object) -> dict[str, Any]:
        return {**_tell_cell(share.cell), "kind": share.kind.code, "entries": share.entries}


def _tell_cell(cell: Cell) -> dict[str, Any]:
    return {
        "giver": cell.giver,
        "receiver": cell.receiver,
        "label": cell.label,
        "amount_fen": cell.amount,
        "quantities": [
            {"unit": unit, "quantity_hundredths": int(quantity * 100)}
            for unit, quantity in cell.quantities
        ],
    }


class BenefitSchema(Schema):
    """Who gained what over some months."""

    first = MonthField(data_key="from")
    last = MonthField(data_key="to")
    totals = ma.fields.Nested(SumsSchema)
    matrix = ma.fields.List(ma.fields.Nested(GiftSchema))
    contributions = ma.fields.List(ma.fields.Nested(KindShareSchema))
    by_month = ma.fields.List(ma.fields.Nested(ShareSchema))
    by_shop = ma.fields.List(ma.fields.Nested(ShareSchema))
    by_honour = ma.fields.List(ma.fields.Nested(ShareSchema))
    by_trade = ma.fields.List(ma.fields.Nested(ShareSchema))
    definitions = ma.fields.Dict(keys=ma.fields.String(), values=ma.fields.String())

    @ma.pre_dump
    def _add_words(self, found: Benefit, **_: object) -> dict[str, Any]:
        members = {name: getattr(found, name) for name in found.__slots__}
        given = members.pop("given")
        return {
            **members,
            "matrix": given.matrix,
            "contributions": given.by_kind,
            "definitions": DEFINITIONS,
        }


class ClosedMonthSchema(Schema):
    """A month that was closed."""

    month = MonthField()
    head = ma.fields.String(
        metadata={"description": "SHA-256 of what is published of the month, in hexadecimal"}
    )
    previous_head = ma.fields.String(
        allow_none=True, metadata={"description": "Of the month before; null in the first"}
    )
    figures = ma.fields.Nested(BenefitSchema)


@benefit.route("")
class BenefitFigures(MethodView):
    """The figures of some months."""

    @open_to(Caller.STAFF, Caller.COUNCIL)
    @benefit.arguments(MonthsSchema, location="query")
    @benefit.response(200, BenefitSchema)
    def get(self, months: dict[str, Any]) -> Any:
        """Add up the book of sales."""
        with staff_work() as work, reports_work(work) as reading:
            return sum_benefit(reading, **months)


@benefit.route("/months/<month>/close")
class ClosingOfMonth(MethodView):
    """The closing of a month."""

    @open_to(Caller.MANAGER)
    @benefit.response(201, ClosedMonthSchema)
    @benefit.alt_response(
        409, schema=ProblemSchema, description="It cannot be closed; `missing` says why."
    )
    def post(self, month: str) -> Any:
        """Let the figures of a month stay as they are; months are closed in order, once each."""
        wanted = month_called(month)
        with staff_work() as work:
            closed = close_month(work, wanted)
            return {
                "month": wanted,
                "head": closed.head,
                "previous_head": closed.previous_head,
                "figures": sum_benefit(work, first=wanted, last=wanted),
            }
