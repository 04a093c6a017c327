from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from loyalty.models import Community, Objection, Round
from loyalty.rules.selection import RoundAction
from loyalty.services.matters.matters import (
    ChangeMatter,
    MatterKind,
    MatterState,
    RaiseMatter,
    Raiser,
    change_matter,
    raise_matter,
)
from loyalty.services.rounds.retention import forget_contacts
from loyalty.services.work import Work
from tests.given import NOON, given_community, given_staff
from tests.given_notices import decide, given_notice, given_objection
from tests.given_rounds import act

ALMOST = NOON + timedelta(days=30, minutes=-1)
LONG_AFTER = NOON + timedelta(days=30)


def objection_of_somebody(session: Session, community: Community) -> Objection:
    notice = given_notice(session, community)
    return given_objection(session, notice, name="赵大力", contact="3-501")


def forget(session: Session, community: Community, *, now: datetime) -> None:
    forget_contacts(session, community.id, now=now)
    session.expire_all()


def test_the_objector_is_forgotten_thirty_days_after_the_answer(
    session: Session, community: Community
) -> None:
    objection = decide(session, objection_of_somebody(session, community), upheld=False)

    forget(session, community, now=ALMOST)
    assert (objection.name, objection.contact) == ("赵大力", "3-501")
    forget(session, community, now=LONG_AFTER)
    assert (objection.name, objection.contact) == (None, None)
    assert objection.text


def test_whoever_waits_for_an_answer_is_not_forgotten(
    session: Session, community: Community
) -> None:
    objection = objection_of_somebody(session, community)

    forget(session, community, now=LONG_AFTER)

    assert objection.contact == "3-501"


def test_objectors_in_a_round_called_off_are_forgotten(
    session: Session, community: Community
) -> None:
    objection = objection_of_somebody(session, community)
    act(
        session,
        session.get_one(Round, (objection.community_id, objection.round_id)),
        RoundAction.CANCEL,
    )

    forget(session, community, now=NOON)

    assert (objection.name, objection.contact) == (None, None)


def test_whoever_raised_a_matter_is_forgotten_thirty_days_after_its_end(
    session: Session, community: Community
) -> None:
    actor = given_staff(session, community)
    request = RaiseMatter(MatterKind.NEED, "东门路灯不亮", Raiser.RESIDENT, contact="3-501")
    matter = raise_matter(Work(session, actor, NOON), request)
    closed = ChangeMatter(matter.id, matter.version, answer="好", state=MatterState.CLOSED)
    change_matter(Work(session, actor, NOON), closed)

    forget(session, community, now=ALMOST)
    assert matter.contact == "3-501"
    forget(session, community, now=LONG_AFTER)
    assert matter.contact is None


def test_another_communitys_objectors_are_not_touched(
    session: Session, community: Community
) -> None:
    objection = decide(session, objection_of_somebody(session, community), upheld=False)

    forget(session, given_community(session), now=LONG_AFTER)

    assert objection.contact == "3-501"


def test_issuing_a_later_round_forgets(session: Session, community: Community) -> None:
    objection = objection_of_somebody(session, community)
    decide(session, objection, upheld=False)
    selection_round = session.get_one(Round, (objection.community_id, objection.round_id))
    act(session, selection_round, RoundAction.CONFIRM)
    act(session, selection_round, RoundAction.ISSUE)
    session.refresh(objection)
    assert objection.contact == "3-501"

    act(session, selection_round, RoundAction.CLOSE, now=LONG_AFTER)

    session.refresh(objection)
    assert objection.contact is None
