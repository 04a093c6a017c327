"""The pages say where a seed comes from and who may enter it, before anybody types."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from loyalty.models import Community, Round
from loyalty.rules.selection import RoundAction
from loyalty.services.actors import Role
from tests.given_rounds import act, given_round_after
from tests.pages.visits import change, enter, fields_of, text_of
from tests.present import present

NAMED = {"first_witness": "王建国", "second_witness": "买买提·艾力"}


def path_of(selection_round: Round) -> str:
    return f"/staff/rounds/{selection_round.id}"


@pytest.fixture
def review(session: Session, community: Community) -> Round:
    return given_round_after(session, community, RoundAction.START_REVIEW, candidates=9)


def test_who_freezes_is_told_that_another_enters_the_seed(
    client: FlaskClient, session: Session, community: Community, review: Round
) -> None:
    enter(client, session, community, Role.STAFF)

    change(client, f"{path_of(review)}/freeze", **NAMED)

    page = client.get(path_of(review))
    assert "封存名单的人不能填抽签种子，请另一位工作人员来" in text_of(page)
    assert f'href="{path_of(review)}/draw"' not in page.get_data(as_text=True)
    enter(client, session, community, Role.STAFF)
    page = client.get(path_of(review))
    assert "谁来做：社区工作人员，但不是封存名单的人。" in text_of(page)
    assert f'href="{path_of(review)}/draw"' in page.get_data(as_text=True)


def test_the_draw_knows_the_witnesses_and_tells_how_the_seed_is_typed(
    client: FlaskClient, session: Session, community: Community, review: Round
) -> None:
    act(session, review, RoundAction.FREEZE)
    enter(client, session, community, Role.STAFF)

    form = client.get(f"{path_of(review)}/draw")

    assert {name: fields_of(form)[name] for name in NAMED} == {
        name: [value] for name, value in NAMED.items()
    }
    assert "种子：2026年12月9日当众掷骰子，一颗掷五次。" in text_of(form)
    assert "五次的点数，先掷的在前，比如：3 5 2 6 1" in text_of(form)
    change(client, f"{path_of(review)}/draw", seed="３５２６１")
    session.refresh(review)
    assert (review.seed, review.witnesses) == ("3 5 2 6 1", [*NAMED.values()])


def test_a_lottery_that_may_be_out_already_is_refused_and_the_form_keeps_what_was_typed(
    client: FlaskClient, session: Session, community: Community, review: Round
) -> None:
    enter(client, session, community, Role.STAFF)
    page = f"{path_of(review)}/freeze"
    filled = {**NAMED, "source": "double_colour_ball", "day": "2026-12-09"}

    answer = change(client, page, **filled)

    assert "开奖号码和随机数选明天或以后" in text_of(answer)
    kept = fields_of(answer)
    assert {name: kept[name] for name in NAMED} == {name: [one] for name, one in NAMED.items()}
    client.post(page, data={**kept, "source": "double_colour_ball", "day": "2026-12-10"})
    session.refresh(review)
    assert review.frozen_at
    assert "封存时写明的抽签日还没到" in text_of(client.get(path_of(review)))


def test_everybody_reads_the_source_the_chances_and_the_seeds_that_were_refused(
    client: FlaskClient, session: Session, community: Community, review: Round
) -> None:
    act(session, review, RoundAction.FREEZE)
    frozen = text_of(client.get("/notice/2026-12"))
    act(session, review, RoundAction.DRAW)
    enter(client, session, community, Role.STAFF)

    change(client, f"{path_of(review)}/draw", seed="6 6 6 6 6")

    drawn = text_of(client.get("/notice/2026-12"))
    for page in (frozen, drawn):
        assert "2026年12月9日当众掷骰子，一颗掷五次" in page
        assert "王建国、买买提·艾力" in page
        assert "机会33.33%：9人" in page
    assert "没有收下的种子" not in frozen
    for page in (drawn, text_of(client.get(f"{path_of(review)}/lots"))):
        assert "6 6 6 6 6 · 已经抽过签。" in " ".join(page.split())


@pytest.mark.parametrize("drawn", [False, True])
def test_a_list_that_was_called_off_can_be_read_beside_the_next(
    client: FlaskClient, session: Session, community: Community, review: Round, *, drawn: bool
) -> None:
    act(session, review, RoundAction.FREEZE)
    if drawn:
        act(session, review, RoundAction.DRAW)
    act(session, review, RoundAction.CANCEL)
    session.commit()
    alone = client.get("/notice/2026-12").get_data(as_text=True)
    again = given_round_after(session, community, RoundAction.FREEZE)
    session.commit()

    page = client.get("/notice/2026-12")

    assert ("data-verify=" in alone) is drawn
    assert "这个月另有作废的名单或抽签" in text_of(page)
    assert f"draw={review.frozen_hash}" in page.get_data(as_text=True)
    assert present(again.frozen_hash) in text_of(page)
