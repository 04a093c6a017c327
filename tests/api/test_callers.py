"""Every endpoint with its callers. A new one fails here until somebody has decided."""

import hashlib
import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from loyalty.api.access import Caller, callers_of
from loyalty.services.actors import Role
from tests.given import given_community, given_shop, given_till, signed_in

CALLERS = """
GET    /.well-known/loyalty-keys.json                       anyone
GET    /keys/<slug>.json                                    anyone
GET    /revocations/<slug>.json                             anyone
GET    /livez                                               anyone
GET    /readyz                                              anyone
GET    /metrics                                             anyone
POST   /api/v1/tokens                                       anyone
DELETE /api/v1/tokens/current                      staff manager panel council shop_owner street
GET    /api/v1/community                                    staff
PATCH  /api/v1/community                                    manager
GET    /api/v1/staff-accounts                               manager
POST   /api/v1/staff-accounts                               manager
PATCH  /api/v1/staff-accounts/<account_id>                  manager
POST   /api/v1/staff-accounts/<account_id>/links            manager
GET    /api/v1/audit-events                                 manager
GET    /api/v1/areas                                        staff
POST   /api/v1/areas                                        staff
GET    /api/v1/areas/<area_id>                              staff
PATCH  /api/v1/areas/<area_id>                              staff
GET    /api/v1/areas/<area_id>/changes                      staff
GET    /api/v1/household-groups                             staff
POST   /api/v1/household-groups                             staff
GET    /api/v1/household-groups/<household_group_id>        staff
PATCH  /api/v1/household-groups/<household_group_id>        staff
GET    /api/v1/household-groups/<household_group_id>/changes staff
GET    /api/v1/residents                                    staff
POST   /api/v1/residents                                    staff
GET    /api/v1/residents/<resident_id>                      staff
PATCH  /api/v1/residents/<resident_id>                      staff
GET    /api/v1/residents/<resident_id>/points               staff
GET    /api/v1/residents/<resident_id>/consents             staff
DELETE /api/v1/residents/<resident_id>/messages             staff
GET    /api/v1/residents/<resident_id>/personal-data        staff
POST   /api/v1/residents/<resident_id>/erasure              staff
GET    /api/v1/deed-kinds                                   staff
POST   /api/v1/deed-kinds                                   manager
PATCH  /api/v1/deed-kinds/<kind_id>                         manager
GET    /api/v1/deeds                                        staff
POST   /api/v1/deeds                                        staff
POST   /api/v1/deeds/sheet                                  staff
POST   /api/v1/imports/<kind>                               staff
GET    /api/v1/imports/<import_id>                          staff
POST   /api/v1/imports/<import_id>/apply                    staff
POST   /api/v1/imports/<import_id>/undo                     staff
GET    /api/v1/rounds                                       staff
POST   /api/v1/rounds                                       staff
GET    /api/v1/rounds/<round_id>                            staff
POST   /api/v1/rounds/<round_id>/nominations                staff
POST   /api/v1/rounds/<round_id>/actions                    staff
GET    /api/v1/rounds/<round_id>/ranking                    staff
GET    /api/v1/rounds/<round_id>/nominations                staff
GET    /api/v1/rounds/<round_id>/candidates                 staff
POST   /api/v1/rounds/<round_id>/candidates/<candidate_id>/decline staff
GET    /api/v1/rounds/<round_id>/panel                      staff
POST   /api/v1/rounds/<round_id>/panel                      staff
GET    /api/v1/rounds/<round_id>/ballots                    staff panel
POST   /api/v1/rounds/<round_id>/ballots                    staff panel
GET    /api/v1/rounds/<round_id>/conflicts                  staff
POST   /api/v1/rounds/<round_id>/conflicts                  staff panel
DELETE /api/v1/rounds/<round_id>/conflicts/<conflict_id>    staff panel
GET    /api/v1/rounds/<round_id>/fairness                   staff
POST   /api/v1/nominations/<nomination_id>/match            staff
POST   /api/v1/nominations/<nomination_id>/reject           staff
POST   /api/v1/card-sheets                                  staff
GET    /api/v1/cards                                        staff
GET    /api/v1/cards/<card_id>                              staff
POST   /api/v1/cards/hand-over                              staff
POST   /api/v1/cards/<card_id>/<action>                     staff
GET    /api/v1/cards/<card_id>/barcode.svg                  staff
GET    /api/v1/cards/<card_id>/qr.svg                       staff
POST   /api/v1/card-checks                                  anyone
GET    /api/v1/shops                                        staff
POST   /api/v1/shops                                        staff
GET    /api/v1/shops/<shop_id>                              staff
PATCH  /api/v1/shops/<shop_id>                              staff
POST   /api/v1/shops/<shop_id>/certification                staff
GET    /api/v1/shops/<shop_id>/changes                      staff
GET    /api/v1/shops/<shop_id>/objections                   staff
GET    /api/v1/shops/<shop_id>/visits                       staff
POST   /api/v1/shops/<shop_id>/visits                       staff
POST   /api/v1/shop-objections/<shop_objection_id>/decision staff
GET    /api/v1/complaints                                   staff
POST   /api/v1/complaints                                   staff
POST   /api/v1/complaints/<complaint_id>/answer             staff
GET    /api/v1/shops/<shop_id>/tills                        staff shop_owner
POST   /api/v1/shops/<shop_id>/tills                        staff shop_owner
POST   /api/v1/shops/<shop_id>/tally                        staff
GET    /api/v1/shops/<shop_id>/statement                    staff shop_owner
GET    /api/v1/shops/<shop_id>/offer                        staff shop_owner
POST   /api/v1/shops/<shop_id>/offer-confirmation           staff shop_owner
POST   /api/v1/shops/<shop_id>/offer-proposals              staff shop_owner
GET    /api/v1/offer-proposals                              staff
POST   /api/v1/offer-proposals/<proposal_id>/decision       staff
GET    /api/v1/floor-plans                                  staff
PUT    /api/v1/shops/<shop_id>/pin                          staff
DELETE /api/v1/shops/<shop_id>/pin                          staff
GET    /api/v1/shops/silent                                 staff
GET    /api/v1/shops/satisfaction                           staff
GET    /api/v1/shop-signals                                 staff
POST   /api/v1/shop-signals/<signal_id>/put-away            staff
DELETE /api/v1/tills/<till_id>                              staff shop_owner
POST   /api/v1/till/pairing                                 anyone
GET    /api/v1/till/today                                   till
GET    /api/v1/till/offline-pack                            till
POST   /api/v1/validations                                  till
POST   /api/v1/redemptions                                  till
GET    /api/v1/redemptions                                  staff
POST   /api/v1/redemptions/sync                             till
POST   /api/v1/redemptions/<sale_id>/void                   till staff shop_owner
POST   /api/v1/redemptions/<sale_id>/returns                till staff shop_owner
GET    /api/v1/cases                                        staff
POST   /api/v1/cases/<case_id>/decision                     staff
GET    /api/v1/tills/<till_id>/numbering                    staff
GET    /api/v1/webhooks                                     manager
POST   /api/v1/webhooks                                     manager
PATCH  /api/v1/webhooks/<webhook_id>                        manager
DELETE /api/v1/webhooks/<webhook_id>                        manager
POST   /api/v1/webhooks/<webhook_id>/secret                 manager
POST   /api/v1/webhooks/<webhook_id>/test                   manager
GET    /api/v1/webhooks/<webhook_id>/messages               manager
POST   /api/v1/webhooks/<webhook_id>/messages/<message_id>/resend manager
GET    /api/v1/benefit                                      staff council
GET    /api/v1/benefit.docx                                 staff council
GET    /api/v1/benefit.xlsx                                 staff council
GET    /api/v1/benefit.csv                                  staff council
POST   /api/v1/benefit/months/<month>/close                 manager
GET    /api/v1/public/<slug>/shops                          anyone
GET    /api/v1/public/<slug>/shops/<plaque_number>          anyone
POST   /api/v1/public/<slug>/rounds/<month>/nominations     anyone
GET    /api/v1/public/<slug>/rounds/<month>                 anyone
GET    /api/v1/public/<slug>/rounds/<month>/record          anyone
POST   /api/v1/public/<slug>/rounds/<month>/objections      anyone
GET    /api/v1/public/<slug>/objections/<receipt>           anyone
GET    /api/v1/public/<slug>/shop-notice                    anyone
POST   /api/v1/public/<slug>/shop-notice/<shop_id>/objections anyone
GET    /api/v1/public/<slug>/honour-roll                    anyone
GET    /api/v1/public/<slug>/benefit                        anyone
GET    /api/v1/public/<slug>/benefit/months                 anyone
GET    /api/v1/public/<slug>/audit-head                     anyone
GET    /api/v1/public/<slug>/open/<file>                    anyone
GET    /api/v1/rounds/<round_id>/objections                 staff
POST   /api/v1/objections/<objection_id>/decision           staff
GET    /api/v1/matters                                      staff council
POST   /api/v1/matters                                      staff council
GET    /api/v1/matters/<matter_id>                          staff
PATCH  /api/v1/matters/<matter_id>                          staff
GET    /api/v1/meetings                                     staff council
POST   /api/v1/meetings                                     staff council
GET    /api/v1/meetings/<meeting_id>                        staff council
PATCH  /api/v1/meetings/<meeting_id>                        staff council
GET    /api/v1/honours                                      staff
POST   /api/v1/honours                                      manager
PATCH  /api/v1/honours/<honour_id>                          manager
POST   /api/v1/public/<slug>/shop-applications              anyone
GET    /api/v1/shop-applications                            staff
POST   /api/v1/shop-applications/<application_id>/decision  staff
GET    /api/v1/shop-series                                  staff
POST   /api/v1/shop-series                                  manager
PATCH  /api/v1/shop-series/<series_id>                      manager
GET    /api/v1/stalls                                       staff
POST   /api/v1/stalls                                       staff
GET    /api/v1/stalls/occupancy                             staff
GET    /api/v1/stalls/<stall_id>/lets                       staff
POST   /api/v1/stalls/<stall_id>/lets                       staff
GET    /api/v1/pledges                                      staff
POST   /api/v1/pledges                                      manager
GET    /api/v1/public/<slug>/pledge                         anyone
GET    /api/v1/score-sheet                                  staff
POST   /api/v1/score-sheet                                  manager
GET    /api/v1/shops/<shop_id>/inspections                  staff
POST   /api/v1/shops/<shop_id>/inspections                  staff
POST   /api/v1/pictures                                     staff
GET    /api/v1/pictures/<picture_id>                        staff
GET    /api/v1/parties                                      staff
POST   /api/v1/parties                                      staff
POST   /api/v1/parties/<party_id>/merge                     staff
GET    /api/v1/contribution-kinds                           staff
POST   /api/v1/contribution-kinds                           manager
PATCH  /api/v1/contribution-kinds/<contribution_kind_id>    manager
GET    /api/v1/contributions                                staff
POST   /api/v1/contributions                                staff
GET    /api/v1/contributions/<contribution_id>              staff
PATCH  /api/v1/contributions/<contribution_id>              staff
POST   /api/v1/contributions/<contribution_id>/approval     staff
POST   /api/v1/contributions/<contribution_id>/withdrawal   staff
GET    /api/v1/web-push                                     manager
PUT    /api/v1/web-push                                     manager
GET    /api/v1/working-days                                 staff
PUT    /api/v1/working-days                                 manager
"""

DESCRIPTION = {"/api/openapi.json", "/api/docs", "/api/docs/assets/<filename>"}
"""How the API is described; anyone may read it."""


def decided() -> dict[tuple[str, str], frozenset[Caller]]:
    rows = [line.split() for line in CALLERS.strip().splitlines()]
    return {(verb, path): frozenset(map(Caller, callers)) for verb, path, *callers in rows}


def path_of(rule: Rule) -> str:
    """The path as the table writes it, without the types of its parts."""
    return re.sub(r"<(?:[^<>]*:)?(\w+)>", r"<\1>", rule.rule)


def api_rules(app: Flask) -> Iterator[tuple[str, str, Rule]]:
    """Verb, path and rule of every call of the API."""
    for rule in app.url_map.iter_rules():
        for verb in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            path = path_of(rule)
            if hasattr(app.view_functions[rule.endpoint], "view_class") and path not in DESCRIPTION:
                yield verb, path, rule


def test_every_call_of_the_api_has_the_callers_that_were_decided(app: Flask) -> None:
    found = {(verb, path): callers_of(rule.endpoint, verb) for verb, path, rule in api_rules(app)}

    assert found == decided()


def test_nothing_below_the_api_is_left_out_of_the_table(app: Flask) -> None:
    paths = {path_of(rule) for rule in app.url_map.iter_rules()}

    below = {path for path in paths if path.startswith("/api/")}

    assert below == {path for _, path in decided() if path.startswith("/api/")} | DESCRIPTION


@pytest.fixture
def headers(session: Session) -> dict[Caller, dict[str, str]]:
    """A token of every kind of caller."""
    community = given_community(session)
    token = f"till_{uuid4().hex}"
    till_hash = hashlib.sha256(token.encode()).digest()
    given_till(session, given_shop(session, community), token_hash=till_hash)
    return {
        Caller.TILL: {"Authorization": f"Bearer {token}"},
        **{Caller(role.value): signed_in(session, community, role) for role in Role},
    }


def test_everybody_else_is_turned_away_from_every_call(
    app: Flask, client: FlaskClient, headers: dict[Caller, dict[str, str]]
) -> None:
    turned_away = 0
    for verb, path, rule in api_rules(app):
        callers = decided()[verb, path]
        if Caller.ANYONE in callers:
            continue
        url = url_of(app, rule)
        assert client.open(url, method=verb).status_code == 401, (verb, path)
        for kind, token in headers.items():
            # A manager may do what staff may.
            if kind in callers or (kind is Caller.MANAGER and Caller.STAFF in callers):
                continue
            answer = client.open(url, method=verb, headers=token, json={})
            assert answer.status_code == 403, (verb, path, kind)
            turned_away += 1
    assert turned_away > 200


def test_no_page_of_the_staff_opens_without_signing_in(app: Flask) -> None:
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/staff")]
    behind = [rule for rule in rules if rule.endpoint != "staff_sign_in.sign_in"]

    assert len(behind) > 10
    for rule in behind:
        for verb in {"GET", "POST"} & (rule.methods or set()):
            # Each page by itself: a browser that shows none keeps all it was to be told.
            answer = app.test_client().open(url_of(app, rule), method=verb)
            assert answer.status_code in ({302} if verb == "GET" else {302, 400}), (verb, rule)
            if answer.status_code == 302:
                assert answer.location.startswith("/staff/sign-in")


def url_of(app: Flask, rule: Rule) -> str:
    """An address of a rule that names nothing that exists."""
    examples: dict[str, Any] = {
        "kind": "residents",
        "action": "suspend",
        "slug": "market",
        "plaque_number": "X-1",
        "year": 2026,
        "part": 1,
    }
    values = {name: examples.get(name, uuid4()) for name in rule.arguments}
    with app.test_request_context():
        return app.url_for(rule.endpoint, **values)
