"""JSON for tills, integrators and scripts: /api/v1, described at /api/openapi.json."""

import json
from threading import Lock
from typing import Any

from flask import Flask, Response, current_app
from flask_smorest import Api, Blueprint

from loyalty.api.audit_events import audit_log
from loyalty.api.audit_head import audit_head
from loyalty.api.cards.cards import cards
from loyalty.api.cards.check import card_checks
from loyalty.api.cards.sheets import card_sheets
from loyalty.api.cards.well_known import community_keys, revocation_lists, well_known
from loyalty.api.checkout.redemptions import redemptions
from loyalty.api.checkout.validations import validations
from loyalty.api.community.honours import honours
from loyalty.api.community.policy import communities
from loyalty.api.community.working_days import working_days
from loyalty.api.deeds.deeds import deeds, kinds_of_deeds
from loyalty.api.description import complete_description, describe_field
from loyalty.api.health import live, ready
from loyalty.api.idempotency import make_calls_idempotent
from loyalty.api.imports.answers import JsonText
from loyalty.api.imports.jobs import imports
from loyalty.api.late_sales.cases import cases, numberings
from loyalty.api.late_sales.paper_tally import tallies
from loyalty.api.late_sales.upload import late_sales
from loyalty.api.ledger.benefit import benefit
from loyalty.api.ledger.benefit_files import benefit_files
from loyalty.api.ledger.contribution_kinds import kinds_of_contributions
from loyalty.api.ledger.contributions import contributions
from loyalty.api.ledger.parties import parties
from loyalty.api.ledger.public_figures import figures
from loyalty.api.matters.matters import matters
from loyalty.api.matters.meetings import meetings
from loyalty.api.messages.web_push import web_push
from loyalty.api.messages.webhooks import webhooks
from loyalty.api.metrics import metrics
from loyalty.api.notice.notices import notices
from loyalty.api.notice.objections import objections, objections_of_round, public_objections
from loyalty.api.people.areas import areas, household_groups
from loyalty.api.people.residents import residents
from loyalty.api.pictures.pictures import pictures
from loyalty.api.privacy.personal_data import personal_data
from loyalty.api.problems import ProblemSchema
from loyalty.api.public import public
from loyalty.api.rounds.rounds import rounds
from loyalty.api.schemas import MonthField
from loyalty.api.selection.candidates import candidates, nominations
from loyalty.api.selection.fairness import fairness
from loyalty.api.selection.panel import ballots, conflicts, panel
from loyalty.api.shops.applications import (
    public_applications,
    shop_applications,
    shop_series,
)
from loyalty.api.shops.complaints import complaints
from loyalty.api.shops.floor_plans import floor_plans, shop_pins
from loyalty.api.shops.inspections import score_sheets, shop_inspections
from loyalty.api.shops.objections import (
    objections_to_shops,
    public_shop_notice,
    shop_objections,
)
from loyalty.api.shops.offers import offer_proposals, shop_offers
from loyalty.api.shops.pledges import pledges, public_pledge
from loyalty.api.shops.shops import shops
from loyalty.api.shops.signals import shop_signals
from loyalty.api.shops.stalls import stalls
from loyalty.api.shops.standing import shop_standing
from loyalty.api.shops.visits import shop_visits
from loyalty.api.staff.accounts import staff_accounts
from loyalty.api.staff.tokens import tokens
from loyalty.api.tills.pairing import pairings
from loyalty.api.tills.this_till import till
from loyalty.api.tills.tills import tills

BLUEPRINTS: tuple[Blueprint, ...] = (
    areas,
    audit_head,
    audit_log,
    ballots,
    benefit,
    benefit_files,
    candidates,
    card_checks,
    card_sheets,
    cards,
    cases,
    communities,
    complaints,
    conflicts,
    contributions,
    deeds,
    fairness,
    figures,
    floor_plans,
    honours,
    household_groups,
    imports,
    kinds_of_contributions,
    kinds_of_deeds,
    late_sales,
    live,
    matters,
    meetings,
    metrics,
    nominations,
    notices,
    numberings,
    objections,
    objections_of_round,
    objections_to_shops,
    offer_proposals,
    pairings,
    panel,
    parties,
    personal_data,
    pictures,
    pledges,
    public,
    public_applications,
    public_objections,
    public_pledge,
    public_shop_notice,
    ready,
    redemptions,
    residents,
    community_keys,
    revocation_lists,
    rounds,
    score_sheets,
    shop_applications,
    shop_inspections,
    shop_series,
    shop_objections,
    shop_offers,
    shop_pins,
    shop_signals,
    shop_standing,
    shop_visits,
    shops,
    staff_accounts,
    stalls,
    tallies,
    till,
    tills,
    tokens,
    validations,
    webhooks,
    web_push,
    well_known,
    working_days,
)


class ProblemApi(Api):  # type: ignore[misc]  # the library has no types
    """flask-smorest, with the errors left to the app, which knows pages from API."""

    ERROR_SCHEMA = ProblemSchema
    _description: str | None = None

    def __init__(self, app: Flask) -> None:
        self._describing = Lock()
        super().__init__(app)

    def _register_error_handlers(self) -> None:
        """Register none: the library's answer every path of the app."""

    def _openapi_json(self) -> Response:
        """Answer the description, which is put together when it is asked for first."""
        with self._describing:
            if self._description is None:
                for blueprint in BLUEPRINTS:
                    self._describe(blueprint)
                whole = complete_description(self.spec.to_dict(), current_app)
                self._description = json.dumps(whole, ensure_ascii=False)
        return Response(self._description, mimetype="application/json")

    def register_blueprint(self, blp: Blueprint) -> None:
        """Add the calls of one resource; to describe them now would double what a start takes."""
        self._app.extensions["flask-smorest"]["blp_name_to_api"][blp.name] = self
        self._app.register_blueprint(blp)

    def _describe(self, blp: Blueprint) -> None:
        blp.register_views_in_doc(self, self._app, self.spec, name=blp.name, parameters=None)
        self.spec.tag({"name": blp.name, "description": blp.description})

    def _init_spec(self, **options: Any) -> None:
        super()._init_spec(**options)
        self.ma_plugin.converter.add_attribute_function(describe_field)


def register_api(app: Flask) -> None:
    """Add every call of the API to the app."""
    app.config |= {
        "API_TITLE": "loyalty",
        "API_VERSION": "v1",
        "OPENAPI_VERSION": "3.1.0",
        "OPENAPI_URL_PREFIX": "/api",
        "OPENAPI_JSON_PATH": "openapi.json",
    }
    api = ProblemApi(app)
    for field in (MonthField, JsonText):
        api.register_field(field, "string", None)
    for blueprint in BLUEPRINTS:
        api.register_blueprint(blueprint)
    make_calls_idempotent(app)
