import json
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from loyalty.models import Area, Candidate, Community, Round, WorkingDayOverride
from loyalty.rules.basis import Basis
from loyalty.rules.selection import RoundAction, RoundObstacle
from loyalty.services.errors import RoundStateError, UnknownRecordError
from loyalty.services.notice.public_notice import PublicNotice, public_notice
from loyalty.services.notice.public_record import public_record
from tests.given import NOON, given_card, given_resident, given_round
from tests.given_notices import DECEMBER, decide, given_notice, given_objection, placed
from tests.given_rounds import (
    AFTER_NOTICE,
    LAST_DAY,
    act,
    brought_through,
    given_candidate,
    given_round_after,
    list_of,
)


def read(session: Session, community: Community, *, now: datetime = NOON) -> PublicNotice:
    return public_notice(session, community, DECEMBER, now=now)


def names(notice: PublicNotice) -> list[str]:
    return [line.name for one in notice.lists for line in one.lines]


def disputable(notice: PublicNotice) -> dict[int, bool]:
    return {line.line: line.disputable for one in notice.lists for line in one.lines}


def test_names_are_masked_unless_the_person_agrees(session: Session, community: Community) -> None:
    selection_round = given_notice(session, community)
    placed(session, selection_round, 2).resident.consent_publicity = True

    assert names(read(session, community)) == ["张*明", "张小明", "张*明"]


def test_whoever_takes_the_consent_back_is_masked_at_once(
    session: Session, community: Community
) -> None:
    selection_round = given_notice(session, community)
    resident = placed(session, selection_round, 2).resident
    resident.consent_publicity = True
    assert "张小明" in names(read(session, community))

    resident.consent_publicity = False

    assert "张小明" not in names(read(session, community))


@pytest.mark.parametrize("last", [None, RoundAction.OPEN, RoundAction.START_REVIEW])
def test_before_the_freeze_nothing_is_public(
    session: Session, community: Community, last: RoundAction | None
) -> None:
    selection_round = given_round(session, community)
    if last is not None:
        brought_through(session, selection_round, last)

    with pytest.raises(UnknownRecordError):
        read(session, community)
    with pytest.raises(UnknownRecordError):
        public_record(session, community, DECEMBER, now=NOON)


def test_before_the_draw_what_was_frozen_is_public_and_names_nobody(
    session: Session, community: Community
) -> None:
    selection_round = given_round_after(session, community, RoundAction.FREEZE)

    notice = read(session, community)
    record = public_record(session, community, DECEMBER, now=NOON)

    assert notice.frozen_hash == record["hash"] == selection_round.frozen_hash
    assert (notice.lists, notice.versions, notice.content) == ([], [], None)
    assert (record["seed"], record["results"]) == (None, [])
    assert record["lines"][0]["text"] == json.dumps(
        record["source"], ensure_ascii=False, separators=(",", ":")
    )
    assert [json.loads(line["text"]).get("chance") for line in record["lines"][2:]] == [10_000] * 2
    assert "张小明" not in json.dumps(record, ensure_ascii=False)


def test_after_the_draw_the_record_is_public_and_names_nobody(
    session: Session, community: Community
) -> None:
    given_round_after(session, community, RoundAction.DRAW, candidates=5)

    record = public_record(session, community, DECEMBER, now=NOON)

    assert read(session, community).lists == []
    assert len(record["lines"]) == 7
    assert record["witnesses"] == ["王建国", "买买提·艾力"]
    assert record["drawn_at"] == "2026-12-09T12:00:00+08:00"
    for secret in ("张小明", "张*明", "3号楼", "household-"):
        assert secret not in json.dumps(record, ensure_ascii=False)


def test_the_notice_says_nothing_of_anyone_who_is_not_on_the_list(
    session: Session, community: Community
) -> None:
    selection_round = given_round(session, community)
    stranger = given_candidate(session, selection_round, name="买买提·艾力", adult=False)
    candidates = [given_candidate(session, selection_round) for _ in range(7)]
    brought_through(session, selection_round, RoundAction.PUBLISH)

    notice = repr(read(session, community))

    shown = [one.reference for one in candidates if one.reference in notice]
    assert len(shown) == 3
    assert stranger.reference not in notice
    assert "买*力" not in notice


def test_a_line_says_why_the_person_stands_there(session: Session, community: Community) -> None:
    area = Area(community_id=community.id, name="东区")
    session.add(area)
    session.flush()
    selection_round = given_round(session, community)
    round_list = list_of(session, selection_round)
    round_list.quota, round_list.area_minimums = 2, {str(area.id): 1}
    for _ in range(2):
        given_candidate(session, selection_round)
    winner = given_resident(session, community, area_id=area.id)
    # An award of this year puts the person behind the two others.
    given_card(session, community, resident_id=winner.id, valid_from=date(2026, 6, 1))
    given_candidate(session, selection_round, resident_id=winner.id)
    brought_through(session, selection_round, RoundAction.PUBLISH)

    ((by_lot, for_the_area),) = (one.lines for one in read(session, community).lists)

    assert (by_lot.basis, by_lot.lottery_place, by_lot.lottery_of) == (Basis.LOTTERY, 1, 2)
    assert (for_the_area.basis, for_the_area.area) == (Basis.AREA_MINIMUM, "东区")
    assert by_lot.area is None
    assert (for_the_area.score_from, for_the_area.score_to) == (0, 499)


@pytest.mark.parametrize(("days", "shown"), [(30, True), (31, False)])
def test_names_are_taken_down_thirty_days_after_the_notice_has_ended(
    session: Session, community: Community, days: int, *, shown: bool
) -> None:
    given_notice(session, community)
    now = LAST_DAY.replace(hour=23, minute=59) + timedelta(days=days)

    notice = read(session, community, now=now)

    assert notice.taken_down is not shown
    assert bool(names(notice)) is shown
    assert (notice.shown_until == now.date()) is shown


def test_what_proves_the_draw_stays_for_ever_as_it_was(
    session: Session, community: Community
) -> None:
    selection_round = given_notice(session, community)
    given_objection(session, selection_round, name="赵大力")
    before, record = read(session, community), public_record(session, community, DECEMBER, now=NOON)
    long_after = NOON + timedelta(days=9999)

    after = read(session, community, now=long_after)

    assert after.versions == before.versions
    assert (after.frozen_hash, after.frozen_at) == (before.frozen_hash, before.frozen_at)
    assert (after.last_day, after.content) == (before.last_day, before.content)
    assert public_record(session, community, DECEMBER, now=long_after) == record
    told = repr((after, [one.content for one in after.versions], record))
    for secret in ("张小明", "张*明", "3号楼", "household-", "赵大力"):
        assert secret not in told


def test_names_of_a_round_that_is_called_off_are_gone_at_once_and_its_draw_stays(
    session: Session, community: Community
) -> None:
    selection_round = given_notice(session, community)
    record = public_record(session, community, DECEMBER, now=NOON)
    act(session, selection_round, RoundAction.CANCEL)

    notice = read(session, community)

    assert (notice.taken_down, names(notice)) == (True, [])
    assert [one.kind for one in notice.versions] == ["first", "taken_down"]
    called_off = {**record, "called_off": True}
    assert public_record(session, community, DECEMBER, now=NOON) == called_off


def test_the_second_draw_of_a_month_holds_and_the_one_called_off_can_still_be_read(
    session: Session, community: Community
) -> None:
    first = given_notice(session, community)
    act(session, first, RoundAction.CANCEL)
    second: Round = given_notice(session, community, candidates=1)

    holds = read(session, community)
    called_off = public_notice(session, community, DECEMBER, now=NOON, draw=first.frozen_hash)
    record = public_record(session, community, DECEMBER, now=NOON, draw=first.frozen_hash)

    assert (holds.frozen_hash, holds.other_draws) == (second.frozen_hash, [first.frozen_hash])
    assert (called_off.frozen_hash, called_off.taken_down) == (first.frozen_hash, True)
    assert record["hash"] == first.frozen_hash
    with pytest.raises(UnknownRecordError):
        public_record(session, community, DECEMBER, now=NOON, draw="0" * 64)


@pytest.mark.parametrize("last", [RoundAction.FREEZE, RoundAction.DRAW])
def test_of_a_round_called_off_before_its_notice_what_was_frozen_stays(
    session: Session, community: Community, last: RoundAction
) -> None:
    act(session, given_round_after(session, community, last), RoundAction.CANCEL)

    record = public_record(session, community, DECEMBER, now=NOON)
    assert read(session, community).taken_down
    assert record["lines"]
    assert bool(record["results"]) is (last is RoundAction.DRAW)


def test_a_notice_into_a_year_without_calendar_says_so(
    session: Session, community: Community
) -> None:
    selection_round = given_round_after(session, community, RoundAction.DRAW)
    december_29 = NOON + timedelta(days=20)
    with pytest.raises(RoundStateError) as refused:
        act(session, selection_round, RoundAction.PUBLISH, now=december_29)
    session.add(
        entered := WorkingDayOverride(community_id=community.id, day=date(2027, 1, 2), works=False)
    )
    act(session, selection_round, RoundAction.PUBLISH, now=december_29)

    assert refused.value.missing == (RoundObstacle.CALENDAR_MISSING,)
    assert selection_round.notice_last == date(2027, 1, 6)
    assert read(session, community, now=december_29).official_calendar
    session.delete(entered)
    assert not read(session, community, now=december_29).official_calendar


def test_a_notice_within_published_years_says_so(session: Session, community: Community) -> None:
    given_notice(session, community)

    assert read(session, community).official_calendar


def test_answers_to_objections_are_told_without_names(
    session: Session, community: Community
) -> None:
    selection_round = given_notice(session, community)
    decide(session, given_objection(session, selection_round, 1, name="赵大力"), upheld=False)
    given_objection(session, selection_round, 2, name="赵大力")

    notice = read(session, community, now=AFTER_NOTICE)

    (answered,) = notice.answered
    assert (answered.upheld, answered.reason) == (False, "已经核实")
    assert answered.decided_on == NOON.date()
    assert notice.open_objections == 1
    assert "赵大力" not in repr(notice)


def test_after_a_removal_the_lines_keep_their_numbers(
    session: Session, community: Community
) -> None:
    selection_round = given_notice(session, community)
    removed: Candidate = placed(session, selection_round, 2)
    decide(session, given_objection(session, selection_round, 2), upheld=True)

    notice = read(session, community)

    assert [line.line for line in notice.lists[0].lines] == [1, 3, 4]
    assert removed.reference not in repr(notice.lists)
    assert [one.kind for one in notice.versions] == ["first", "supplementary"]


def test_a_confirmed_line_says_that_nobody_can_object_to_it_any_more(
    session: Session, community: Community
) -> None:
    community.undisputed_cards_wait = False
    selection_round = given_notice(session, community)
    objection = given_objection(session, selection_round, place=2)
    decide(session, objection, upheld=True, now=LAST_DAY)
    before = read(session, community, now=LAST_DAY)
    act(session, selection_round, RoundAction.CONFIRM)

    after = read(session, community, now=AFTER_NOTICE)

    assert disputable(before) == {1: True, 3: True, 4: True}
    assert disputable(after) == {1: False, 3: False, 4: True}
