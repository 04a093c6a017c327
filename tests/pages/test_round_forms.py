"""The forms of a round: what a refusal keeps, what a yes is about, which months are offered."""

from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text
from sqlalchemy.orm import Session

from loyalty.models import Community, Round
from loyalty.rules.selection import RoundAction
from loyalty.services.actors import Role
from tests.given import NOON, given_card, given_resident, given_round
from tests.given_deeds import given_deed_kind
from tests.given_rounds import (
    act,
    candidates_on,
    given_candidate,
    given_nomination,
    given_round_after,
    given_seat,
)
from tests.pages.visits import change, enter, fields_of, send, text_of


def path_of(selection_round: Round) -> str:
    return f"/staff/rounds/{selection_round.id}"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"seed": "35"}, "这不是封存时写明的那种种子"),
        ({"second_witness": "王建国"}, "见证人要两位"),
        ({"second_witness": ""}, "请填写这一项"),
    ],
)
def test_the_form_of_the_draw_keeps_what_was_typed(
    client: FlaskClient, session: Session, community: Community, typed: dict[str, str], told: str
) -> None:
    frozen = given_round_after(session, community, RoundAction.FREEZE)
    enter(client, session, community, Role.STAFF)
    filled = {"seed": "3 5 2 6 1", "first_witness": "王建国", "second_witness": "买买提"} | typed
    page = f"{path_of(frozen)}/draw"

    answer = change(client, page, **filled)

    assert (answer.status_code, told in text_of(answer)) == (200, True)
    assert {name: fields_of(answer)[name][0] for name in filled} == filled
    again = {**fields_of(answer), "seed": "35261", "second_witness": "买买提"}
    assert client.post(page, data=again).status_code == 302
    session.refresh(frozen)
    assert frozen.seed == "3 5 2 6 1"


def test_a_reason_stays_where_the_step_is_refused(
    client: FlaskClient, session: Session, community: Community
) -> None:
    card = given_card(session, community)
    enter(client, session, community, Role.STAFF)
    page = f"/staff/cards/{card.id}/suspend"
    filled = {**fields_of(client.get(page)), "reason": "在东门丢的"}
    card.state = "revoked"
    session.commit()

    answer = client.post(page, data=filled)

    assert (answer.status_code, "在东门丢的" in text_of(answer)) == (200, True)


@pytest.mark.parametrize("step", ["publish", "confirm", "issue"])
def test_whoever_says_yes_to_a_list_sees_the_names(
    client: FlaskClient, session: Session, community: Community, step: str
) -> None:
    drawn = given_round(session, community)
    for place in range(5):
        given_candidate(session, drawn, name=f"赵{place}", unit=f"{place}号楼")
    for action in (RoundAction.OPEN, RoundAction.SCREEN, RoundAction.START_REVIEW):
        act(session, drawn, action)
    for action in (RoundAction.FREEZE, RoundAction.DRAW):
        act(session, drawn, action)
    enter(client, session, community, Role.MANAGER)

    page = text_of(client.get(f"{path_of(drawn)}/{step}"))

    for one in candidates_on(session, drawn):
        named = f"{one.resident.name} {one.resident.unit}" in page
        assert named is (one.outcome == "selected")


def test_before_the_review_it_is_said_who_has_not_passed_and_why(
    client: FlaskClient, session: Session, community: Community, open_round: Round
) -> None:
    given_candidate(session, open_round, name="钱小小", unit="2号楼", adult=False)
    act(session, open_round, RoundAction.SCREEN)
    enter(client, session, community, Role.STAFF)

    shown = text_of(client.get(f"{path_of(open_round)}/start_review"))

    assert "不合条件：1人 钱小小 2号楼（未成年）" in " ".join(shown.split())


@pytest.mark.parametrize("last", [None, RoundAction.OPEN, RoundAction.SCREEN, RoundAction.ISSUE])
def test_no_step_of_a_round_is_taken_by_a_button_of_its_page(
    client: FlaskClient, session: Session, community: Community, last: RoundAction | None
) -> None:
    selection_round = (
        given_round(session, community)
        if last is None
        else given_round_after(session, community, last)
    )
    enter(client, session, community, Role.STAFF)

    page = client.get(path_of(selection_round)).get_data(as_text=True)

    led_to = [one for one in RoundAction if f'href="{path_of(selection_round)}/{one}"' in page]
    assert set(led_to) - {RoundAction.CANCEL}
    for action in RoundAction:
        assert f'action="{path_of(selection_round)}/{action}"' not in page


def test_whoever_declines_is_repeated_back_first(
    client: FlaskClient, session: Session, community: Community, open_round: Round
) -> None:
    candidate = given_candidate(session, open_round)
    enter(client, session, community, Role.STAFF)
    page = f"{path_of(open_round)}/candidates/{candidate.id}/decline"

    assert "本人谢绝" in text_of(client.get(page))
    session.refresh(candidate)
    assert candidate.outcome == "nominated"
    send(client, page)
    session.refresh(candidate)
    assert candidate.outcome == "declined"


def test_months_that_have_a_round_or_lie_before_the_records_are_not_offered(
    client: FlaskClient, session: Session, community: Community
) -> None:
    given_round(session, community)
    given_round(session, community, month=date(2027, 1, 1), state="cancelled")
    enter(client, session, community, Role.STAFF)
    offered = client.get("/staff/rounds/new").get_data(as_text=True)

    assert [f'value="{month}"' in offered for month in ("2026-11", "2026-12", "2027-01")] == [
        False,
        False,
        True,
    ]


def test_figures_are_offered_from_the_first_record_on(
    client: FlaskClient, session: Session, community: Community
) -> None:
    resident = given_resident(session, community)
    enter(client, session, community, Role.STAFF)
    pages = (f"/staff/deeds/people/{resident.id}", "/staff/figures")

    def offers(month: str) -> list[bool]:
        return [f'value="{month}"' in client.get(page).get_data(as_text=True) for page in pages]

    assert (offers("2026-12"), offers("2026-11")) == ([True] * 2, [False] * 2)
    given_round(session, community, month=date(2026, 10, 1), state="cancelled")
    session.commit()
    assert (offers("2026-10"), offers("2026-09")) == ([True] * 2, [False] * 2)


def test_a_panellist_sees_the_deeds_and_why_somebody_was_nominated(
    client: FlaskClient, session: Session, community: Community, open_round: Round
) -> None:
    candidate = given_candidate(session, open_round)
    kind = given_deed_kind(session, community)
    session.execute(
        text(
            "INSERT INTO deed (id, community_id, resident_id, kind_id, points_hundredths, done_on,"
            " source, recorded_at) VALUES (gen_random_uuid(), :community, :resident, :kind, 150,"
            " '2026-12-05', '5号签到表', now())"
        ),
        {"community": community.id, "resident": candidate.resident_id, "kind": kind.id},
    )
    nomination = given_nomination(
        session,
        open_round,
        candidate_id=candidate.id,
        state="accepted",
        name=None,
        unit=None,
        statement="每天扶王奶奶下楼",
    )
    assert nomination.at == NOON
    for action in (RoundAction.SCREEN, RoundAction.START_REVIEW):
        act(session, open_round, action)
    account = enter(client, session, community, Role.PANEL)
    given_seat(session, open_round, account.id)
    session.commit()

    sheet = text_of(client.get(f"{path_of(open_round)}/ballots"))

    assert "5号签到表" in sheet
    assert "邻居推荐：每天扶王奶奶下楼" in sheet


def test_what_a_neighbour_says_for_somebody_reaches_the_nomination(
    client: FlaskClient, session: Session, open_round: Round
) -> None:
    session.commit()
    filled = {"name": "张小明", "unit": "3号楼", "statement": "每天扶王奶奶下楼"}

    change(client, "/nominate", honour="civilized_resident", source="neighbour", **filled)

    said = session.execute(text("SELECT list_id, statement FROM nomination")).one()
    assert said.statement == "每天扶王奶奶下楼"
    assert open_round.id
