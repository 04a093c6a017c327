"""Sheets of cards, to be printed, cut and handed out."""

from typing import Any

import marshmallow as ma
from flask import Response, current_app
from flask.views import MethodView
from flask_babel import get_locale

from loyalty.api.access import Caller, open_to, staff_work
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.problems import ProblemSchema
from loyalty.api.schemas import Flag, Schema, WholeNumber
from loyalty.printing.card_sheet import Printing, print_cards
from loyalty.reports.sheet_layout import (
    A4_SHEET,
    LARGEST_OFFSET,
    LARGEST_SCALE,
    PRINTER_DOTS,
    ROWS,
    SMALLEST_SCALE,
    WIDEST_GUTTER,
    Duplex,
    SheetLayout,
)
from loyalty.services.cards.sheets import PrintCards, cards_to_print

card_sheets = ApiBlueprint("/card-sheets")
"""The cards of the caller's community, on paper."""

PDF = "application/pdf"
LARGEST_REQUEST = 20_000
"""Ids in one request; how many of them are drawn at once, the service says."""


class Measure(ma.fields.Float):
    """A number between two ends, both included, and nothing that merely looks like one."""

    def __init__(self, least: float, most: float, unit: str, **kwargs: Any) -> None:
        told = f"Must be {least:g} to {most:g}{unit}."
        super().__init__(validate=ma.validate.Range(least, most, error=told), **kwargs)

    def _validated(self, value: Any) -> float:
        if isinstance(value, bool | str):
            raise self.make_error("invalid", input=value)
        return float(super()._validated(value))


class CardSheetSchema(Schema):
    """Which cards are printed, and how they stand on the paper."""

    round_id = ma.fields.UUID(metadata={"description": "All cards of this round that work"})
    card_ids = ma.fields.List(ma.fields.UUID(), validate=ma.validate.Length(1, LARGEST_REQUEST))
    duplex = ma.fields.Enum(
        Duplex,
        by_value=True,
        load_default=Duplex.LONG,
        metadata={"description": "The edge over which the printer turns the paper"},
    )
    fold_over = Flag(
        load_default=False,
        metadata={"description": "Front and back side by side, five to a sheet, to be folded"},
    )
    code_inside = Flag(
        load_default=False,
        metadata={
            "description": "Of folded cards: activation codes are printed behind the fronts, to"
            " lie within the fold, and not on pages of their own"
        },
    )
    start = WholeNumber(
        1, A4_SHEET, load_default=1, metadata={"description": "First place of a half-used sheet"}
    )
    offset_x_mm = Measure(-LARGEST_OFFSET, LARGEST_OFFSET, " mm", load_default=0.0)
    offset_y_mm = Measure(-LARGEST_OFFSET, LARGEST_OFFSET, " mm", load_default=0.0)
    scale = Measure(SMALLEST_SCALE, LARGEST_SCALE, "", load_default=1.0)
    gutter_mm = Measure(0.0, WIDEST_GUTTER, " mm", load_default=2.0)
    dots_per_inch = ma.fields.Integer(
        strict=True, load_default=600, validate=ma.validate.OneOf(PRINTER_DOTS)
    )
    names = Flag(
        load_default=False,
        metadata={"description": "Whether cards bear a masked name"},
    )

    @ma.validates_schema
    def _make_sense(self, members: dict[str, Any], **_: object) -> None:
        if ("round_id" in members) == ("card_ids" in members):
            raise ma.ValidationError("Name either a round or cards.", "card_ids")
        if members.get("code_inside") and not members.get("fold_over"):
            raise ma.ValidationError("Only a folded card has an inside.", "code_inside")
        if members.get("fold_over") and members.get("start", 1) > ROWS:
            raise ma.ValidationError(f"A folded sheet has {ROWS} places.", "start")


@card_sheets.route("")
class CardSheets(MethodView):
    """Sheets of cards."""

    @open_to(Caller.STAFF)
    @card_sheets.arguments(CardSheetSchema)
    @card_sheets.response(200, {"type": "string", "format": "binary"}, content_type=PDF)
    @card_sheets.alt_response(409, schema=ProblemSchema, description="Some cards do not work.")
    def post(self, members: dict[str, Any]) -> Response:
        """Draw cards on A4 sheets; the words are in the language that is accepted."""
        wanted = PrintCards(members.pop("round_id", None), members.pop("card_ids", ()))
        names = members.pop("names")
        with staff_work() as work:
            printing = Printing(
                language=str(get_locale()).replace("_", "-"),
                base_url=current_app.extensions["loyalty.settings"].base_url,
                now=work.now,
                names=names,
            )
            cards = cards_to_print(work, wanted)
            file = print_cards(work, cards, SheetLayout(**members), printing)
        return Response(file, content_type=PDF)
