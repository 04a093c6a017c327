from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from loyalty.models import Area
from loyalty.rules.calendar import Month
from loyalty.rules.selection import RoundAction
from loyalty.services.errors import AlreadyExistsError, UnknownRecordError, ValueRefusedError
from loyalty.services.selection.planning import (
    PlannedList,
    PlanRound,
    plan_round,
    round_of,
    rounds_page,
)
from loyalty.services.work import Work
from tests.given import NOON, given_community, given_round, given_staff
from tests.given_rounds import act


def planned_list(**values: Any) -> PlannedList:
    return PlannedList(
        **{
            "honour": "civilized_resident",
            "quota": 3,
            "pay_permille": None,
            "months_valid": None,
            "cooling_off_months": 1,
            "min_score_hundredths": 0,
            "area_minimums": {},
            **values,
        }
    )


def plan(*lists: PlannedList, month: str = "2026-12", days: int | None = None) -> PlanRound:
    return PlanRound(Month.parse(month), lists or (planned_list(),), days)


def test_what_a_plan_leaves_open_follows_the_communitys_policy(session: Session) -> None:
    community = given_community(
        session, band_max_permille=840, card_months=3, notice_working_days=7
    )

    planned = plan_round(Work(session, given_staff(session, community), NOON), plan())

    assert planned.state == "draft"
    assert planned.notice_working_days == 7
    assert [(one.pay_permille, one.months_valid) for one in planned.lists] == [(840, 3)]


def test_a_plan_may_decide_all_of_it(session: Session) -> None:
    community = given_community(session)
    one = planned_list(pay_permille=800, months_valid=6)

    planned = plan_round(Work(session, given_staff(session, community), NOON), plan(one, days=9))

    assert planned.notice_working_days == 9
    assert [(one.pay_permille, one.months_valid) for one in planned.lists] == [(800, 6)]


def test_a_month_has_one_round(session: Session) -> None:
    actor = given_staff(session, given_community(session))
    plan_round(Work(session, actor, NOON), plan())

    with pytest.raises(AlreadyExistsError):
        plan_round(Work(session, actor, NOON), plan())


def test_a_cancelled_round_makes_room_for_another(session: Session) -> None:
    community = given_community(session)
    act(session, given_round(session, community), RoundAction.CANCEL)

    planned = plan_round(Work(session, given_staff(session, community), NOON), plan())

    assert planned.month == date(2026, 12, 1)


@pytest.mark.parametrize("month", ["2026-11", "2027-12"])
def test_a_round_is_planned_for_last_month_up_to_next_year(session: Session, month: str) -> None:
    actor = given_staff(session, given_community(session))

    planned = plan_round(Work(session, actor, NOON), plan(month=month))

    assert planned.month == Month.parse(month).first


@pytest.mark.parametrize("month", ["1900-01", "2026-10", "2028-01", "9998-12"])
def test_a_month_too_far_off_is_refused(session: Session, month: str) -> None:
    actor = given_staff(session, given_community(session))

    with pytest.raises(ValueRefusedError) as refused:
        plan_round(Work(session, actor, NOON), plan(month=month))

    assert refused.value.pointer == "/month"


@pytest.mark.parametrize("rate", [799, 851])
def test_a_rate_outside_the_band_is_refused(session: Session, rate: int) -> None:
    actor = given_staff(session, given_community(session))

    with pytest.raises(ValueRefusedError) as refused:
        plan_round(Work(session, actor, NOON), plan(planned_list(pay_permille=rate)))

    assert refused.value.pointer == "/lists/0/pay_permille"


@pytest.mark.parametrize("rate", [800, 850])
def test_the_ends_of_the_band_belong_to_it(session: Session, rate: int) -> None:
    actor = given_staff(session, given_community(session))

    planned = plan_round(Work(session, actor, NOON), plan(planned_list(pay_permille=rate)))

    assert planned.lists[0].pay_permille == rate


def test_an_honour_has_one_list(session: Session) -> None:
    actor = given_staff(session, given_community(session))

    with pytest.raises(ValueRefusedError) as refused:
        plan_round(Work(session, actor, NOON), plan(planned_list(), planned_list()))

    assert refused.value.pointer == "/lists/1/honour"


def test_the_areas_minimums_fit_into_the_quota(session: Session) -> None:
    community = given_community(session)
    areas = [Area(community_id=community.id, name=name) for name in ("东区", "西区")]
    session.add_all(areas)
    session.flush()
    actor = given_staff(session, community)

    four = planned_list(area_minimums={areas[0].id: 2, areas[1].id: 2})
    three = planned_list(area_minimums={areas[0].id: 2, areas[1].id: 1})

    with pytest.raises(ValueRefusedError) as refused:
        plan_round(Work(session, actor, NOON), plan(four))
    planned = plan_round(Work(session, actor, NOON), plan(three))

    assert refused.value.pointer == "/lists/0/area_minimums"
    assert planned.lists[0].area_minimums == {str(areas[0].id): 2, str(areas[1].id): 1}


def test_another_communitys_area_is_refused(session: Session) -> None:
    elsewhere = Area(community_id=given_community(session).id, name="东区")
    session.add(elsewhere)
    session.flush()
    actor = given_staff(session, given_community(session))
    one = planned_list(area_minimums={elsewhere.id: 1})

    with pytest.raises(ValueRefusedError):
        plan_round(Work(session, actor, NOON), plan(one))


def test_another_communitys_round_is_unknown(session: Session) -> None:
    selection_round = given_round(session, given_community(session))
    outsider = given_staff(session, given_community(session))

    with pytest.raises(UnknownRecordError):
        round_of(Work(session, outsider, NOON), selection_round.id)
    assert rounds_page(Work(session, outsider, NOON), limit=10, after=None).items == []


def test_the_latest_month_comes_first(session: Session) -> None:
    community = given_community(session)
    for month in (11, 12, 10):
        given_round(session, community, month=date(2026, month, 1))

    found = rounds_page(Work(session, given_staff(session, community), NOON), limit=2, after=None)

    assert [one.month.month for one in found.items] == [12, 11]
    assert found.next == found.items[-1].id
