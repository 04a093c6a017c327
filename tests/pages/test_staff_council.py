"""What the merchants' council sees of the console: matters, and the month's figures."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Community, CouncilMeeting, Matter, StaffAccount
from loyalty.services.actors import Role
from tests.given import given_account, given_community
from tests.given_notices import given_matter, given_meeting
from tests.given_sales import given_sales
from tests.pages.visits import enter, fields_of, send, text_of


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


@pytest.mark.usefixtures("account")
def test_the_council_sees_its_month_its_matters_and_its_meetings_on_one_page(
    client: FlaskClient, session: Session, community: Community, account: StaffAccount
) -> None:
    given_matter(session, community)
    given_meeting(session, community, planned_by=account.id)
    given_sales(client, session, community, 蔬菜=5)

    page = text_of(client.get("/staff", follow_redirects=True))

    assert "2026年12月9日星期三" in page
    assert "东门路灯不亮" in page
    assert "42.50" in page


@pytest.mark.usefixtures("account")
def test_a_meeting_is_planned_with_what_waits_and_told_of_once_it_was_held(
    client: FlaskClient, session: Session, community: Community
) -> None:
    given_matter(session, community)
    session.commit()
    path = "/staff/council/meetings/new"
    assert "第1件：东门路灯不亮" in text_of(client.get(path))

    send(client, path, held_on="2026-12-16", place="", agenda="路灯")
    meeting = session.scalars(select(CouncilMeeting)).one()
    own = f"/staff/council/meetings/{meeting.id}"
    told = {"held_on": "2026-12-16", "place": "", "agenda": "路灯", "version": "1"}
    early = text_of(send(client, own, **told, minutes="下周装"))
    send(client, own, **{**told, "held_on": "2026-12-09"}, minutes="下周装")

    session.refresh(meeting)
    assert "会还没开，开过再写会议记录。" in early
    assert "下周装" in early
    assert (meeting.minutes, meeting.version) == ("下周装", 2)


@pytest.mark.usefixtures("account")
def test_the_proposed_agenda_is_no_longer_than_its_form_takes(
    client: FlaskClient, session: Session, community: Community
) -> None:
    for _ in range(120):
        given_matter(session, community, text="东门路灯不亮\n" * 100)
    session.commit()
    path = "/staff/council/meetings/new"

    (agenda,) = fields_of(client.get(path))["agenda"]
    done = send(client, path, held_on="2026-12-16", place="", agenda=agenda)

    assert done.status_code == 302, text_of(done)
    lines = agenda.splitlines()
    assert lines[0].startswith("第1件：东门路灯不亮 东门")
    assert lines[0].endswith("…")
    assert len(lines) == 100


@pytest.mark.usefixtures("account")
@pytest.mark.parametrize("day", ["2026-12-08", "2026-12-09"])
def test_no_meeting_is_planned_for_a_day_that_is_over_or_has_one(
    client: FlaskClient, session: Session, community: Community, account: StaffAccount, day: str
) -> None:
    given_meeting(session, community, planned_by=account.id)
    session.commit()

    page = text_of(send(client, "/staff/council/meetings/new", held_on=day, agenda="路灯"))

    assert "请选今天或以后、还没有定过会议的一天" in page
    assert "路灯" in page
    assert len(session.scalars(select(CouncilMeeting)).all()) == 1


@pytest.mark.usefixtures("account")
def test_another_communitys_meeting_is_unknown(client: FlaskClient, session: Session) -> None:
    elsewhere = given_community(session)
    clerk = given_account(session, elsewhere)
    meeting = given_meeting(session, elsewhere, planned_by=clerk.id)
    session.commit()

    assert client.get(f"/staff/council/meetings/{meeting.id}").status_code == 404
    assert "2026年12月9日星期三" not in text_of(client.get("/staff/council"))


@pytest.mark.parametrize("path", ["matters", "figures", "council", "council/meetings/new"])
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
