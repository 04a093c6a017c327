"""The kinds of contributions at the console: a manager adds, renames and retires them."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Community, ContributionKind
from loyalty.rules.contributions import LARGEST_ALONE
from loyalty.services.actors import Role
from tests.given import given_community
from tests.given_contributions import kind_called
from tests.pages.visits import change, enter, fields_of, text_of

KINDS = "/staff/policy/contribution-kinds"
HAIRCUT = {"name": "免费理发", "code": "free_haircut", "units": ["visits"]}


@pytest.fixture
def manager(client: FlaskClient, session: Session, community: Community) -> FlaskClient:
    enter(client, session, community, Role.MANAGER)
    return client


def haircuts(session: Session) -> list[ContributionKind]:
    session.rollback()
    query = select(ContributionKind).where(ContributionKind.code == "free_haircut")
    return [*session.scalars(query)]


@pytest.mark.parametrize(
    ("typed", "alone"), [("", LARGEST_ALONE), ("0", 0), ("0.00", 0), ("500", 50_000)]
)
def test_a_kind_is_added_with_what_one_person_may_enter_alone(
    manager: FlaskClient, session: Session, typed: str, alone: int
) -> None:
    added = change(manager, f"{KINDS}/new", **HAIRCUT, alone_fen=typed)

    (kind,) = haircuts(session)
    assert added.location == KINDS
    assert (kind.alone_fen, kind.units) == (alone, ["visits"])
    assert "免费理发" in text_of(manager.get(KINDS))


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"alone_fen": "100001"}, "请填0到100,000的元数"),
        ({"alone_fen": "-1"}, "请填0到100,000的元数"),
        ({"name": ""}, "请填写这一项"),
        ({"code": "promotion"}, "已经有这一条了"),
    ],
)
def test_a_kind_with_a_fault_is_told_and_what_was_typed_stays(
    manager: FlaskClient, session: Session, typed: dict[str, str], told: str
) -> None:
    answer = change(manager, f"{KINDS}/new", **{**HAIRCUT, **typed})

    assert told in text_of(answer)
    assert fields_of(answer)["code"] == [typed.get("code", "free_haircut")]
    assert haircuts(session) == []


def test_a_kind_is_changed_and_retired(
    manager: FlaskClient, session: Session, community: Community
) -> None:
    kind = kind_called(session, community, "promotion")
    page = f"{KINDS}/{kind.id}"

    saved = change(manager, page, name="节日促销", units=["meals"], alone_fen="500")
    form = fields_of(manager.get(page))
    manager.post(page, data={name: value for name, value in form.items() if name != "active"})

    assert saved.location == KINDS
    session.refresh(kind)
    assert (kind.name, kind.units, kind.alone_fen) == ("节日促销", ["meals"], 50_000)
    assert not kind.active


@pytest.mark.parametrize("role", [Role.STAFF, Role.COUNCIL])
def test_kinds_are_for_managers_of_their_own_community(
    client: FlaskClient, session: Session, community: Community, role: Role
) -> None:
    page = f"{KINDS}/{kind_called(session, community, 'promotion').id}"
    enter(client, session, community, role)
    assert client.get(page).status_code == 403

    enter(client, session, given_community(session), Role.MANAGER)

    assert client.get(page).status_code == 404
