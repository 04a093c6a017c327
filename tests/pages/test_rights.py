"""Each route, for each role, lets in exactly whom the matrix of rights names."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from loyalty.api.access import Caller, callers_of
from loyalty.models import Community
from loyalty.pages.staff.console import Console
from loyalty.pages.staff.lists.lists import LISTS
from loyalty.pages.staff.navigation import PLACES as NAVIGATION
from loyalty.services.actors import Role
from loyalty.services.rights import PLACES, ROLES, Right, find_right
from loyalty.words.rights import RIGHTS
from tests.pages.visits import enter, press, text_of
from tests.two_communities import EXAMPLES

PAGE = "/staff/policy/rights"
HOME = "/staff"
"""From where each is led to their own."""

Route = tuple[str, str, Rule]


def path_of(rule: Rule) -> str:
    return re.sub(r"<(?:[^<>]*:)?(\w+)>", r"<\1>", rule.rule)


def routes(app: Flask, below: str) -> Iterator[Route]:
    """Verb, path and rule of all that stands below an address."""
    for rule in app.url_map.iter_rules():
        for verb in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            if path_of(rule).startswith(below):
                yield verb, path_of(rule), rule


def one_of_each(app: Flask) -> Iterator[tuple[str, str, Rule]]:
    """One route for each guard of the console, and what it is asked with."""
    found = {
        (one.name, verb): (verb, path, rule) for verb, path, one, rule in routes_of_console(app)
    }
    yield from found.values()


def routes_of_console(app: Flask) -> Iterator[tuple[str, str, Console, Rule]]:
    for verb, path, rule in routes(app, "/staff"):
        blueprint = app.blueprints.get(rule.endpoint.partition(".")[0])
        if isinstance(blueprint, Console) and path != HOME:
            yield verb, path, blueprint, rule


def test_each_page_and_form_of_the_console_is_open_to_the_roles_of_its_right(app: Flask) -> None:
    found = {(verb, path): one.callers_of(verb) for verb, path, one, _ in routes_of_console(app)}

    assert len(found) > 150
    assert found == {(verb, path): ROLES[find_right(path, verb)] for verb, path in found}


def test_each_call_of_the_api_is_open_to_the_roles_of_its_right(app: Flask) -> None:
    found = {}
    for verb, path, rule in routes(app, "/api/v1/"):
        callers = callers_of(rule.endpoint, verb)
        accounts = {one for one in callers if one.value in set(Role)}
        if Caller.ANYONE in callers or not accounts:
            continue
        # A manager may do what staff may.
        managers = {Role.MANAGER} if Caller.STAFF in callers else set()
        found[verb, path] = frozenset(Role(one.value) for one in accounts) | managers

    assert len(found) > 90
    assert found == {(verb, path): ROLES[find_right(path, verb)] for verb, path in found}


@pytest.mark.parametrize("role", Role)
def test_each_guard_turns_away_whoever_the_matrix_does_not_name(
    app: Flask, client: FlaskClient, session: Session, community: Community, role: Role
) -> None:
    enter(client, session, community, role)
    token = token_of(client)
    shut = [one for one in one_of_each(app) if role not in ROLES[find_right(one[1], one[0])]]

    answers = {
        (verb, path): client.open(address_of(app, rule), method=verb, data=token).status_code
        for verb, path, rule in shut
    }

    assert answers == dict.fromkeys(answers, 403)
    assert len(answers) > 5


def address_of(app: Flask, rule: Rule) -> str:
    """An address of a rule that names nothing that exists."""
    nothing = "00000000-0000-7000-8000-000000000000"
    values: dict[str, Any] = {name: EXAMPLES.get(name, nothing) for name in rule.arguments}
    values |= {"month": "2026-11"} if "month" in rule.arguments else {}
    with app.test_request_context():
        return app.url_for(rule.endpoint, **values)


def token_of(client: FlaskClient) -> dict[str, str]:
    """What proves that a form of ours is sent; each page of one's own account has it."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/staff/account").text)
    assert found is not None
    return {"csrf_token": found[1]}


def test_nothing_is_refused_to_whoever_may_do_everything(
    app: Flask, client: FlaskClient, session: Session, community: Community
) -> None:
    """The control: it is not for a wrong address that the others are turned away."""
    enter(client, session, community, *Role)

    answers = {
        path: client.get(address_of(app, rule)).status_code
        for verb, path, rule in one_of_each(app)
        if verb == "GET"
    }

    assert 403 not in answers.values()


def test_a_list_is_taken_away_by_nobody_else_than_who_reads_it() -> None:
    assert all(one.callers <= ROLES[Right.LISTS] for one in LISTS.values())


def test_the_frame_leads_nobody_where_they_are_not_let_in(app: Flask) -> None:
    with app.test_request_context():
        led = {app.url_for(endpoint): roles for endpoint, (_, roles) in NAVIGATION.items()}

    assert {
        path: roles <= ROLES[find_right(path, "GET")] for path, roles in led.items() if path != HOME
    } == dict.fromkeys(led.keys() - {HOME}, True)


def test_every_right_has_its_roles_its_words_and_something_that_needs_it(app: Flask) -> None:
    needed = {find_right(path, verb) for verb, path, _ in routes(app, "/")}

    assert set(ROLES) == set(RIGHTS) == set(Right)
    assert (
        set(PLACES.values()) | {Right.DAILY}
        == needed
        == set(Right)
        - {
            Right.CONFIRM,
            Right.CERTIFY,
        }
    )


@pytest.mark.parametrize(
    ("path", "verb", "right"),
    [
        ("/staff/rounds", "GET", Right.ROUNDS),
        ("/staff/rounds/<round_id>/ballots", "GET", Right.SCORE),
        ("/staff/roundsabout", "GET", Right.DAILY),
        ("/api/v1/honours", "GET", Right.DAILY),
        ("/api/v1/honours", "POST", Right.POLICY),
        ("/api/v1/rounds/<round_id>/conflicts", "GET", Right.ROUNDS),
        ("/api/v1/rounds/<round_id>/conflicts", "POST", Right.SCORE),
        ("/staff/policy/accounts/new", "POST", Right.ACCOUNTS),
    ],
)
def test_the_longest_place_says_which_right(path: str, verb: str, right: Right) -> None:
    assert find_right(path, verb) is right


def test_a_manager_reads_who_may_do_what(
    client: FlaskClient, session: Session, community: Community
) -> None:
    enter(client, session, community, Role.MANAGER)

    answer = client.get(PAGE)
    page = text_of(answer)

    assert all(str(words) in page for words in RIGHTS.values())
    assert "确认名单" in page, "steps that are a manager's are named"
    assert answer.text.count('<span class="state yes">') == sum(
        len(roles) for roles in ROLES.values()
    )


def test_staff_look_at_the_working_days_and_a_manager_sets_them(
    client: FlaskClient, session: Session, community: Community
) -> None:
    enter(client, session, community, Role.STAFF)
    page = "/staff/working-days/2031"
    assert "由负责人填" in text_of(client.get(page))

    answer = press(client, page, page, day="2031-01-23", works="no", note="")

    assert answer.status_code == 403
