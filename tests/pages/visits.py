"""How the tests visit pages: as a reader who fills in forms, signed in or not."""

import re
from datetime import date
from html.parser import HTMLParser
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from loyalty.clock import community_now
from loyalty.models import Card, Community, StaffAccount
from loyalty.services.actors import Role
from tests.given import given_account, given_card, given_token, quick_hash

PASSWORD = "correct horse battery staple"


def this_month() -> date:
    """Return the first day of the month the service is in, at its communities."""
    return community_now("Asia/Shanghai").date().replace(day=1)


def card_of_today(session: Session, community: Community, **values: Any) -> Card:
    """Return a card that works today; commits what was built."""
    card = given_card(session, community, valid_from=this_month(), **values)
    session.commit()
    return card


def token_in(page: str) -> str:
    """Return what a page's forms must send along, as proof that the reader has seen one."""
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found is not None, page
    return found[1]


def press(client: FlaskClient, page: str, action: str, **values: Any) -> TestResponse:
    """Open a page, and send one of its forms that goes to another address."""
    token = token_in(client.get(page).get_data(as_text=True))
    return client.post(action, data={"csrf_token": token, **values})


def send(client: FlaskClient, path: str, **values: Any) -> TestResponse:
    """Open the page of a form, and send it filled in."""
    return press(client, path, path, **values)


class _Fields(HTMLParser):
    """The fields of a page's forms, with what stands in them, as a browser would send them."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self.open = ""
        self.writing = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name, kind = given.get("name", ""), given.get("type", "text")
        if tag == "input" and name and (kind not in {"checkbox", "radio"} or "checked" in given):
            self.values.setdefault(name, []).append(given.get("value", ""))
        elif tag in {"select", "textarea"}:
            self.open, self.writing = name, tag == "textarea"
            self.values.setdefault(name, [""] if tag == "textarea" else [])
        elif tag == "option" and (self.values[self.open] == [] or "selected" in given):
            self.values[self.open] = [given.get("value", "")]

    def handle_data(self, data: str) -> None:
        if self.writing:
            self.values[self.open] = [data.removeprefix("\r").removeprefix("\n")]

    def handle_endtag(self, tag: str) -> None:
        if tag in {"select", "textarea"}:
            self.open, self.writing = "", False


def fields_of(answer: TestResponse) -> dict[str, list[str]]:
    """Return what stands in the fields of a page, by their names."""
    parser = _Fields()
    parser.feed(answer.get_data(as_text=True))
    return parser.values


def change(client: FlaskClient, path: str, **values: Any) -> TestResponse:
    """Open the page of a form, and send it as it stands there but for some values."""
    return client.post(path, data={**fields_of(client.get(path)), **values})


def enter(
    client: FlaskClient, session: Session, community: Community, *roles: Role
) -> StaffAccount:
    """Let a new account be signed in, and return it; commits what was built."""
    account = given_account(session, community, *roles, password_hash=quick_hash(PASSWORD))
    token = given_token(session, community, account, device="here")
    with client.session_transaction() as kept:
        kept["_user_id"] = token
    return account


def receipt_in(page: str) -> str:
    """Return the receipt's number that a page shows, as it is copied by hand."""
    found = re.search(r"\b[A-Z2-7]{4}(?: [A-Z2-7]{4}){3}\b", page)
    assert found is not None, page
    return found[0]


def text_of(answer: TestResponse) -> str:
    """Return a page without its markup."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)))
