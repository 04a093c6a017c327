"""A statement that forgets whose rows it asks for is told, and one that does not is not."""

import ast

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.services.checkout.sale import RECORD_SALE
from tests import whose_statements
from tests.given import given_community
from tests.whose_statements import (
    OF_ALL_COMMUNITIES,
    PRODUCT,
    Watch,
    tables_without_community,
)

SOUND = (
    "SELECT 1",
    "SELECT community.id FROM community WHERE community.slug = %(slug)s",
    "SELECT id FROM card WHERE community_id = %(c)s AND serial = %(s)s",
    "SELECT card.id FROM card WHERE card.community_id = %(c)s::UUID",
    (
        "SELECT card.id FROM card JOIN community ON community.id = card.community_id"
        " WHERE community.slug = %(slug)s"
    ),
    (
        "SELECT card.id FROM card WHERE card.community_id = %(c)s AND EXISTS"
        " (SELECT FROM redemption WHERE redemption.community_id = card.community_id)"
    ),
    (
        "SELECT c.id FROM card AS c JOIN honour ON honour.community_id = c.community_id"
        " AND honour.id = c.honour_id WHERE c.community_id = %(c)s"
    ),
    (
        "SELECT round_list.id FROM round_list"
        " WHERE (round_list.community_id, round_list.round_id) IN ((%(a)s, %(b)s))"
    ),
    "INSERT INTO ballot (community_id, id) VALUES (%(c)s, %(i)s)",
    "UPDATE card SET state = %(s)s WHERE card.community_id = %(c)s AND card.id = %(i)s",
    "DELETE FROM till WHERE till.community_id = %(c)s",
    "SELECT till.id FROM till WHERE %(p)s::UUID = till.shop_id AND %(c)s::UUID = till.community_id",
    RECORD_SALE,
)

FORGETFUL = {
    "SELECT id FROM card WHERE serial = %(s)s": ["card"],
    "SELECT card.community_id, card.id FROM card WHERE card.id = %(i)s": ["card"],
    "SELECT c.id FROM card AS c JOIN honour ON honour.id = c.honour_id"
    " WHERE c.community_id = %(c)s": ["honour"],
    "SELECT card.id FROM card, honour WHERE card.community_id = %(c)s": ["honour"],
    "SELECT card.id FROM card JOIN honour ON honour.community_id = card.community_id"
    " WHERE card.id = %(i)s": ["card", "honour"],
    "SELECT id FROM card WHERE community_id = %(c)s"
    " AND NOT EXISTS (SELECT FROM redemption WHERE till_id = %(t)s)": ["redemption"],
    "SELECT card.id FROM card JOIN community ON community.id = card.community_id"
    " WHERE card.id = %(i)s": ["card"],
    "SELECT card.id FROM card WHERE card.community_id = %(c)s"
    " UNION SELECT r.id FROM redemption AS r JOIN till ON till.community_id = r.community_id": [
        "redemption",
        "till",
    ],
    "SELECT card.id FROM card LEFT JOIN (SELECT redemption.community_id FROM redemption) AS used"
    " ON used.community_id = card.community_id WHERE card.community_id = %(c)s": ["redemption"],
    "INSERT INTO ballot (id, score) VALUES (%(i)s, %(s)s)": ["ballot"],
    "UPDATE card SET state = %(s)s WHERE card.id = %(i)s": ["card"],
    "DELETE FROM till WHERE till.id = %(i)s": ["till"],
}


@pytest.mark.parametrize("statement", SOUND)
def test_a_statement_that_names_the_community_of_each_table_is_sound(statement: str) -> None:
    assert tables_without_community(statement) == []


@pytest.mark.parametrize("statement", FORGETFUL)
def test_a_table_without_its_community_is_told(statement: str) -> None:
    assert tables_without_community(statement) == FORGETFUL[statement]


def test_no_function_is_named_that_is_not_there() -> None:
    functions = {
        f"{file.stem}.{node.name}"
        for file in PRODUCT.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef)
    }

    assert OF_ALL_COMMUNITIES.keys() <= functions


@pytest.mark.parametrize("across", ["list_published_keys", ""])
def test_a_service_that_asks_beyond_its_community_is_named(
    client: FlaskClient,
    session: Session,
    watch: Watch,
    monkeypatch: pytest.MonkeyPatch,
    across: str,
) -> None:
    """The control: once nobody allows it, asking for every community's keys is a fault."""
    given_community(session)
    session.commit()
    allowed = {f"keys.{across}": "is asked on purpose"} if across else {}
    monkeypatch.setattr(whose_statements, "OF_ALL_COMMUNITIES", allowed)

    client.get("/.well-known/loyalty-keys.json")

    told, watch.faults[:] = [*watch.faults], []
    assert bool(told) is not bool(across)
    assert all("list_published_keys forgets whose signing_key" in fault for fault in told)


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("SELECT till.id FROM till WHERE till.token_hash = %(t)s", False),
        ("UPDATE till SET seen_at = %(at)s WHERE till.id = %(i)s", True),
    ],
)
def test_what_is_called_by_who_asks_beyond_its_community_may_read_and_not_write(
    watch: Watch, monkeypatch: pytest.MonkeyPatch, statement: str, *, told: bool
) -> None:
    asked_by = ["sessions.note_use", "sign_in.get_staff_member_by_token"]
    monkeypatch.setattr(whose_statements, "_product_frames", lambda _: iter(asked_by))

    watch.look_at(statement)

    faults, watch.faults[:] = [*watch.faults], []
    assert bool(faults) is told
