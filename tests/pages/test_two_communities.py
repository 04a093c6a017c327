"""No page sees, touches or counts what is another community's."""

import io
import re
from collections.abc import Iterable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.services.actors import Role
from tests.given import given_resident
from tests.given_tables import text
from tests.kept_database import KeptDatabase
from tests.pages.visits import enter
from tests.two_communities import Two, copied_two, filled, ids_for, names_in, one_foreign

FORM = {
    "reason": "已经核实",
    "upheld": "no",
    "resident": "<resident_id>",
    "candidate": "<candidate_id>",
    "account": "<account_id>",
    "owner_id": "<account_id>",
    "resident_id": "<resident_id>",
    "shop_id": "<shop_id>",
    "area_id": "<area_id>",
    "household_group_id": "<household_group_id>",
    "score-<candidate_id>": "80",
    "honour": "civilized_resident",
    "source": "neighbour",
    "kind": "relative",
    "confirmed": "yes",
    "version": "1",
}
"""What is filled in wherever there is such a field."""

ASKS_FOR_MORE = (
    "/ballots",
    "/objection",
    "/void",
    "/nominations/file/<import_id>",
    "/marked",
    "/communities/<account_id>/leave",
    "/communities/join",
)
"""Pages of the panel, of a line of the notice, of a paper sale, of a list of nominees, and of who
joins or has joined a community.
"""

NEVER_THE_SAME = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f-]{17}|\"I[\w.-]{60,}\"")
"""Keys of new sales, and what keeps other sites from sending a form."""


@pytest.fixture
def two(app: Flask, session: Session, kept_database: KeptDatabase) -> Two:
    return copied_two(app, session, kept_database)


@pytest.fixture
def visitor(client: FlaskClient, two: Two) -> FlaskClient:
    """Somebody of ours who may do everything, at the console."""
    enter(client, two.session, two.community, *Role)
    return client


def pages(app: Flask, verb: str) -> list[str]:
    """Return the pages of the console and the public pages of one community."""
    rules = [rule for rule in app.url_map.iter_rules() if verb in (rule.methods or set())]
    return [
        re.sub(r"<(?:[^<>]*:)?(\w+)>", r"<\1>", rule.rule)
        for rule in rules
        if rule.rule.startswith(("/staff", "/<slug>/")) and "sign-" not in rule.rule
    ]


def token_of(client: FlaskClient) -> str:
    """Return what the forms of a session send along."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/staff").text)
    assert found is not None
    return found[1]


def test_no_page_shows_what_is_theirs(app: Flask, two: Two, visitor: FlaskClient) -> None:
    theirs, asked = two.theirs(), 0

    for page in pages(app, "GET"):
        for name, ids in one_foreign(page, names_in(page), two.ours, theirs):
            answer = visitor.get(filled(page, ids))
            refused = {404} if name != "account_id" else {404, 400}
            assert answer.status_code in refused, (page, name)
            asked += 1

    assert asked > 40


def test_no_address_of_a_form_reaches_what_is_theirs(
    app: Flask, two: Two, visitor: FlaskClient
) -> None:
    theirs, sent = two.theirs(), 0
    token, before = token_of(visitor), two.rows()

    for page in pages(app, "POST"):
        for name, ids in one_foreign(page, names_in(page), two.ours, theirs):
            form = {**filled(FORM, ids), "csrf_token": token}
            answer = visitor.post(filled(page, ids), data=form)
            refused = {404} if name != "account_id" else {404, 400, 302}
            assert answer.status_code in refused, (page, name)
            sent += 1

    assert sent > 20
    assert two.rows() == before


def test_no_form_brings_in_what_is_theirs(app: Flask, two: Two, visitor: FlaskClient) -> None:
    theirs = two.theirs()
    token, before = token_of(visitor), two.rows()

    for page in pages(app, "POST"):
        form = {**filled(FORM, theirs.ids), "csrf_token": token}
        visitor.post(filled(page, ids_for(page, two.ours)), data=form)

    after = two.rows()
    known = {one for name, one in theirs.ids.items() if name.endswith("_id")}
    changed = before - after
    assert len(after - before) > 20
    assert not [row for row in (after - before) | changed if any(one in row for one in known)]


def test_a_file_of_nominees_finds_nobody_of_theirs(two: Two, visitor: FlaskClient) -> None:
    theirs = given_resident(two.session, two.elsewhere, name="阿依古丽", unit="9号楼901")
    two.session.commit()
    table = text(("姓名", "住址"), (theirs.name, theirs.unit))
    page = filled("/staff/rounds/<round_id>/nominations/file", two.ours.ids)
    form = {"csrf_token": token_of(visitor), "file": (io.BytesIO(table), "名单.csv")}

    answer = visitor.post(page, data=form, follow_redirects=True)

    assert answer.status_code == 200
    assert str(theirs.id) not in answer.text


def test_the_same_pages_show_what_is_ours(app: Flask, two: Two, visitor: FlaskClient) -> None:
    """The control: it is not for a wrong address that theirs are not found."""
    for page in pages(app, "GET"):
        answer = visitor.get(filled(page, ids_for(page, two.ours)))
        assert answer.status_code in {200, 302} or page.endswith(ASKS_FOR_MORE), page


def test_what_we_see_is_the_same_whatever_they_have(
    app: Flask, two: Two, visitor: FlaskClient
) -> None:
    def seen(asked: Iterable[str]) -> dict[str, str]:
        answers = {page: visitor.get(filled(page, ids_for(page, two.ours))) for page in asked}
        # What is drawn or written into a file bears the time at which that was done.
        return {
            page: NEVER_THE_SAME.sub("", answer.text)
            for page, answer in answers.items()
            if answer.mimetype == "text/html"
        }

    # Each visit to where a second factor is set makes another secret.
    alone = seen(page for page in pages(app, "GET") if not page.endswith("/second-factor"))
    two.theirs()
    beside = seen(alone)

    for page in alone:
        assert beside[page] == alone[page], page
