"""Whether a card is valid, for anyone who holds it."""

from typing import Any

import marshmallow as ma
from flask.views import MethodView

from loyalty.api.access import Caller, open_to
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.schemas import Schema, Text
from loyalty.clock import utc_now
from loyalty.database import transaction
from loyalty.rules.verdict import Verdict
from loyalty.services.cards.check import check_card
from loyalty.services.community.policy import community_called

card_checks = ApiBlueprint("/card-checks")
"""Looks at a card, open to everybody."""

LONGEST_CODE = 256


class ShownCodeSchema(Schema):
    """A card's code, as scanned or typed."""

    code = Text(
        required=True,
        longest=LONGEST_CODE,
        metadata={"description": "The number, the token, or the URL of the QR"},
    )
    community = Text(
        load_default=None,
        allow_none=True,
        longest=LONGEST_CODE,
        metadata={
            "description": "Short name of the community among whose cards a number is looked for;"
            " among all where it is left out. A token names its own"
        },
    )


class CardCheckSchema(Schema):
    """The public part of a card: nothing about who holds it."""

    verdict = ma.fields.Enum(Verdict, by_value=True)
    valid_from = ma.fields.Date(allow_none=True)
    valid_until = ma.fields.Date(allow_none=True)
    pay_permille = ma.fields.Integer(allow_none=True)
    honour = ma.fields.String(allow_none=True)


@card_checks.route("")
class CardChecks(MethodView):
    """Looks at a card."""

    @open_to(Caller.ANYONE)
    @card_checks.arguments(ShownCodeSchema)
    @card_checks.response(200, CardCheckSchema)
    def post(self, members: dict[str, str | None]) -> Any:
        """Say whether a card is valid today."""
        slug = members["community"]
        with transaction() as session:
            community = community_called(session, slug) if slug else None
            return check_card(session, members["code"] or "", community=community, now=utc_now())
