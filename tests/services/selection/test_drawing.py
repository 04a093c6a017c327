from datetime import date
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy.orm import Session

from loyalty.models import Candidate, Deed, DeedKind
from loyalty.rules.record import draw_lots, lists_in, rank_round
from loyalty.rules.selection import RoundAction
from loyalty.services.errors import ValueRefusedError
from tests.given import (
    NOON,
    given_card,
    given_community,
    given_list,
    given_resident,
    given_round,
    honour_of,
)
from tests.given_rounds import act, brought_through, given_candidate, list_of
from tests.present import present


def given_deed(session: Session, candidate: Candidate, done_on: date, *, points: int) -> None:
    """A deed of the candidate's, of a kind of its own that counts at most two points a month."""
    community_id = candidate.resident.community_id
    kind = DeedKind(
        community_id=community_id,
        code=f"kind-{done_on}-{candidate.reference}",
        name="志愿服务",
        monthly_cap_hundredths=200,
    )
    session.add(kind)
    session.flush()
    session.add(
        Deed(
            community_id=community_id,
            resident_id=candidate.resident_id,
            kind_id=kind.id,
            points_hundredths=points,
            done_on=done_on,
            source="签到表",
            recorded_at=NOON,
        )
    )
    session.flush()


def test_the_frozen_list_holds_neither_names_nor_addresses(session: Session) -> None:
    selection_round = given_round(session, given_community(session))
    candidate = given_candidate(session, selection_round, household_ref="3-2-501")

    brought_through(session, selection_round, RoundAction.FREEZE)

    assert candidate.reference in present(selection_round.frozen_list)
    for secret in ("张小明", "3号楼", "3-2-501", str(candidate.resident_id)):
        assert secret not in present(selection_round.frozen_list)


def test_anyone_can_hash_the_frozen_list_again(session: Session) -> None:
    selection_round = given_round(session, given_community(session))
    given_candidate(session, selection_round)

    brought_through(session, selection_round, RoundAction.FREEZE)

    frozen = present(selection_round.frozen_list).encode()
    assert sha256(frozen).hexdigest() == selection_round.frozen_hash
    assert selection_round.seed is None


def test_the_deeds_of_the_rounds_month_count_up_to_their_cap(session: Session) -> None:
    selection_round = given_round(session, given_community(session))
    candidate = given_candidate(session, selection_round)
    brought_through(session, selection_round, RoundAction.START_REVIEW)
    for day in (date(2026, 11, 30), date(2026, 12, 1), date(2026, 12, 31)):
        given_deed(session, candidate, day, points=150)
    given_deed(session, candidate, date(2026, 12, 16), points=900)

    act(session, selection_round, RoundAction.FREEZE)

    assert candidate.score_hundredths == 150 + 150 + 200


@pytest.mark.parametrize(("least", "outcome"), [(150, "eligible"), (151, "screened_out")])
def test_who_stays_below_the_threshold_is_not_drawn(
    session: Session, least: int, outcome: str
) -> None:
    selection_round = given_round(session, given_community(session))
    list_of(session, selection_round).min_score_hundredths = least
    candidate = given_candidate(session, selection_round)
    brought_through(session, selection_round, RoundAction.START_REVIEW)
    given_deed(session, candidate, date(2026, 12, 5), points=150)

    act(session, selection_round, RoundAction.FREEZE)

    assert candidate.outcome == outcome
    assert candidate.reasons == (["below_threshold"] if outcome == "screened_out" else [])
    (frozen,) = lists_in(present(selection_round.frozen_list))
    assert len(frozen.candidates) == (outcome == "eligible")


def test_the_outcome_is_what_an_outsider_computes_from_record_and_seed(session: Session) -> None:
    community = given_community(session)
    selection_round = given_round(session, community)
    heads = given_list(
        session,
        selection_round,
        honour_of(session, community, "household_head"),
        quota=1,
        pay_permille=800,
    )
    candidates = [given_candidate(session, selection_round) for _ in range(5)]
    candidates += [
        given_candidate(session, selection_round, on=heads, resident_id=one.resident_id)
        for one in candidates
    ]

    brought_through(session, selection_round, RoundAction.DRAW)

    record, seed = present(selection_round.frozen_list), present(selection_round.seed)
    rankings = rank_round(draw_lots(lists_in(record), seed))
    computed = [one.reference for ranking in rankings for one in ranking.selected]
    drawn = [one for one in candidates if one.outcome == "selected"]
    drawn.sort(key=lambda one: (one.list_id != heads.id, one.place))
    assert [one.reference for one in drawn] == computed
    assert len({one.resident_id for one in drawn}) == len(drawn) == 4


def test_who_would_win_two_honours_gets_the_better_rate(session: Session) -> None:
    community = given_community(session)
    selection_round = given_round(session, community)
    lesser = given_candidate(session, selection_round)
    heads = given_list(
        session,
        selection_round,
        honour_of(session, community, "household_head"),
        pay_permille=800,
    )
    better = given_candidate(session, selection_round, on=heads, resident_id=lesser.resident_id)

    brought_through(session, selection_round, RoundAction.DRAW)

    assert (better.outcome, lesser.outcome) == ("selected", "not_selected")


def test_a_household_has_one_lot_on_each_list(session: Session) -> None:
    selection_round = given_round(session, given_community(session))
    better, worse = (
        given_candidate(session, selection_round, household_ref="3-2-501") for _ in range(2)
    )
    brought_through(session, selection_round, RoundAction.START_REVIEW)
    given_deed(session, better, date(2026, 12, 5), points=150)

    act(session, selection_round, RoundAction.FREEZE)
    act(session, selection_round, RoundAction.DRAW)

    assert better.reference in present(selection_round.frozen_list)
    assert worse.reference not in present(selection_round.frozen_list)
    assert (better.outcome, worse.outcome) == ("selected", "not_selected")
    assert worse.lot is None


def test_nobody_is_ranked_behind_the_reserves(session: Session) -> None:
    selection_round = given_round(session, given_community(session))
    list_of(session, selection_round).quota = 1
    candidates = [given_candidate(session, selection_round) for _ in range(4)]

    brought_through(session, selection_round, RoundAction.DRAW)

    assert sorted((one.outcome, one.place or 0) for one in candidates) == [
        ("not_selected", 0),
        ("not_selected", 0),
        ("reserve", 2),
        ("selected", 1),
    ]


def test_among_equals_fewer_awards_come_first(session: Session) -> None:
    community = given_community(session)
    winner = given_resident(session, community)
    given_card(session, community, resident_id=winner.id, valid_from=date(2026, 6, 1))
    selection_round = given_round(session, community)
    again = given_candidate(session, selection_round, resident_id=winner.id)
    first_time = given_candidate(session, selection_round)

    brought_through(session, selection_round, RoundAction.DRAW)

    assert (first_time.place, again.place) == (1, 2)
    assert again.awards == 1


def test_a_change_after_the_freeze_changes_nothing_in_the_draw(session: Session) -> None:
    selection_round = given_round(session, given_community(session))
    candidates = [given_candidate(session, selection_round) for _ in range(2)]
    brought_through(session, selection_round, RoundAction.FREEZE)
    candidates[0].resident.household_ref = candidates[1].resident.household_ref

    act(session, selection_round, RoundAction.DRAW)

    assert [one.outcome for one in candidates] == ["selected", "selected"]


@pytest.mark.parametrize(
    ("members", "pointer"),
    [
        ({"seed": "35"}, "/seed"),
        ({"seed": None}, "/seed"),
        ({"witnesses": ("王建国",)}, "/witnesses"),
        ({"witnesses": ("王建国", "王建国")}, "/witnesses"),
    ],
)
def test_a_draw_needs_a_seed_and_two_witnesses(
    session: Session, members: dict[str, Any], pointer: str
) -> None:
    selection_round = given_round(session, given_community(session))
    brought_through(session, selection_round, RoundAction.FREEZE)

    with pytest.raises(ValueRefusedError) as refused:
        act(session, selection_round, RoundAction.DRAW, **members)

    assert refused.value.pointer == pointer
