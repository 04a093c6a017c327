"""Applications of shops for a plaque, and the series they apply for."""

from typing import Any
from uuid import UUID

import marshmallow as ma
from flask.views import MethodView

from loyalty.api.access import Caller, open_to, staff_work
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.problems import ProblemSchema
from loyalty.api.schemas import Code, Flag, Label, PageSchema, Schema, Text
from loyalty.api.versions import answer_with_etag, require_version
from loyalty.clock import community_now
from loyalty.database import transaction
from loyalty.models import ShopApplication, ShopSeries
from loyalty.rules.honours import HonourColour
from loyalty.rules.typed_text import LONGEST_REASON
from loyalty.services.community.policy import enter_community
from loyalty.services.community.series import (
    ChangeSeries,
    CreateSeries,
    change_series,
    create_series,
    list_series,
)
from loyalty.services.shops.applications import (
    ApplyForPlaque,
    apply_for_plaque,
    decline_application,
    find_waiting_applications,
    take_in_application,
)

public_applications = ApiBlueprint("/public/<slug>/shop-applications", name="public-applications")
"""Applying without a token."""

shop_applications = ApiBlueprint("/shop-applications")
"""The applications of the caller's community."""

shop_series = ApiBlueprint("/shop-series")
"""The series of plaques of the caller's community."""

COLUMNS = {"zh_Hans": "name", "zh_Hant": "name_zh_hant", "en": "name_en"}
MOST_CATEGORIES = 50


class SeriesNamesSchema(Schema):
    """What a series is called; null is called as in zh-Hans."""

    zh_Hans = Label()  # noqa: N815  # as the language is called
    zh_Hant = Label(allow_none=True)  # noqa: N815  # likewise
    en = Label(allow_none=True)


class SeriesChangeSchema(Schema):
    """New values of some members of a series."""

    names = ma.fields.Nested(SeriesNamesSchema)
    prefix = ma.fields.String(
        validate=ma.validate.Regexp("^[A-Z]{1,4}$"),
        metadata={"description": "Letters with which its plaques' numbers begin"},
    )
    colour = ma.fields.String(validate=ma.validate.OneOf([*HonourColour]))
    active = Flag(metadata={"description": "False once no shop may apply for it"})

    @ma.post_load
    def _to_columns(self, data: dict[str, Any], **_: object) -> dict[str, Any]:
        names: dict[str, Any] = data.pop("names", {})
        return data | {COLUMNS[language]: name for language, name in names.items()}


class NewSeriesNamesSchema(SeriesNamesSchema):
    """What a new series is called."""

    zh_Hans = Label(required=True)  # noqa: N815  # as above


class SeriesSchema(SeriesChangeSchema):
    """A series of plaques."""

    id = ma.fields.UUID(dump_only=True)
    code = Code(required=True)
    names = ma.fields.Nested(NewSeriesNamesSchema, required=True)
    prefix = ma.fields.String(required=True, validate=ma.validate.Regexp("^[A-Z]{1,4}$"))
    version = ma.fields.Integer(dump_only=True)

    @ma.pre_dump
    def _gather_names(self, series: ShopSeries, **_: object) -> dict[str, Any]:
        names = {language: getattr(series, column) for language, column in COLUMNS.items()}
        members = ("id", "code", "prefix", "colour", "active", "version")
        return {"names": names, **{name: getattr(series, name) for name in members}}


class SeriesListSchema(Schema):
    """Every series of a community."""

    items = ma.fields.List(ma.fields.Nested(SeriesSchema))
    next = ma.fields.UUID(allow_none=True)


class ShopApplySchema(Schema):
    """What a shop says of itself."""

    name = Label(required=True)
    series = Label(required=True, metadata={"description": "Name or code of a series"})
    category = Label(required=True, metadata={"description": "Its trade"})
    contact = Text(required=True, metadata={"description": "Whom to call; staff alone see it"})
    stall = Label(allow_none=True)
    hours = Text(allow_none=True)
    offer = Text(longest=LONGEST_REASON, allow_none=True)
    opted_in_categories = ma.fields.List(
        Code(), load_default=list, validate=ma.validate.Length(max=MOST_CATEGORIES)
    )


class ApplicationReceiptSchema(Schema):
    """What a shop asks back with."""

    receipt = ma.fields.String()
    made_at = ma.fields.DateTime()


class ApplicationSchema(Schema):
    """An application, as staff read it."""

    id = ma.fields.UUID()
    name = ma.fields.String()
    series = ma.fields.String()
    category = ma.fields.String()
    stall = ma.fields.String(allow_none=True)
    contact = ma.fields.String(allow_none=True)
    hours = ma.fields.String(allow_none=True)
    offer = ma.fields.String(allow_none=True)
    opted_in_categories = ma.fields.List(ma.fields.String())
    made_at = ma.fields.DateTime()
    shop_id = ma.fields.UUID(allow_none=True)
    reason = ma.fields.String(allow_none=True)
    decided_at = ma.fields.DateTime(allow_none=True)


class ApplicationListSchema(Schema):
    """What waits for staff, a page at a time, the oldest first."""

    items = ma.fields.List(ma.fields.Nested(ApplicationSchema))
    next = ma.fields.UUID(allow_none=True)


class ApplicationDecisionSchema(Schema):
    """What staff make of an application."""

    take_in = Flag(required=True)
    reason = Text(longest=LONGEST_REASON, metadata={"description": "Needed to decline it"})

    @ma.validates_schema
    def _says_why(self, members: dict[str, Any], **_: object) -> None:
        if not members.get("take_in") and "reason" not in members:
            raise ma.ValidationError("Tell the shop why.", "reason")


@public_applications.route("")
class PublicApplications(MethodView):
    """Applications that shops send in."""

    @open_to(Caller.ANYONE)
    @public_applications.arguments(ShopApplySchema)
    @public_applications.response(201, ApplicationReceiptSchema)
    def post(self, members: dict[str, Any], slug: str) -> Any:
        """Apply for a plaque; the receipt asks back at the community's page."""
        with transaction() as session:
            community = enter_community(session, slug)
            now = community_now(community.timezone)
            return apply_for_plaque(session, community, ApplyForPlaque(**members), now=now)


@shop_applications.route("")
class Applications(MethodView):
    """What waits for staff."""

    @open_to(Caller.STAFF)
    @shop_applications.arguments(PageSchema, location="query")
    @shop_applications.response(200, ApplicationListSchema)
    def get(self, page: dict[str, Any]) -> Any:
        """Read the applications that nobody has decided, a page at a time."""
        with staff_work() as work:
            return find_waiting_applications(work, **page)


@shop_applications.route("/<uuid:application_id>/decision")
class ApplicationDecision(MethodView):
    """What becomes of an application."""

    @open_to(Caller.STAFF)
    @shop_applications.arguments(ApplicationDecisionSchema)
    @shop_applications.response(200, ApplicationSchema)
    @shop_applications.alt_response(409, schema=ProblemSchema, description="Decided before.")
    def post(self, members: dict[str, Any], application_id: UUID) -> Any:
        """Take a shop in as it has described itself, or decline it with a reason."""
        with staff_work() as work:
            if members["take_in"]:
                take_in_application(work, application_id)
            else:
                decline_application(work, application_id, members["reason"])
            return work.find(ShopApplication, application_id)


@shop_series.route("")
class SeriesOfPlaques(MethodView):
    """The series."""

    @open_to(Caller.STAFF)
    @shop_series.response(200, SeriesListSchema)
    def get(self) -> Any:
        """Read the series, those that were retired, too."""
        with staff_work() as work:
            return {"items": list_series(work.session, work.community_id), "next": None}

    @open_to(Caller.MANAGER)
    @shop_series.arguments(SeriesSchema)
    @shop_series.response(201, SeriesSchema)
    @shop_series.alt_response(409, schema=ProblemSchema, description="Code or name is taken.")
    def post(self, members: dict[str, Any]) -> Any:
        """Let shops apply for another kind of plaque."""
        with staff_work() as work:
            return answer_with_etag(create_series(work, CreateSeries(**members)), status=201)


@shop_series.route("/<uuid:series_id>")
class OneSeries(MethodView):
    """One series."""

    @open_to(Caller.MANAGER)
    @shop_series.arguments(SeriesChangeSchema)
    @shop_series.response(200, SeriesSchema)
    @shop_series.alt_response(412, schema=ProblemSchema, description="Changed meanwhile.")
    def patch(self, values: dict[str, Any], series_id: UUID) -> Any:
        """Rename, retire or otherwise change a series; plaques that are hung stay."""
        request = ChangeSeries(series_id, require_version(), **values)
        with staff_work() as work:
            return answer_with_etag(change_series(work, request))
