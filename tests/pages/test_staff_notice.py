"""Notice, objections, fairness, confirmation and cards at the console."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Card, Community, Round
from loyalty.rules.selection import RoundAction
from loyalty.services.actors import Role
from tests.given import NOON, given_account, given_community, given_round
from tests.given_notices import given_notice, given_objection, placed
from tests.given_rounds import AFTER_NOTICE, act, given_nomination_by, given_round_after
from tests.pages.visits import enter, press, send, text_of
from tests.present import present


def path_of(selection_round: Round) -> str:
    return f"/staff/rounds/{selection_round.id}"


def test_the_days_of_a_notice_are_told_before_it_is_published(
    client: FlaskClient, session: Session, community: Community
) -> None:
    drawn = given_round_after(session, community, RoundAction.DRAW)
    enter(client, session, community, Role.STAFF)

    page = text_of(client.get(f"{path_of(drawn)}/publish"))

    assert "公示到2026年12月16日星期三止，2026年12月17日星期四起可以确认" in page
    assert "是，张榜公示" in page


def test_days_of_a_year_without_holidays_announced_are_marked(
    client: FlaskClient,
    session: Session,
    community: Community,
    clock: time_machine.Traveller,
) -> None:
    drawn = given_round_after(session, community, RoundAction.DRAW)
    clock.move_to(NOON.replace(day=30))
    enter(client, session, community, Role.STAFF)

    assert "先按周一到周五算" in text_of(client.get(f"{path_of(drawn)}/publish"))


def test_a_second_person_is_told_that_the_round_has_moved_on(
    client: FlaskClient, session: Session, community: Community
) -> None:
    drawn = given_round_after(session, community, RoundAction.DRAW)
    enter(client, session, community, Role.STAFF)
    read = drawn.version

    send(client, f"{path_of(drawn)}/publish", version=str(read))
    second = send(client, f"{path_of(drawn)}/cancel", version=str(read), reason="误按")

    assert "别人刚刚改过，请看过新的内容再做。" in text_of(second)
    session.refresh(drawn)
    assert drawn.state == "notice"


def test_whoever_planned_the_round_sees_why_the_button_is_not_theirs(
    client: FlaskClient, session: Session, community: Community, clock: time_machine.Traveller
) -> None:
    published = given_notice(session, community)
    clock.move_to(AFTER_NOTICE)
    account = enter(client, session, community, Role.MANAGER)
    assert f'href="{path_of(published)}/confirm"' in client.get(path_of(published)).text

    published.created_by = account.id
    session.commit()
    page = client.get(path_of(published)).text

    assert "发起本期的人不能自己确认" in page
    assert f'href="{path_of(published)}/confirm"' not in page


def test_staff_who_are_no_managers_do_not_get_the_button_to_confirm(
    client: FlaskClient, session: Session, community: Community, clock: time_machine.Traveller
) -> None:
    published = given_notice(session, community)
    clock.move_to(AFTER_NOTICE)
    enter(client, session, community, Role.STAFF)

    assert "这一步要由负责人来做。" in text_of(client.get(path_of(published)))


def test_an_objection_waits_at_home_and_is_upheld_by_somebody_uninvolved(
    client: FlaskClient, session: Session, community: Community
) -> None:
    published = given_notice(session, community)
    objection = given_objection(session, published)
    enter(client, session, community, Role.STAFF)
    path = f"{path_of(published)}/objections/{objection.id}"
    assert "去答复" in text_of(client.get("/staff"))

    assert "请填写这一项" in text_of(send(client, path, upheld="yes", reason=""))
    send(client, path, upheld="yes", reason="核实无误")

    page = text_of(client.get(f"{path_of(published)}/objections"))
    assert "异议成立" in page
    assert "补充公示" in page
    assert placed(session, published, 1).outcome == "removed"


@pytest.mark.parametrize(
    ("wait", "told"),
    [(True, "没有答复完，不能确认名单。"), (False, "没有异议的人可以先发。")],
)
def test_home_tells_whose_cards_an_objection_holds_up(
    client: FlaskClient, session: Session, community: Community, *, wait: bool, told: str
) -> None:
    community.undisputed_cards_wait = wait
    given_objection(session, given_notice(session, community))
    enter(client, session, community, Role.STAFF)

    assert told in text_of(client.get("/staff"))


def test_an_objection_waits_at_home_beside_the_round_of_the_next_month(
    client: FlaskClient, session: Session, community: Community
) -> None:
    given_objection(session, given_notice(session, community))
    given_round(session, community, month=date(2027, 1, 1))
    enter(client, session, community, Role.STAFF)

    home = text_of(client.get("/staff"))

    assert home.index("2026年12月评选") < home.index("的异议") < home.index("2027年1月评选")


def test_whoever_nominated_a_person_is_told_that_another_must_answer(
    client: FlaskClient, session: Session, community: Community
) -> None:
    published = given_notice(session, community)
    objection = given_objection(session, published)
    involved = enter(client, session, community, Role.STAFF)
    given_nomination_by(session, involved.id, placed(session, published, 1))
    session.commit()

    page = f"{path_of(published)}/objections/{objection.id}"
    shown = client.get(page).get_data(as_text=True)
    answer = press(client, "/staff/deeds", page, upheld="no", reason="核实无误")

    assert "请由别人答复" in shown
    assert 'name="reason"' not in shown
    assert (answer.status_code, "请由别人答复" in text_of(answer)) == (200, True)
    session.refresh(objection)
    assert objection.decided_at is None


def test_who_may_answer_is_said_by_name_and_is_whom_the_service_lets_answer(
    client: FlaskClient, session: Session, community: Community
) -> None:
    published = given_notice(session, community)
    objection = given_objection(session, published)
    involved = given_account(session, community, Role.STAFF, display_name="热依汗")
    given_nomination_by(session, involved.id, placed(session, published, 1))
    given_account(session, community, Role.MANAGER, display_name="陈守信")
    given_account(session, community, Role.PANEL, display_name="评委甲")
    given_account(session, community, Role.STAFF, display_name="已离开", active=False)
    given_account(session, given_community(session), Role.STAFF, display_name="别的社区")
    enter(client, session, community, Role.STAFF)

    page = text_of(client.get(f"{path_of(published)}/objections/{objection.id}"))

    told = page.partition("可以答复的人：")[2].partition("。")[0]
    assert "陈守信" in told.split("、")
    assert not {"热依汗", "评委甲", "已离开", "别的社区"} & set(told.split("、"))


def test_the_fairness_report_and_the_list_to_hand_out_tell_how_it_came_out(
    client: FlaskClient, session: Session, community: Community
) -> None:
    issued = given_round_after(session, community, RoundAction.ISSUE, candidates=5)
    enter(client, session, community, Role.STAFF)

    assert "第一次得卡 3 人" in text_of(client.get(f"{path_of(issued)}/fairness"))
    handed = client.get(f"{path_of(issued)}/hand-out").get_data(as_text=True)
    assert handed.count("打印卡<") == 3
    assert present(issued.frozen_hash) in client.get(f"{path_of(issued)}/lots").get_data(
        as_text=True
    )


def test_another_community_s_round_is_not_there(
    client: FlaskClient, session: Session, community: Community
) -> None:
    theirs = given_notice(session, given_community(session))
    objection = given_objection(session, theirs)
    enter(client, session, community, Role.MANAGER)

    pages = (
        "",
        "/candidates",
        "/nominations",
        "/panel",
        "/ballots",
        "/lots",
        "/objections",
        f"/objections/{objection.id}",
        "/fairness",
        "/hand-out",
        "/confirm",
    )

    assert {client.get(path_of(theirs) + page).status_code for page in pages} == {404}


@pytest.mark.parametrize("gone", ["thirty days later", "called off", "another holds"])
def test_links_to_the_public_page_lead_somewhere_when_the_names_are_taken_down(
    client: FlaskClient,
    session: Session,
    community: Community,
    clock: time_machine.Traveller,
    gone: str,
) -> None:
    published = given_notice(session, community)
    if gone == "thirty days later":
        clock.move_to(AFTER_NOTICE + timedelta(days=40))
    else:
        act(session, published, RoundAction.CANCEL)
    if gone == "another holds":
        given_notice(session, community, candidates=1)
    enter(client, session, community, Role.STAFF)

    for page in ("/objections", "/lots"):
        shown = client.get(path_of(published) + page).get_data(as_text=True)
        links = {unescape(one) for one in re.findall(r'href="([^"]*/notice/[^"]*)"', shown)}
        assert len(links) == 1
        assert present(published.frozen_hash) in text_of(client.get(links.pop()))


def test_the_list_to_hand_out_leaves_dead_cards_out_and_links_and_tells_the_others(
    client: FlaskClient, session: Session, community: Community
) -> None:
    issued = given_round_after(session, community, RoundAction.ISSUE, candidates=5)
    revoked, suspended, waits = session.scalars(select(Card).where(Card.round_id == issued.id))
    revoked.state, suspended.state = "revoked", "suspended"
    enter(client, session, community, Role.STAFF)

    answer = client.get(f"{path_of(issued)}/hand-out")
    page = answer.get_data(as_text=True)

    assert [f"/staff/cards/{one.id}" in page for one in (revoked, suspended, waits)] == [
        False,
        True,
        True,
    ]
    assert "已挂失" in text_of(answer)
    assert page.count("打印卡<") == 1
    for card, printable in ((revoked, False), (suspended, False), (waits, True)):
        shown = text_of(client.get(f"/staff/cards/{card.id}"))
        assert ("打印这张卡" in shown) is printable


def test_a_round_whose_cards_are_all_dead_says_so(
    client: FlaskClient, session: Session, community: Community, clock: time_machine.Traveller
) -> None:
    issued = given_round_after(session, community, RoundAction.ISSUE)
    clock.move_to(AFTER_NOTICE + timedelta(days=90))
    enter(client, session, community, Role.STAFF)

    assert "没有还能用的卡" in text_of(client.get(f"{path_of(issued)}/hand-out"))
