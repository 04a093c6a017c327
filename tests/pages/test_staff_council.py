"""What the merchants' council sees of the console: matters, and the month's figures."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Community, Matter, StaffAccount
from loyalty.services.actors import Role
from tests.given import given_community
from tests.given_notices import given_matter
from tests.pages.visits import enter, send, text_of


@pytest.fixture
def account(client: FlaskClient, session: Session, community: Community) -> StaffAccount:
    """The account of the council, signed in."""
    return enter(client, session, community, Role.COUNCIL)


@pytest.mark.usefixtures("account")
def test_the_council_raises_a_matter_in_its_own_name(client: FlaskClient, session: Session) -> None:
    send(client, "/staff/matters/new", kind="need", text="夜市要多两盏灯", raised_by="resident")

    matter = session.scalars(select(Matter)).one()
    assert (matter.raised_by, matter.owner_id) == ("council", None)
    assert "夜市要多两盏灯" in text_of(client.get("/staff", follow_redirects=True))


def test_the_council_answers_what_it_is_to_see_to(
    client: FlaskClient, session: Session, community: Community, account: StaffAccount
) -> None:
    matter = given_matter(session, community, owner_id=account.id)
    session.commit()

    send(client, f"/staff/matters/{matter.id}", answer="已和三家店说好。", version="1")

    session.refresh(matter)
    assert (matter.state, matter.answer) == ("answered", "已和三家店说好。")


@pytest.mark.usefixtures("account")
def test_the_council_answers_nothing_else_and_sees_no_contact(
    client: FlaskClient, session: Session, community: Community
) -> None:
    matter = given_matter(session, community, contact="13999990000")
    session.commit()
    path = f"/staff/matters/{matter.id}"

    page = text_of(client.get(path))
    send(client, path, answer="不归我们管。", version="1")

    assert "东门路灯不亮" in page
    assert "13999990000" not in page
    session.refresh(matter)
    assert matter.state == "open"


@pytest.mark.usefixtures("account")
def test_the_council_reads_the_figures_of_a_month(client: FlaskClient) -> None:
    page = text_of(client.get("/staff/figures?month=2026-11"))

    assert "2026年11月的数字" in page
    assert "持卡人实际付的钱" in page


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize("path", ["rounds", "residents", "shops", "cards", "deeds"])
def test_the_council_sees_nothing_else(client: FlaskClient, path: str) -> None:
    assert client.get(f"/staff/{path}").status_code == 403


@pytest.mark.parametrize("path", ["matters", "figures"])
def test_the_panel_sees_neither_matters_nor_figures(
    client: FlaskClient, session: Session, community: Community, path: str
) -> None:
    enter(client, session, community, Role.PANEL)

    assert client.get(f"/staff/{path}").status_code == 403


@pytest.mark.usefixtures("account")
def test_another_communitys_matter_is_unknown(client: FlaskClient, session: Session) -> None:
    matter = given_matter(session, given_community(session))
    session.commit()

    assert client.get(f"/staff/matters/{matter.id}").status_code == 404
