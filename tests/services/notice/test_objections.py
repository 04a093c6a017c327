from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.database import transaction
from loyalty.models import (
    AuditEvent,
    Community,
    Objection,
    Round,
)
from loyalty.rules.selection import RoundAction, RoundState
from loyalty.services.actors import Role
from loyalty.services.errors import (
    NoticeReopenedError,
    RoundStateError,
    UnknownRecordError,
    ValueRefusedError,
)
from loyalty.services.notice.objections import (
    MakeObjection,
    make_objection,
    objection_called,
    objections_of,
    state_of,
)
from loyalty.services.rounds.actions import ActOnRound, act_on_round
from loyalty.services.selection.at_work import versions_of
from loyalty.services.work import Work
from tests.given import (
    NOON,
    SEALING_KEY,
    given_community,
    given_staff,
)
from tests.given_notices import DECEMBER, decide, given_objection, placed
from tests.given_rounds import (
    AFTER_NOTICE,
    LAST_DAY,
    act,
    given_round_after,
)


def test_an_objection_gets_a_receipt_and_a_day(session: Session, notice: Round) -> None:
    first, second = given_objection(session, notice), given_objection(session, notice)

    assert len({first.receipt, second.receipt}) == 2
    assert len(first.receipt) == 16
    assert (first.due_on, state_of(first)) == (date(2026, 12, 16), "open")
    assert first.name is first.contact is None


def test_a_line_is_named_by_its_number_too(session: Session, notice: Round) -> None:
    objection = given_objection(
        session, notice, reference=None, honour="civilized_resident", line=3
    )

    assert objection.candidate_id == placed(session, notice, 3).id


@pytest.mark.parametrize(
    ("values", "pointer"),
    [
        ({"reference": "R-NOBODY"}, "/reference"),
        ({"reference": None, "honour": "civilized_resident", "line": 9}, "/line"),
        ({"reference": None, "honour": "household_head", "line": 1}, "/line"),
    ],
)
def test_a_line_that_does_not_exist_is_refused(
    session: Session, notice: Round, values: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(ValueRefusedError) as refused:
        given_objection(session, notice, **values)

    assert refused.value.pointer == pointer


def test_nobody_objects_to_a_reserve(session: Session, notice: Round) -> None:
    with pytest.raises(ValueRefusedError):
        given_objection(session, notice, 4)


def test_objections_are_made_until_the_last_day_included(session: Session, notice: Round) -> None:
    given_objection(session, notice, now=LAST_DAY.replace(hour=23, minute=59))

    with pytest.raises(RoundStateError) as refused:
        given_objection(session, notice, now=AFTER_NOTICE.replace(hour=0))

    assert refused.value.missing == ("notice_over",)


@pytest.mark.parametrize("last", [RoundAction.OPEN, RoundAction.FREEZE, RoundAction.DRAW])
def test_before_the_notice_there_is_nothing_to_object_to(
    session: Session, community: Community, last: RoundAction
) -> None:
    given_round_after(session, community, last)
    request = MakeObjection("这个人没有做过这些事", reference="R-1")

    with pytest.raises(UnknownRecordError):
        make_objection(session, community, DECEMBER, request, now=NOON)


def test_a_receipt_says_something_in_its_own_community_only(
    session: Session, community: Community, notice: Round
) -> None:
    objection = given_objection(session, notice)

    assert objection_called(session, community, objection.receipt) is objection
    with pytest.raises(UnknownRecordError):
        objection_called(session, given_community(session), objection.receipt)


def test_the_confirmation_waits_for_every_answer(session: Session, notice: Round) -> None:
    objections = [given_objection(session, notice, place) for place in (1, 2)]
    decide(session, objections[0], upheld=False)

    with pytest.raises(RoundStateError) as refused:
        act(session, notice, RoundAction.CONFIRM)
    decide(session, objections[1], upheld=False, now=AFTER_NOTICE)
    act(session, notice, RoundAction.CONFIRM)

    assert refused.value.missing == ("objections_open",)
    assert notice.state == RoundState.CONFIRMED


def test_another_communitys_staff_find_no_objection(session: Session, notice: Round) -> None:
    objection = given_objection(session, notice)
    outsider = given_staff(session, given_community(session), Role.MANAGER)

    with pytest.raises(UnknownRecordError):
        decide(session, objection, upheld=True, actor=outsider)
    with pytest.raises(UnknownRecordError):
        objections_of(Work(session, outsider, NOON), notice.id)


def test_staff_read_objections_with_whom_they_are_about(
    session: Session, community: Community, notice: Round
) -> None:
    made = [given_objection(session, notice, place) for place in (3, 1)]

    listed = objections_of(Work(session, given_staff(session, community), NOON), notice.id)

    assert listed == made
    assert [one.candidate.place for one in listed] == [3, 1]


def test_traces_of_objections_hold_no_text_and_no_name(session: Session, notice: Round) -> None:
    objection = given_objection(session, notice, name="赵大力", contact="3-501")
    decide(session, objection, upheld=False)

    events = session.scalars(select(AuditEvent).where(AuditEvent.subject_id == objection.id)).all()

    assert [(one.action, one.actor_kind) for one in events] == [
        ("objection.made", "public"),
        ("objection.decided", "staff"),
    ]
    assert [one.detail for one in events] == [{}, {"upheld": False}]


def test_an_objection_and_a_confirmation_at_once_never_both_hold(
    app: Flask, session: Session, community: Community, notice: Round
) -> None:
    notice.notice_last = AFTER_NOTICE.date()
    reference = placed(session, notice, 1).reference
    manager = given_staff(session, community, Role.MANAGER)
    session.commit()
    both_are_ready = Barrier(2)

    def object_to_it(own: Session) -> None:
        request = MakeObjection("这个人没有做过这些事", reference=reference)
        make_objection(own, community, DECEMBER, request, now=AFTER_NOTICE)

    def confirm(own: Session) -> None:
        request = ActOnRound(notice.id, RoundAction.CONFIRM)
        later = AFTER_NOTICE + timedelta(days=1)
        act_on_round(Work(own, manager, later), request, sealing_key=SEALING_KEY)

    def succeeds(deed: Callable[[Session], None]) -> bool:
        both_are_ready.wait()
        try:
            with app.app_context(), transaction() as own:
                deed(own)
        except RoundStateError:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        outcomes = tuple(pool.map(succeeds, (object_to_it, confirm)))

    assert outcomes in {(True, False), (False, True)}
    stored = session.scalars(select(Objection)).all()
    assert len(stored) == outcomes[0]


def test_a_reopened_notice_is_kept_though_the_confirmation_is_refused(
    app: Flask, session: Session, community: Community, notice: Round
) -> None:
    placed(session, notice, 1).resident.state = "inactive"
    manager = given_staff(session, community, Role.MANAGER)
    request = ActOnRound(notice.id, RoundAction.CONFIRM)
    session.commit()

    with app.app_context(), pytest.raises(NoticeReopenedError), transaction() as own:
        act_on_round(Work(own, manager, AFTER_NOTICE), request, sealing_key=SEALING_KEY)

    session.expire_all()
    assert [one.kind for one in versions_of(session, notice)] == ["first", "supplementary"]
    assert session.get_one(Round, (notice.community_id, notice.id)).notice_last == date(
        2026, 12, 22
    )
