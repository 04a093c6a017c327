"""Cards: found, handed over, reported lost, replaced, stopped, and drawn for printing."""

from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Response, current_app
from flask.views import MethodView

from loyalty.api.access import Caller, current_staff, get_sealing_key, open_to, staff_work
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.cards.schemas import (
    ActOnCardSchema,
    CardOnDay,
    CardPageSchema,
    CardSchema,
    FindCardsSchema,
    HandedOverSchema,
    HandOverSchema,
)
from loyalty.api.problems import ProblemSchema
from loyalty.api.versions import read_version
from loyalty.cards.barcode import draw_barcode_svg
from loyalty.cards.qr import draw_qr_svg
from loyalty.cards.token import make_card_url
from loyalty.clock import community_now
from loyalty.models import Card
from loyalty.rules.card_action import CardAction
from loyalty.rules.card_number import last4, number_of
from loyalty.rules.card_state import CardState, state_on
from loyalty.services.cards.acts import ActOnCard, FindCards, act_on_card, find_cards, get_card
from loyalty.services.cards.hand_out import hand_over_cards
from loyalty.settings import Settings

cards = ApiBlueprint("/cards")
"""The cards of the caller's community."""

SVG = "image/svg+xml"


@cards.route("")
class Cards(MethodView):
    """The cards."""

    @open_to(Caller.STAFF)
    @cards.arguments(FindCardsSchema, location="query")
    @cards.response(200, CardPageSchema)
    def get(self, wanted: dict[str, Any]) -> Any:
        """Find cards, the latest first."""
        part = {"limit": wanted.pop("limit"), "after": wanted.pop("after")}
        with staff_work() as work:
            found = find_cards(work, FindCards(**wanted), **part)
        return {"items": [_show_on_day(card, work.now) for card in found.items], "next": found.next}


@cards.route("/hand-over")
class CardsHandedOver(MethodView):
    """Cards on their way into all hands."""

    @open_to(Caller.STAFF)
    @cards.arguments(HandOverSchema)
    @cards.response(200, HandedOverSchema)
    def post(self, members: dict[str, Any]) -> Any:
        """Write down that cards are handed over; what changed meanwhile is named, the rest done."""
        with staff_work() as work:
            outcome = hand_over_cards(work, members["card_ids"])
        return {
            "handed_over": [card.id for card in outcome.done],
            "left_out": [
                {
                    "card_id": one.card.id,
                    "last4": last4(one.card.serial),
                    "state": state_on(
                        CardState(one.card.state), one.card.valid_until, work.now.date()
                    ),
                    "missing": one.obstacles,
                }
                for one in outcome.left_out
            ],
        }


@cards.route("/<uuid:card_id>")
class OneCard(MethodView):
    """One card."""

    @open_to(Caller.STAFF)
    @cards.response(200, CardSchema)
    def get(self, card_id: UUID) -> Any:
        """Read a card."""
        return _answer(_read(card_id), community_now(current_staff().timezone))


@cards.route("/<uuid:card_id>/barcode.svg")
class BarcodeOfCard(MethodView):
    """The barcode of a card."""

    @open_to(Caller.STAFF)
    @cards.response(200, {"type": "string"}, content_type=SVG)
    def get(self, card_id: UUID) -> Response:
        """Draw the number as Code 128, which laser scanners read."""
        return Response(draw_barcode_svg(number_of(_read(card_id).serial)), content_type=SVG)


@cards.route("/<uuid:card_id>/qr.svg")
class QrOfCard(MethodView):
    """The QR of a card."""

    @open_to(Caller.STAFF)
    @cards.response(200, {"type": "string"}, content_type=SVG)
    def get(self, card_id: UUID) -> Response:
        """Draw the card's URL as a QR code, which any phone opens."""
        return Response(
            draw_qr_svg(make_card_url(_get_settings().base_url, _read(card_id).token)),
            content_type=SVG,
        )


@cards.route('/<uuid:card_id>/<any("hand-over", suspend, resume, reissue, revoke):action>')
class ActionsOnCard(MethodView):
    """What is done with a card."""

    @open_to(Caller.STAFF)
    @cards.arguments(ActOnCardSchema)
    @cards.response(200, CardSchema)
    @cards.alt_response(409, schema=ProblemSchema, description="Not with this card now.")
    def post(self, members: dict[str, Any], card_id: UUID, action: str) -> Any:
        """Do one thing with a card; a reissue answers with the new card."""
        request = ActOnCard(card_id, CardAction(action), **members, version=read_version())
        with staff_work() as work:
            card = act_on_card(work, request, sealing_key=get_sealing_key())
        return _answer(card, work.now)


def _read(card_id: UUID) -> Card:
    with staff_work() as work:
        return get_card(work, card_id)


def _answer(card: Card, now: datetime) -> tuple[CardOnDay, int, dict[str, str]]:
    return _show_on_day(card, now), 200, {"ETag": f'"{card.version}"'}


def _show_on_day(card: Card, now: datetime) -> CardOnDay:
    return CardOnDay(card, today=now.date(), base_url=_get_settings().base_url)


def _get_settings() -> Settings:
    settings: Settings = current_app.extensions["loyalty.settings"]
    return settings
