"""The seed has a source that is named beforehand, and is entered once, by somebody else."""

from dataclasses import replace
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from loyalty.models import Community, Round
from loyalty.rules.calendar import Month
from loyalty.rules.seed_source import NamedSource, SeedSource
from loyalty.rules.selection import RoundAction
from loyalty.services.actors import Role, StaffMember
from loyalty.services.errors import (
    DrawRefusedError,
    RoundStateError,
    SeedRefusedError,
    ValueRefusedError,
)
from loyalty.services.notice.public_record import public_record
from loyalty.services.selection.seeds import (
    SHORTEST_SEED,
    NameSource,
    RefusedSeed,
    find_refused_seeds,
    seed_of,
    source_of,
)
from loyalty.services.staff.sign_in import to_staff_member
from tests.given import NOON, given_account, given_community, given_resident, given_staff
from tests.given_rounds import act, given_round_after
from tests.present import present

TODAY, TOMORROW = NOON.date(), NOON.date() + timedelta(days=1)
WITNESSES = ("王建国", "买买提·艾力")
DICE, OTHER_DICE = "3 5 2 6 1", "6 6 6 6 6"
RESULT = "03 07 12 18 22 31 09"


@pytest.fixture
def community(session: Session) -> Community:
    return given_community(session)


@pytest.fixture
def clerk(session: Session, community: Community) -> StaffMember:
    return given_staff(session, community, Role.STAFF)


@pytest.fixture
def review(session: Session, community: Community) -> Round:
    return given_round_after(session, community, RoundAction.START_REVIEW)


@pytest.fixture
def frozen(session: Session, review: Round, clerk: StaffMember) -> Round:
    """A list that the clerk has frozen; dice are thrown the same day."""
    return act(session, review, RoundAction.FREEZE, actor=clerk)


def refused(session: Session, selection_round: Round) -> list[RefusedSeed]:
    return find_refused_seeds(session, selection_round.community_id, selection_round.id)


def test_the_source_its_day_and_its_witnesses_are_within_the_hash(
    session: Session, review: Round
) -> None:
    source = NameSource(SeedSource.DOUBLE_COLOUR_BALL, TOMORROW)

    act(session, review, RoundAction.FREEZE, source=source, witnesses=WITNESSES)

    record = present(review.frozen_list)
    assert record.splitlines()[0] == (
        '{"day":"2026-12-10","source":"double_colour_ball","trials":1,'
        '"witnesses":["王建国","买买提·艾力"]}'
    )
    assert sha256(record.encode()).hexdigest() == review.frozen_hash
    assert source_of(review) == NamedSource(source.code, TOMORROW, WITNESSES)


def test_a_freeze_that_names_no_source_has_dice_thrown_on_the_same_day(
    session: Session, review: Round
) -> None:
    act(session, review, RoundAction.FREEZE, witnesses=())

    assert source_of(review) == NamedSource(SeedSource.DICE, TODAY)


def test_the_round_of_the_beacon_is_that_of_noon_in_the_community(
    session: Session, review: Round
) -> None:
    act(session, review, RoundAction.FREEZE, source=NameSource(SeedSource.DRAND, TOMORROW))

    noon = NOON.replace(day=TOMORROW.day, hour=12, minute=0)
    assert present(source_of(review)).beacon_round == (noon.timestamp() - 1692803367) // 3 + 1


@pytest.mark.parametrize(
    ("code", "day"),
    [
        (SeedSource.DICE, TODAY - timedelta(days=1)),
        (SeedSource.PICK_FIVE, TODAY),
        (SeedSource.DRAND, TODAY),
        (SeedSource.DICE, TODAY + timedelta(days=32)),
    ],
)
def test_what_may_be_known_already_gives_no_seed(
    session: Session, review: Round, code: SeedSource, day: date
) -> None:
    with pytest.raises(ValueRefusedError) as refusal:
        act(session, review, RoundAction.FREEZE, source=NameSource(code, day))

    assert refusal.value.pointer == "/source/day"
    assert review.frozen_at is None


@pytest.mark.parametrize("witnesses", [("王建国",), ("王建国", "王建国")])
def test_witnesses_who_are_named_are_two(
    session: Session, review: Round, witnesses: tuple[str, ...]
) -> None:
    with pytest.raises(ValueRefusedError) as refusal:
        act(session, review, RoundAction.FREEZE, witnesses=witnesses)

    assert refusal.value.pointer == "/witnesses"


def test_who_froze_the_list_does_not_enter_its_seed(
    session: Session, frozen: Round, clerk: StaffMember
) -> None:
    with pytest.raises(DrawRefusedError) as refusal:
        act(session, frozen, RoundAction.DRAW, actor=clerk)
    assert refusal.value.missing == ("froze_the_list",)

    act(session, frozen, RoundAction.DRAW)

    assert (frozen.seed, frozen.frozen_by) == (DICE, clerk.account_id)
    assert frozen.drawn_by not in {None, clerk.account_id}


def test_a_second_account_of_the_same_person_does_not_enter_it_either(
    session: Session, community: Community, review: Round
) -> None:
    person, other = (given_resident(session, community).id for _ in range(2))
    mine, second, neighbours = (
        to_staff_member(
            given_account(session, community, Role.STAFF, resident_id=one),
            timezone=community.timezone,
        )
        for one in (person, person, other)
    )
    act(session, review, RoundAction.FREEZE, actor=mine)

    with pytest.raises(RoundStateError) as refusal:
        act(session, review, RoundAction.DRAW, actor=second)
    act(session, review, RoundAction.DRAW, actor=neighbours)

    assert refusal.value.missing == ("froze_the_list",)


def test_the_database_itself_refuses_a_seed_by_who_froze(
    session: Session, frozen: Round, clerk: StaffMember
) -> None:
    frozen.drawn_by = clerk.account_id

    with pytest.raises(IntegrityError, match="seed_by_another"):
        session.flush()


def test_no_seed_is_entered_before_its_day(session: Session, review: Round) -> None:
    source = NameSource(SeedSource.DOUBLE_COLOUR_BALL, TOMORROW)
    act(session, review, RoundAction.FREEZE, source=source, witnesses=WITNESSES)

    with pytest.raises(RoundStateError) as refusal:
        act(session, review, RoundAction.DRAW, seed=RESULT)
    act(session, review, RoundAction.DRAW, seed=RESULT, now=NOON + timedelta(days=1))

    assert refusal.value.missing == ("seed_not_out",)
    assert (review.seed, review.witnesses) == (RESULT, [*WITNESSES])
    assert refused(session, review) == [RefusedSeed(NOON, ["seed_not_out"], RESULT)]


def test_who_saw_the_draw_may_be_others_than_were_named(session: Session, frozen: Round) -> None:
    act(session, frozen, RoundAction.DRAW, witnesses=("赵大力", "钱小小"))

    assert frozen.witnesses == ["赵大力", "钱小小"]
    assert present(source_of(frozen)).witnesses == WITNESSES


def test_a_draw_whose_witnesses_nobody_named_is_refused(session: Session, review: Round) -> None:
    act(session, review, RoundAction.FREEZE, witnesses=())

    with pytest.raises(SeedRefusedError) as refusal:
        act(session, review, RoundAction.DRAW)

    assert refusal.value.pointer == "/witnesses"
    assert [one.reasons for one in refused(session, review)] == [["witnesses_unknown"]]


@pytest.mark.parametrize("typed", ["6 6 6 6", "福彩 2026140", RESULT, "赵大力"])
def test_what_the_named_source_cannot_give_is_no_seed_and_stands_in_no_record(
    session: Session, frozen: Round, typed: str
) -> None:
    with pytest.raises(SeedRefusedError):
        act(session, frozen, RoundAction.DRAW, seed=typed)

    assert frozen.drawn_at is None
    assert refused(session, frozen) == [RefusedSeed(NOON, ["not_of_the_source"], None)]


def test_a_list_that_was_frozen_before_sources_were_named_takes_no_short_seed() -> None:
    older, seed = Round(frozen_list=None), "x" * SHORTEST_SEED

    with pytest.raises(ValueRefusedError) as refusal:
        seed_of(older, seed[1:])

    assert refusal.value.pointer == "/seed"
    assert seed_of(older, seed) == seed


def test_a_second_seed_is_refused_and_stands_in_the_record_for_ever(
    session: Session, community: Community, frozen: Round
) -> None:
    act(session, frozen, RoundAction.DRAW)
    tries = [" ".join(digits) for digits in ("66666", "11111", "12345")]

    for seed in tries:
        with pytest.raises(DrawRefusedError):
            act(session, frozen, RoundAction.DRAW, seed=seed)

    record = public_record(session, community, Month(2026, 12), now=NOON)
    assert frozen.seed == record["seed"] == DICE
    assert record["refused_seeds"] == [
        {"at": "2026-12-09T12:00:00+08:00", "reasons": ["already_drawn"], "seed": seed}
        for seed in tries
    ]


def test_the_same_seed_sent_again_is_no_second_try(session: Session, frozen: Round) -> None:
    act(session, frozen, RoundAction.DRAW)

    with pytest.raises(RoundStateError):
        act(session, frozen, RoundAction.DRAW, seed="35261")

    assert refused(session, frozen) == []


@pytest.mark.parametrize("drawn", [False, True])
def test_a_list_that_is_called_off_stays_beside_the_one_that_is_frozen_next(
    session: Session, community: Community, frozen: Round, *, drawn: bool
) -> None:
    if drawn:
        act(session, frozen, RoundAction.DRAW)
    act(session, frozen, RoundAction.CANCEL)
    again = given_round_after(session, community, RoundAction.DRAW)
    first, second = present(frozen.frozen_hash), present(again.frozen_hash)

    def read(**which: Any) -> dict[str, Any]:
        return public_record(session, community, Month(2026, 12), now=NOON, **which)

    assert (read()["hash"], read()["other_lists"], read()["called_off"]) == (second, [first], False)
    assert (read(draw=first)["other_lists"], read(draw=first)["called_off"]) == ([second], True)
    assert (read(draw=first)["drawn_at"] is not None) is drawn


def test_another_community_sees_no_try_of_ours(
    session: Session, frozen: Round, clerk: StaffMember
) -> None:
    outsider = replace(clerk, community_id=given_community(session).id)
    with pytest.raises(DrawRefusedError):
        act(session, frozen, RoundAction.DRAW, actor=clerk)

    assert find_refused_seeds(session, outsider.community_id, frozen.id) == []
    assert len(refused(session, frozen)) == 1
