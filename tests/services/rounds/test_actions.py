from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import AuditEvent, Card, Community, Round
from loyalty.rules.selection import STEPS, RoundAction, RoundState
from loyalty.services.actors import Role
from loyalty.services.errors import (
    NotAllowedError,
    RoundStateError,
    StaleRecordError,
    UnknownRecordError,
    ValueRefusedError,
)
from loyalty.services.staff.sign_in import to_staff_member
from tests.given import (
    given_account,
    given_community,
    given_resident,
    given_round,
    given_staff,
)
from tests.given_rounds import (
    AFTER_NOTICE,
    LAST_DAY,
    WAY,
    act,
    brought_through,
    given_round_after,
)

STATE_AFTER = {None: RoundState.DRAFT} | {
    action: state for action in WAY for state in STEPS[action].leads.values()
}
"""Last step taken → where the round stands."""

NEXT_STEP = dict(zip(STATE_AFTER, [*WAY, None], strict=True))


@pytest.mark.parametrize("last", STATE_AFTER)
def test_after_each_step_only_the_next_one_or_one_beside_is_allowed(
    session: Session, last: RoundAction | None
) -> None:
    selection_round = given_round(session, given_community(session))
    if last is not None:
        brought_through(session, selection_round, last)
    session.commit()

    allowed = {action for action in RoundAction if _is_allowed(session, selection_round, action)}

    beside = {action for action in RoundAction if action not in WAY and _leads(action, last)}
    assert allowed == {NEXT_STEP[last]} - {None} | beside
    assert selection_round.state == STATE_AFTER[last]


def _leads(action: RoundAction, last: RoundAction | None) -> bool:
    return STATE_AFTER[last] in STEPS[action].leads


def _is_allowed(session: Session, selection_round: Round, action: RoundAction) -> bool:
    try:
        act(session, selection_round, action, now=AFTER_NOTICE)
    except RoundStateError:
        return False
    else:
        return True
    finally:
        session.rollback()


def test_a_cancelled_round_stays_cancelled_with_its_reason(session: Session) -> None:
    selection_round = given_round(session, given_community(session))
    act(session, selection_round, RoundAction.CANCEL, reason="名额有误")

    for action in RoundAction:
        with pytest.raises(RoundStateError):
            act(session, selection_round, action)

    assert selection_round.state == RoundState.CANCELLED
    assert selection_round.cancel_reason == "名额有误"


def test_cancelling_needs_a_reason(session: Session) -> None:
    selection_round = given_round(session, given_community(session))

    with pytest.raises(ValueRefusedError, match="reason") as refused:
        act(session, selection_round, RoundAction.CANCEL, reason=None)

    assert refused.value.pointer == "/reason"


def test_the_notice_runs_for_five_working_days_after_its_publication(session: Session) -> None:
    selection_round = given_round_after(session, given_community(session), RoundAction.PUBLISH)

    assert selection_round.notice_last == LAST_DAY.date() == date(2026, 12, 16)


def test_nothing_is_confirmed_on_the_last_day_of_the_notice(session: Session) -> None:
    selection_round = given_round_after(session, given_community(session), RoundAction.PUBLISH)

    with pytest.raises(RoundStateError) as refused:
        act(session, selection_round, RoundAction.CONFIRM, now=LAST_DAY)

    assert refused.value.missing == ("notice_running",)


def test_a_round_is_confirmed_the_day_after_the_notice(session: Session) -> None:
    selection_round = given_round_after(session, given_community(session), RoundAction.PUBLISH)

    act(session, selection_round, RoundAction.CONFIRM, now=AFTER_NOTICE)

    assert selection_round.state == RoundState.CONFIRMED
    assert selection_round.confirmed_at == AFTER_NOTICE


def test_who_planned_the_round_does_not_confirm_it(session: Session) -> None:
    community = given_community(session)
    planner = given_account(session, community, Role.MANAGER)
    selection_round = given_round(session, community, created_by=planner.id)
    brought_through(session, selection_round, RoundAction.PUBLISH)

    with pytest.raises(RoundStateError) as refused:
        act(
            session,
            selection_round,
            RoundAction.CONFIRM,
            actor=to_staff_member(planner, timezone=community.timezone),
        )

    assert refused.value.missing == ("same_person",)


def test_a_second_account_of_who_planned_it_does_not_either(session: Session) -> None:
    community = given_community(session)
    person, other = (given_resident(session, community).id for _ in range(2))
    planner, second, neighbour = (
        given_account(session, community, Role.MANAGER, resident_id=one)
        for one in (person, person, other)
    )
    selection_round = given_round(session, community, created_by=planner.id)
    brought_through(session, selection_round, RoundAction.PUBLISH)
    mine, theirs = (
        to_staff_member(one, timezone=community.timezone) for one in (second, neighbour)
    )

    with pytest.raises(RoundStateError) as refused:
        act(session, selection_round, RoundAction.CONFIRM, actor=mine)
    act(session, selection_round, RoundAction.CONFIRM, actor=theirs)

    assert refused.value.missing == ("same_person",)


def test_only_a_manager_confirms(session: Session) -> None:
    community = given_community(session)
    selection_round = given_round_after(session, community, RoundAction.PUBLISH)

    with pytest.raises(NotAllowedError):
        act(session, selection_round, RoundAction.CONFIRM, actor=given_staff(session, community))


def test_another_communitys_round_is_unknown(session: Session) -> None:
    selection_round = given_round(session, given_community(session))
    outsider = given_staff(session, given_community(session), Role.MANAGER)

    with pytest.raises(UnknownRecordError):
        act(session, selection_round, RoundAction.OPEN, actor=outsider)


def test_a_step_on_an_outdated_round_is_refused_where_the_caller_insists(session: Session) -> None:
    selection_round = given_round(session, given_community(session))
    act(session, selection_round, RoundAction.OPEN, version=1)

    with pytest.raises(StaleRecordError):
        act(session, selection_round, RoundAction.SCREEN, version=1)


def test_every_step_leaves_a_trace(session: Session) -> None:
    selection_round = given_round_after(session, given_community(session), RoundAction.CLOSE)

    events = session.scalars(
        select(AuditEvent.action)
        .where(AuditEvent.subject_id == selection_round.id)
        .order_by(AuditEvent.id)
    )

    assert [*events] == [f"round.{action}" for action in WAY]


def test_a_round_that_selects_nobody_issues_no_card(session: Session) -> None:
    community: Community = given_community(session)
    selection_round: Round = given_round_after(session, community, RoundAction.ISSUE, candidates=0)

    assert selection_round.state == RoundState.ISSUED
    assert session.scalars(select(Card)).all() == []
