"""Putting people forward at the console: by name, several at once, from a file, as others did."""

import re
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Candidate, Community, Round
from loyalty.services.actors import Role
from tests.given import given_community, given_list, given_resident, given_round, honour_of
from tests.given_rounds import given_candidate, given_nomination
from tests.pages.visits import enter, press, send, text_of
from tests.present import present

BY_STAFF = {"honour": "civilized_resident", "source": "staff"}


def nominated(session: Session) -> set[str]:
    session.rollback()
    return {str(one) for one in session.scalars(select(Candidate.resident_id))}


@pytest.mark.parametrize("typed", ["张小明", "小明", "zxm", "zhang xiao"])
def test_enter_adds_the_one_person_whom_a_name_or_its_pinyin_finds(
    client: FlaskClient, session: Session, community: Community, open_round: Round, typed: str
) -> None:
    resident = given_resident(session, community)
    given_resident(session, community, name="李四", name_pinyin="li si")
    enter(client, session, community, Role.STAFF)

    answer = send(client, f"/staff/rounds/{open_round.id}/nominations", q=typed, **BY_STAFF)

    assert answer.status_code == 302
    assert nominated(session) == {str(resident.id)}
    assert "已推荐张小明。" in text_of(client.get(answer.headers["Location"]))


@pytest.mark.parametrize("typed", ["赵没有", ""])
def test_whoever_is_not_found_is_told_and_nobody_is_put_forward(
    client: FlaskClient,
    session: Session,
    community: Community,
    open_round: Round,
    typed: str,
) -> None:
    given_resident(session, community)
    enter(client, session, community, Role.STAFF)

    answer = send(client, f"/staff/rounds/{open_round.id}/nominations", q=typed, **BY_STAFF)

    assert "没有找到这个人。" in text_of(client.get(answer.headers["Location"]))
    assert nominated(session) == set()


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({}, 302),
        ({"resident": "nobody"}, 400),
        ({"resident": "00000000-0000-7000-8000-000000000000", "source": "mayor"}, 400),
    ],
    ids=["nobody is ticked", "no person", "no source"],
)
def test_a_form_that_ticks_nobody_or_makes_no_sense_puts_nobody_forward(
    client: FlaskClient,
    session: Session,
    community: Community,
    open_round: Round,
    *,
    form: dict[str, str],
    status: int,
) -> None:
    given_resident(session, community)
    enter(client, session, community, Role.STAFF)
    path = f"/staff/rounds/{open_round.id}/nominations"

    answer = press(client, path, f"{path}/several", **{**BY_STAFF, **form})

    assert answer.status_code == status
    assert ("没有选人。" in text_of(client.get(path))) is (status == 302)
    assert nominated(session) == set()


def test_namesakes_are_listed_and_those_ticked_are_put_forward_together(
    client: FlaskClient, session: Session, community: Community, open_round: Round
) -> None:
    namesakes = [given_resident(session, community, unit=f"{place}号楼") for place in range(3)]
    enter(client, session, community, Role.STAFF)
    path = f"/staff/rounds/{open_round.id}/nominations"

    choice = text_of(send(client, path, q="张小明", **BY_STAFF))
    assert nominated(session) == set()
    assert "2号楼" in choice
    ticked = [str(one.id) for one in namesakes[:2]]
    press(client, path, f"{path}/several", resident=ticked, **BY_STAFF)

    assert nominated(session) == set(ticked)


def test_a_file_names_people_and_rows_that_name_nobody_are_told(
    client: FlaskClient, session: Session, community: Community, open_round: Round
) -> None:
    given_resident(session, community, unit="1号楼")
    enter(client, session, community, Role.STAFF)
    table = "姓名,住址\n张小明,1号楼\n赵没有,2号楼\n"

    answer = send(
        client,
        f"/staff/rounds/{open_round.id}/nominations/file",
        file=(BytesIO(table.encode()), "名单.csv"),
    )

    page = text_of(answer)
    assert "第3行 「姓名」找不到这位居民。" in page
    assert "推荐选中的人" in page
    assert nominated(session) == set()


def test_everybody_whom_an_import_has_added_is_put_forward_at_once(
    client: FlaskClient, session: Session, community: Community, open_round: Round
) -> None:
    enter(client, session, community, Role.STAFF)
    table = "姓名,住址,户号,成年,同意参加\n张明,1栋,H1,是,是\n李芳,2栋,H2,是,是\n"
    report = send(
        client, "/staff/imports/residents", file=(BytesIO(table.encode()), "居民.csv")
    ).headers["Location"]
    press(client, report, f"{report}/apply")
    imported = report.rpartition("/")[2]
    nominations = f"/staff/rounds/{open_round.id}/nominations"
    assert f"{nominations}/imported/{imported}" in client.get(report).get_data(as_text=True)

    offered = client.get(f"{nominations}/imported/{imported}").get_data(as_text=True)
    ticked = re.findall(r'name="resident" value="([^"]+)" checked', offered)
    press(client, nominations, f"{nominations}/several", resident=ticked, **BY_STAFF)

    assert nominated(session) == set(ticked)
    assert len(ticked) == 2


def test_where_a_round_has_two_lists_the_one_chosen_last_stays(
    client: FlaskClient, session: Session, community: Community, open_round: Round
) -> None:
    given_list(session, open_round, honour_of(session, community, "household_head"))
    given_resident(session, community)
    enter(client, session, community, Role.STAFF)
    path = f"/staff/rounds/{open_round.id}/nominations"

    assert "联户长" in text_of(client.get(path))
    after = send(client, path, q="张小明", honour="household_head", source="neighbour")

    shown = client.get(after.headers["Location"]).get_data(as_text=True)
    assert '<option value="household_head" selected>' in shown


def test_a_voice_of_the_public_counts_once_somebody_has_found_who_is_meant(
    client: FlaskClient, session: Session, community: Community, open_round: Round
) -> None:
    resident = given_resident(session, community)
    voice = given_nomination(session, open_round)
    enter(client, session, community, Role.STAFF)
    path = f"/staff/rounds/{open_round.id}/nominations"

    assert "1条居民推荐待核对" in text_of(client.get("/staff"))
    press(client, path, f"{path}/{voice.id}/match", resident=str(resident.id), consented="1")

    assert nominated(session) == {str(resident.id)}
    session.refresh(voice)
    assert voice.consented_at is not None
    assert "待核对" not in text_of(client.get(path))


def test_a_voice_of_the_public_is_not_sent_back_without_a_reason_nor_matched_with_nobody(
    client: FlaskClient, session: Session, community: Community, open_round: Round
) -> None:
    voice = given_nomination(session, open_round)
    enter(client, session, community, Role.STAFF)
    path = f"/staff/rounds/{open_round.id}/nominations"

    press(client, path, f"{path}/{voice.id}/reject", reason="")
    told = text_of(client.get(path))
    matched = press(client, path, f"{path}/{voice.id}/match", consented="1")

    assert "请写明理由。" in told
    assert matched.status_code == 400
    session.refresh(voice)
    assert (voice.state, voice.consented_at) == ("pending", None)


def test_staff_tell_whoever_brings_a_receipt_what_has_become_of_the_nomination(
    client: FlaskClient, session: Session, community: Community, open_round: Round
) -> None:
    voice = given_nomination(session, open_round)
    elsewhere = given_nomination(session, given_round(session, given_community(session)))
    enter(client, session, community, Role.STAFF)
    path = f"/staff/rounds/{open_round.id}/nominations"

    before = text_of(press(client, path, f"{path}/called", receipt=voice.receipt))
    press(client, path, f"{path}/{voice.id}/reject", reason="查无此人")
    told = text_of(press(client, path, f"{path}/called", receipt=present(voice.receipt).lower()))
    unknown = text_of(press(client, path, f"{path}/called", receipt=elsewhere.receipt))

    assert "等着核对" in before
    assert "已退回" in told
    assert "查无此人" in told
    assert "没有这个回执号" in unknown


def test_whoever_declines_stands_on_the_list_as_declined(
    client: FlaskClient, session: Session, community: Community, open_round: Round
) -> None:
    candidate = given_candidate(session, open_round)
    enter(client, session, community, Role.STAFF)
    path = f"/staff/rounds/{open_round.id}/candidates"

    press(client, path, f"{path}/{candidate.id}/decline")

    assert "本人谢绝" in text_of(client.get(f"{path}?outcome=declined"))


def test_the_fact_behind_a_reason_is_told(
    client: FlaskClient, session: Session, community: Community, open_round: Round
) -> None:
    candidate = given_candidate(session, open_round)
    candidate.outcome = "screened_out"
    candidate.grounds = [
        {"reason": "cooling_off", "months_won": ["2026-11"]},
        {"reason": "below_threshold", "months_won": [], "score": 5200, "threshold": 6000},
    ]
    enter(client, session, community, Role.STAFF)

    page = text_of(client.get(f"/staff/rounds/{open_round.id}/candidates"))

    assert "最近得过，轮到别人：得过2026年11月的卡" in page
    assert "分数不够：得52.00分，要60.00分" in page


@pytest.mark.parametrize("role", [Role.PANEL, Role.COUNCIL, Role.SHOP_OWNER])
def test_only_staff_put_people_forward_here(
    client: FlaskClient, session: Session, community: Community, open_round: Round, role: Role
) -> None:
    enter(client, session, community, role)

    assert client.get(f"/staff/rounds/{open_round.id}/nominations").status_code == 403
