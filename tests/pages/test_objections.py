"""Objecting on the public page, and asking back with the receipt."""

import re
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Community, Objection, Round
from tests.given import given_community
from tests.given_notices import decide, given_objection, placed
from tests.given_rounds import LAST_DAY
from tests.pages.visits import send, text_of, token_in
from tests.present import present


def form_of(session: Session, notice: Round, place: int = 1) -> str:
    return f"/notice/2026-12/objection?line={placed(session, notice, place).reference}"


def made(session: Session) -> list[Objection]:
    session.rollback()
    return [*session.scalars(select(Objection))]


def test_anybody_objects_without_a_name_and_gets_a_receipt_to_ask_back_with(
    client: FlaskClient, session: Session, notice: Round
) -> None:
    answer = send(client, form_of(session, notice), text="当月已搬走")

    (objection,) = made(session)
    shown = answer.get_data(as_text=True)
    number = present(re.search(r'receipt-number">([^<]+)<', shown))[1]
    assert number.replace(" ", "") == objection.receipt
    assert (objection.name, objection.contact) == (None, None)
    assert objection.candidate_id == placed(session, notice, 1).id
    assert "2026年12月16日" in text_of(answer)
    told = text_of(send(client, "/objection", receipt=number.lower()))
    assert "正在核实" in told
    assert "当月已搬走" not in told


def test_the_same_form_sent_again_is_the_same_objection(
    client: FlaskClient, session: Session, notice: Round
) -> None:
    path = form_of(session, notice)
    shown = client.get(path).get_data(as_text=True)
    token = token_in(shown)
    first, again = (
        client.post(path, data={"csrf_token": token, "text": "当月已搬走"}) for _ in range(2)
    )

    (objection,) = made(session)
    for answer in (first, again):
        assert objection.receipt in text_of(answer).replace(" ", "")
    client.post(path, data={"csrf_token": token, "text": "上月已搬走"})
    assert len(made(session)) == 2


def test_two_neighbours_who_write_the_same_words_make_two_objections(
    app: Flask, session: Session, notice: Round
) -> None:
    for neighbour in (app.test_client(), app.test_client()):
        send(neighbour, form_of(session, notice), text="当月已搬走")

    assert len({objection.receipt for objection in made(session)}) == 2


def test_an_objector_may_give_a_name_which_no_page_shows(
    client: FlaskClient, session: Session, notice: Round
) -> None:
    answer = send(
        client, form_of(session, notice), text="不符合", name="阿尔孜古丽", contact="13800000000"
    )

    (objection,) = made(session)
    assert (objection.name, objection.contact) == ("阿尔孜古丽", "13800000000")
    status = send(client, "/objection", receipt=objection.receipt)
    for page in (answer, status, client.get("/notice/2026-12")):
        assert "阿尔孜古丽" not in text_of(page)
        assert "13800000000" not in text_of(page)


def test_an_answer_is_read_with_its_reason(
    client: FlaskClient, session: Session, notice: Round
) -> None:
    objection = given_objection(session, notice)
    decide(session, objection, upheld=False, reason="已核实，当月在住")
    session.commit()

    told = text_of(send(client, "/objection", receipt=objection.receipt))

    assert "异议不成立" in told
    assert "已核实，当月在住" in told


def test_objections_are_taken_in_on_the_last_day_and_not_after_it(
    client: FlaskClient, session: Session, notice: Round, clock: time_machine.Traveller
) -> None:
    path = form_of(session, notice)
    clock.move_to(LAST_DAY)
    assert "异议已收到" in text_of(send(client, path, text="不符合"))

    page = client.get(path).get_data(as_text=True)
    token = token_in(page)
    clock.move_to(LAST_DAY + timedelta(days=1))
    late = client.post(path, data={"csrf_token": token, "text": "不符合"})

    assert "公示已经期满，不能再提异议" in text_of(late)
    assert "请抄下来" in text_of(late)
    assert "不符合" in text_of(late)
    assert "请抄下来" not in text_of(client.get(path))
    assert len(made(session)) == 1


@pytest.mark.parametrize("line", ["R-nobody", "", "1", "%00", "' OR 1=1"])
@pytest.mark.usefixtures("notice")
def test_an_objection_is_to_a_line_of_the_list(client: FlaskClient, line: str) -> None:
    assert client.get(f"/notice/2026-12/objection?line={line}").status_code == 404
    assert client.get("/notice/2026-12/objection").status_code == 404


def test_a_reserve_is_on_no_line(client: FlaskClient, session: Session, notice: Round) -> None:
    assert client.get(form_of(session, notice, place=3)).status_code == 200
    assert client.get(form_of(session, notice, place=4)).status_code == 404


@pytest.mark.parametrize(
    ("text", "told"),
    [("", "请填写这一项"), (" \n", "请填写这一项"), ("一" * 2001, "太长了"), ("\x00", "控制字符")],
)
def test_what_cannot_be_read_is_said_beside_its_field(
    client: FlaskClient, session: Session, notice: Round, text: str, told: str
) -> None:
    answer = send(client, form_of(session, notice), text=text)

    assert told in text_of(answer)
    assert made(session) == []


def test_an_objection_may_have_several_lines(
    client: FlaskClient, session: Session, notice: Round
) -> None:
    send(client, form_of(session, notice), text="一、已搬走。\r\n二、没有参加。")

    (objection,) = made(session)
    assert objection.text == "一、已搬走。\n二、没有参加。"


@pytest.mark.parametrize("number", ["AAAABBBBCCCCDDDD", "1", "；；", "A" * 60])
@pytest.mark.usefixtures("notice")
def test_a_number_that_was_never_given_out_tells_nothing(client: FlaskClient, number: str) -> None:
    assert "没有这个回执号" in text_of(send(client, "/objection", receipt=number))


def test_a_receipt_is_of_one_community(
    client: FlaskClient, session: Session, notice: Round, community: Community
) -> None:
    objection = given_objection(session, notice)
    other = given_community(session)
    session.commit()

    here = send(client, f"/{community.slug}/objection", receipt=objection.receipt)
    there = send(client, f"/{other.slug}/objection", receipt=objection.receipt)

    assert "正在核实" in text_of(here)
    assert "没有这个回执号" in text_of(there)


@pytest.mark.usefixtures("notice")
def test_an_objection_without_the_guard_of_its_form_is_shown_again_and_not_made(
    client: FlaskClient, session: Session, notice: Round
) -> None:
    answer = client.post(form_of(session, notice), data={"text": "不符合"})

    assert "还没有提交" in text_of(answer)
    assert "不符合" in answer.text
    assert made(session) == []
