"""Panel and score sheets at the console."""

from datetime import date
from typing import NamedTuple

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import (
    Ballot,
    Candidate,
    Community,
    ConflictOfInterest,
    Panellist,
    Round,
    StaffAccount,
)
from loyalty.services.actors import Role
from tests.given import NOON, given_account, given_community, given_round, quick_hash
from tests.given_rounds import given_candidate, given_seat
from tests.pages.visits import PASSWORD, change, enter, press, send, text_of


class Review(NamedTuple):
    """A round in review, with one panellist and two candidates."""

    round: Round
    account: StaffAccount
    candidates: list[Candidate]

    @property
    def path(self) -> str:
        """Where its pages lie."""
        return f"/staff/rounds/{self.round.id}"


@pytest.fixture
def review(session: Session) -> Review:
    community = given_community(session)
    account = given_account(
        session, community, Role.PANEL, display_name="周评委", password_hash=quick_hash(PASSWORD)
    )
    return given_review(session, community, account, month=date(2026, 12, 1))


def given_review(
    session: Session, community: Community, account: StaffAccount, *, month: date
) -> Review:
    selection_round = given_round(session, community, state="review", month=month)
    given_seat(session, selection_round, account.id)
    candidates = [given_candidate(session, selection_round) for _ in range(2)]
    for candidate in candidates:
        candidate.outcome = "eligible"
    session.commit()
    return Review(selection_round, account, candidates)


def as_panellist(client: FlaskClient, review: Review) -> None:
    answer = send(client, "/staff/sign-in", username=review.account.username, password=PASSWORD)
    assert answer.status_code == 302


def as_staff_of(client: FlaskClient, session: Session, review: Review) -> None:
    enter(client, session, session.get_one(Community, review.round.community_id), Role.STAFF)


def scores(session: Session) -> list[int]:
    session.rollback()
    return list(session.scalars(select(Ballot.score).order_by(Ballot.id)))


def test_a_panellist_sees_what_is_due_and_hands_in_the_sheet(
    client: FlaskClient, session: Session, review: Review
) -> None:
    as_panellist(client, review)
    assert client.get("/staff").headers["Location"] == f"{review.path}/ballots"

    typed = {f"score-{one.id}": str(80 + place) for place, one in enumerate(review.candidates)}
    answer = send(client, f"{review.path}/ballots", **typed)

    assert answer.headers["Location"] == "/staff"
    assert scores(session) == [80, 81]
    assert "打分已交齐" in text_of(client.get("/staff"))


def test_a_panellist_with_two_sheets_is_shown_both(
    client: FlaskClient, session: Session, review: Review
) -> None:
    community = session.get_one(Community, review.round.community_id)
    earlier = given_review(session, community, review.account, month=date(2026, 11, 1))
    as_panellist(client, review)

    home = client.get("/staff").get_data(as_text=True)

    for one in (review, earlier):
        assert f'href="{one.path}/ballots"' in home


@pytest.mark.parametrize("typed", ["101", "-1", "8.5", "八十", "9999999999", "\x00"])
def test_a_score_that_is_none_is_marked_and_nothing_is_written(
    client: FlaskClient, session: Session, review: Review, typed: str
) -> None:
    as_panellist(client, review)
    one, other = review.candidates

    page = send(
        client, f"{review.path}/ballots", **{f"score-{one.id}": typed, f"score-{other.id}": "80"}
    ).get_data(as_text=True)

    assert "有1处不是0到100的整数" in page
    assert 'aria-invalid="true"' in page
    assert 'value="80"' in page
    assert scores(session) == []


@pytest.mark.parametrize("edge", [0, 100])
def test_the_edges_of_the_scale_are_scores(
    client: FlaskClient, session: Session, review: Review, edge: int
) -> None:
    as_panellist(client, review)

    send(client, f"{review.path}/ballots", **{f"score-{review.candidates[0].id}": str(edge)})

    assert scores(session) == [edge]


def test_a_conflict_locks_the_cell_and_says_why(
    client: FlaskClient, session: Session, review: Review
) -> None:
    as_panellist(client, review)
    kin = review.candidates[0]

    press(
        client,
        f"{review.path}/ballots",
        f"{review.path}/ballots/conflicts",
        candidate=str(kin.id),
        kind="relative",
    )

    assert session.scalars(select(ConflictOfInterest.kind)).one() == "relative"
    page = client.get(f"{review.path}/ballots").get_data(as_text=True)
    assert "回避：亲属" in page
    assert f"score-{kin.id}" not in page


def test_a_panellist_sees_no_sheet_but_their_own(
    client: FlaskClient, session: Session, review: Review
) -> None:
    community = session.get_one(Community, review.round.community_id)
    other = given_account(session, community, Role.PANEL)
    session.commit()
    as_panellist(client, review)

    paths = (
        f"{review.path}/ballots/{other.id}",
        review.path,
        f"{review.path}/candidates",
        f"{review.path}/panel",
        f"{review.path}/fairness",
        f"{review.path}/objections",
        f"{review.path}/hand-out",
    )

    assert {client.get(path).status_code for path in paths} == {403}


def test_staff_type_in_a_signed_paper_and_see_what_is_missing(
    client: FlaskClient, session: Session, review: Review
) -> None:
    as_staff_of(client, session, review)
    assert "2份" in text_of(client.get(f"{review.path}/panel"))

    sheet = f"{review.path}/ballots/{review.account.id}"
    first, second = (f"score-{one.id}" for one in review.candidates)
    send(client, sheet, **{first: "70"})

    assert scores(session) == [70]
    assert "周评委还缺1份打分" in text_of(client.get(review.path))
    send(client, sheet, **{first: "70", second: "80"})
    assert "交齐了" in text_of(client.get(review.path))


def test_the_list_is_frozen_without_a_ballot_for_a_reason_alone(
    client: FlaskClient, session: Session, review: Review
) -> None:
    as_staff_of(client, session, review)
    assert "不等了，写明理由封存" in text_of(client.get(review.path))

    witnesses = {"first_witness": "王建国", "second_witness": "买买提·艾力"}
    change(client, f"{review.path}/freeze", **witnesses)
    session.refresh(review.round)
    assert review.round.frozen_at is None
    change(client, f"{review.path}/freeze", reason="评委住院", **witnesses)

    session.refresh(review.round)
    assert review.round.freeze_reason == "评委住院"


def test_before_the_freeze_it_is_said_whom_nobody_may_score_and_who_shares_a_line(
    client: FlaskClient, session: Session, review: Review
) -> None:
    as_staff_of(client, session, review)
    freeze, ballots = f"{review.path}/freeze", f"{review.path}/ballots"
    before = text_of(client.get(freeze))
    barred, *others = review.candidates
    for one in review.candidates:
        one.resident.household_ref = "H-1"
    session.commit()

    as_panellist(client, review)
    press(client, ballots, f"{ballots}/conflicts", candidate=str(barred.id), kind="other")
    as_staff_of(client, session, review)
    page = text_of(client.get(freeze))

    assert "周评委还缺2份打分" in before
    assert "全体评委都要回避" not in before
    assert "一张名单上一户只排得分高的一位" not in before
    assert f"周评委还缺{len(others)}份打分" in page
    assert "有1人全体评委都要回避，请添一位评委" in page
    assert "一张名单上一户只排得分高的一位" in page


def test_a_panel_of_nobody_who_exists_is_not_named(
    client: FlaskClient, session: Session, review: Review
) -> None:
    as_staff_of(client, session, review)
    panel = f"{review.path}/panel"

    assert press(client, panel, panel, account="nobody", reason="出差").status_code == 400
    assert session.scalars(select(Panellist.left_reason)).one() is None


def test_a_panel_that_changes_in_the_review_changes_for_a_reason(
    client: FlaskClient, session: Session, review: Review
) -> None:
    as_staff_of(client, session, review)

    press(client, f"{review.path}/panel", f"{review.path}/panel")
    assert "换评委请写明理由" in text_of(client.get(review.path))
    press(client, f"{review.path}/panel", f"{review.path}/panel", reason="出差")

    assert session.scalars(select(Panellist.left_reason)).one() == "出差"


def test_staff_take_back_a_conflict_that_was_declared_in_error(
    client: FlaskClient, session: Session, review: Review
) -> None:
    conflict = ConflictOfInterest(
        community_id=review.round.community_id,
        panellist_id=session.scalars(select(Panellist.id)).one(),
        resident_id=review.candidates[0].resident_id,
        kind="other",
        detected=False,
        entered_by=review.account.id,
        at=NOON,
    )
    session.add(conflict)
    community = session.get_one(Community, review.round.community_id)
    enter(client, session, community, Role.STAFF)
    withdrawal = f"{review.path}/panel/conflicts/{conflict.id}/withdrawal"

    press(client, f"{review.path}/panel", withdrawal)

    assert session.scalars(select(ConflictOfInterest)).all() == []
    assert "已撤回这条回避" in text_of(client.get(f"{review.path}/panel"))
