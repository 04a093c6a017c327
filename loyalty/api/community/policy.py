"""The community's policy, read by staff and changed by a manager."""

from typing import Any
from zoneinfo import available_timezones

import marshmallow as ma
from flask.views import MethodView

from loyalty.api.access import Caller, open_to, staff_work
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.problems import ProblemSchema
from loyalty.api.schemas import (
    Amount,
    Code,
    Flag,
    PayPermille,
    Schema,
    Text,
    WholeNumber,
    dump_columns,
)
from loyalty.api.versions import answer_with_etag, require_version
from loyalty.rules.arrival import LATEST
from loyalty.rules.calendar import CARD_MONTHS
from loyalty.rules.money import Rounding
from loyalty.rules.notice import LONGEST_NOTICE
from loyalty.services.community.policy import ChangePolicy, change_policy, community_of

LONGEST_TELEPHONE = 40

communities = ApiBlueprint("/community")
"""The one community of the account that calls."""


class LimitsSchema(Schema):
    """What one card, and a till without network, may do; null sets no limit."""

    discountable_per_sale_fen = Amount(least=1, allow_none=True)
    uses_per_shop_day = WholeNumber(1, 1000, allow_none=True)
    uses_per_day = WholeNumber(1, 1000, allow_none=True)
    saved_per_month_fen = Amount(least=1, allow_none=True)
    offline_sales_per_till = WholeNumber(1, 100_000, allow_none=True)
    offline_saved_per_till_fen = Amount(least=1, allow_none=True)


class CommunitySchema(Schema):
    """The policy of a community."""

    id = ma.fields.UUID(dump_only=True)
    slug = ma.fields.String(dump_only=True)
    name = Text()
    telephone = Text(
        longest=LONGEST_TELEPHONE,
        allow_none=True,
        metadata={"description": "Printed on the cards; null prints none"},
    )
    timezone = Text(validate=ma.validate.OneOf(sorted(available_timezones())))
    band_min_permille = PayPermille()
    band_max_permille = PayPermille()
    rounding = ma.fields.String(validate=ma.validate.OneOf([*Rounding]))
    limits = ma.fields.Nested(LimitsSchema)
    late_days = WholeNumber(
        1,
        LATEST,
        metadata={"description": "How old a sale of a till arrives without being flagged"},
    )
    late_days_on_paper = WholeNumber(
        1, LATEST, metadata={"description": "The same, of a sheet of paper"}
    )
    excluded_categories = ma.fields.List(Code(), validate=ma.validate.Length(max=50))
    notice_working_days = WholeNumber(1, LONGEST_NOTICE)
    supplementary_notice_working_days = WholeNumber(1, LONGEST_NOTICE)
    undisputed_cards_wait = Flag(
        metadata={"description": "False lets the cards of undisputed lines go first"}
    )
    inspection_needed = Flag(
        metadata={"description": "No plaque without a score sheet that the shop has passed"}
    )
    card_months = ma.fields.Integer(strict=True, validate=ma.validate.OneOf(CARD_MONTHS))
    demonstration = ma.fields.Boolean(dump_only=True)
    version = ma.fields.Integer(dump_only=True)

    @ma.pre_dump
    def _gather_limits(self, community: Any, **_: object) -> dict[str, Any]:
        columns = dump_columns(community)
        return {**columns, "limits": columns}

    @ma.post_load
    def _to_columns(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        limits: dict[str, Any] = data.pop("limits", {})
        return data | limits


@communities.route("")
class CommunityPolicy(MethodView):
    """The policy of the caller's community."""

    @open_to(Caller.STAFF)
    @communities.response(200, CommunitySchema)
    def get(self) -> Any:
        """Read the policy."""
        with staff_work() as work:
            return answer_with_etag(community_of(work.session, work.actor))

    @open_to(Caller.MANAGER)
    @communities.arguments(CommunitySchema)
    @communities.response(200, CommunitySchema)
    @communities.alt_response(412, schema=ProblemSchema, description="Changed meanwhile.")
    def patch(self, values: dict[str, Any]) -> Any:
        """Change some members of the policy."""
        request = ChangePolicy(require_version(), **values)
        with staff_work() as work:
            return answer_with_etag(change_policy(work, request))
