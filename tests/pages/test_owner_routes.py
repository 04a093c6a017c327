"""Nobody sees or does what is an owner's, or the staff's, of this part: every route, five others.

The routes are taken from the map of addresses, so that a new one cannot be forgotten.
"""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from loyalty.models import Shop
from loyalty.rules.card_number import number_of
from loyalty.services.actors import Role
from tests.given import given_card, given_shop, paired_till
from tests.given_own_pages import given_code
from tests.kept_database import KeptDatabase
from tests.pages.visits import enter, send, token_in
from tests.two_communities import Two, copied_two, filled, ids_for

OF_OWNERS = "staff_own_"
"""How the blueprints for owners are called."""
OF_STAFF = (
    "/staff/sales",
    "/staff/shops",
    "/staff/residents/areas",
    "/staff/policy/series",
    "/staff/policy/score-sheet",
    "/staff/policy/pledge",
)
"""Below which addresses staff do what is about shops."""

Enter = Callable[[FlaskClient, Two], dict[str, str]]
"""Lets somebody in, and returns the headers that they send."""


def enter_another_owner(client: FlaskClient, two: Two) -> dict[str, str]:
    owner = enter(client, two.session, two.community, Role.SHOP_OWNER)
    given_shop(two.session, two.community, owner_id=owner.id)
    two.session.commit()
    return {}


def enter_a_cashier(client: FlaskClient, two: Two) -> dict[str, str]:  # noqa: ARG001  # as each
    shop = two.session.get_one(Shop, (two.community.id, two.ours.ids["shop_id"]))
    return paired_till(two.session, shop)


def enter_a_neighbour(client: FlaskClient, two: Two) -> dict[str, str]:
    enter(client, two.session, two.elsewhere, *Role)
    return {}


def enter_nobody(client: FlaskClient, two: Two) -> dict[str, str]:  # noqa: ARG001  # as each
    return {}


def enter_a_resident(client: FlaskClient, two: Two) -> dict[str, str]:
    card = given_card(two.session, two.community)
    code = given_code(two.session, card)
    page = f"/{two.community.slug}/me"
    entered = send(client, page, number=number_of(card.serial), secret=code)
    assert entered.status_code == 302
    return {}


OTHERS: dict[str, Enter] = {
    "another owner": enter_another_owner,
    "a cashier": enter_a_cashier,
    "a manager elsewhere": enter_a_neighbour,
    "nobody": enter_nobody,
    "a resident": enter_a_resident,
}


@pytest.fixture
def two(app: Flask, session: Session, kept_database: KeptDatabase) -> Two:
    return copied_two(app, session, kept_database)


def routes(app: Flask) -> list[tuple[str, Rule]]:
    """Return each page of this part with the verb it is asked by."""
    return [
        (verb, rule)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith(OF_OWNERS) or rule.rule.startswith(OF_STAFF)
        for verb in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def address_of(rule: Rule, two: Two) -> str:
    page = re.sub(r"<(?:[^<>]*:)?(\w+)>", r"<\1>", rule.rule)
    return str(filled(page, ids_for(page, two.ours)))


@pytest.mark.parametrize("who", OTHERS)
def test_nobody_else_reaches_any_of_it(app: Flask, client: FlaskClient, two: Two, who: str) -> None:
    """Refused, not found, or led to the sign-in; and nothing is changed by any of it."""
    headers = OTHERS[who](client, two)
    before = two.rows()
    asked = 0

    for verb, rule in routes(app):
        if "<" not in rule.rule and rule.endpoint.startswith(OF_OWNERS):
            continue  # The list of one's own shops, which tells nobody of another's.
        if who == "a manager elsewhere" and "<" not in rule.rule:
            continue  # Lists of their own community, which theirs alone fill.
        token = token_in(client.get("/staff/sign-in").text) if verb == "POST" else ""
        form = {"csrf_token": token, "reason": "已经核实", "accepted": "yes", "q": "ABCD"}
        answer = client.open(
            address_of(rule, two), method=verb, headers=headers, data=form if verb == "POST" else {}
        )
        assert is_turned_away(answer.status_code, answer.location, answer.text), (verb, rule.rule)
        asked += 1

    assert asked > 60
    assert two.rows() == before


def is_turned_away(status: int, location: str | None, page: str) -> bool:
    to_sign_in = status == 302 and (location or "").startswith("/staff/sign-in")
    # A form that comes in without a session is kept on the page of the sign-in.
    kept = status == 200 and 'action="/staff/sign-in' in page
    return status in {403, 404} or to_sign_in or kept


def test_the_owner_and_staff_reach_all_of_it(app: Flask, client: FlaskClient, two: Two) -> None:
    """The control: the addresses are right."""
    roles = (Role.SHOP_OWNER, Role.STAFF, Role.MANAGER)
    account = enter(client, two.session, two.community, *roles)
    shop = two.session.get_one(Shop, (two.community.id, two.ours.ids["shop_id"]))
    shop.owner_id = account.id
    two.session.commit()

    for verb, rule in routes(app):
        # The sale there is none that was written down on paper.
        if verb == "GET" and "/tally/<day>/" not in rule.rule:
            assert client.get(address_of(rule, two)).status_code in {200, 302}, rule.rule


def test_a_list_of_another_community_shows_nothing_of_ours(client: FlaskClient, two: Two) -> None:
    enter(client, two.session, two.elsewhere, *Role)
    named = [*two.session.scalars(select(Shop.name).where(Shop.community_id == two.community.id))]

    for page in ("sales", "shops/signals", "shops/unconfirmed", "own-shops"):
        told = client.get(f"/staff/{page}").text
        assert not [name for name in named if name in told], page


@pytest.mark.parametrize("role", [Role.SHOP_OWNER, Role.COUNCIL, Role.PANEL])
def test_what_is_the_staffs_is_nobody_elses(
    app: Flask, client: FlaskClient, two: Two, role: Role
) -> None:
    enter(client, two.session, two.community, role)

    for verb, rule in routes(app):
        if rule.rule.startswith(OF_STAFF) and verb == "GET":
            assert client.get(address_of(rule, two)).status_code == 403, rule.rule
