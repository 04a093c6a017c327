"""Old files, photos and minutes are forgotten; what was decided and counted stays."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.models import (
    Community,
    Contribution,
    CouncilMeeting,
    EvidenceFile,
    Picture,
    ShopInspection,
)
from loyalty.rules.retention import EVIDENCE_FILES, INSPECTIONS, MEETINGS
from loyalty.rules.traces import FORGOTTEN
from loyalty.services.privacy.housekeeping import House, carry_out
from loyalty.services.privacy.retention import forget_records
from tests.given import NOON, SEALING_KEY, given_account, given_community, given_shop
from tests.given_contributions import given_contribution
from tests.given_inspections import given_inspection
from tests.given_notices import given_meeting

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


def keep_house(session: Session, community: Community, now: datetime) -> None:
    carry_out("the rest", House(session, community, now, SEALING_KEY, ()))


def given_evidence(session: Session, community: Community) -> Contribution:
    entry = given_contribution(session, community)
    file = EvidenceFile(
        community_id=community.id,
        contribution_id=entry.id,
        media_type="application/pdf",
        content=b"%PDF-",
        added_by=given_account(session, community).id,
        added_at=NOON,
    )
    session.add(file)
    session.flush()
    return entry


@pytest.mark.parametrize(("short_of", "left"), [(MINUTE, 1), (timedelta(0), 0)])
def test_files_of_evidence_go_after_three_years_and_the_entry_stays(
    session: Session, community: Community, short_of: timedelta, left: int
) -> None:
    entry = given_evidence(session, community)

    keep_house(session, community, NOON + EVIDENCE_FILES - short_of)

    files = select(func.count()).where(EvidenceFile.community_id == community.id)
    assert session.scalar(files) == left
    session.refresh(entry)
    assert entry.state == "counted"


@pytest.mark.parametrize(("short_of", "left"), [(MINUTE, 1), (timedelta(0), 0)])
def test_photos_of_an_inspection_go_and_its_points_stay(
    session: Session, community: Community, short_of: timedelta, left: int
) -> None:
    inspection = given_inspection(session, given_shop(session, community), recorded_at=NOON)

    keep_house(session, community, NOON + INSPECTIONS - short_of)

    pictures = select(func.count()).where(Picture.community_id == community.id)
    assert session.scalar(pictures) == left
    found = select(ShopInspection.passed).where(ShopInspection.community_id == community.id)
    assert session.scalars(found).all() == [inspection.passed]


@pytest.mark.parametrize(("day", "said"), [(-DAY, "下周装"), (timedelta(0), FORGOTTEN)])
def test_what_an_old_meeting_talked_about_is_forgotten_and_not_that_it_was_held(
    session: Session, community: Community, day: timedelta, said: str
) -> None:
    planned_by = given_account(session, community).id
    held = given_meeting(session, community, planned_by=planned_by, minutes="下周装")
    untold = given_meeting(
        session, community, planned_by=planned_by, held_on=held.held_on - DAY * 400
    )

    keep_house(session, community, NOON + MEETINGS + day)

    for meeting in (held, untold):
        session.refresh(meeting)
    assert (held.minutes, held.agenda == FORGOTTEN) == (said, said == FORGOTTEN)
    assert (untold.minutes, untold.agenda, untold.place) == (None, FORGOTTEN, None)


def test_another_communitys_records_stay(session: Session, community: Community) -> None:
    elsewhere = given_community(session)
    given_evidence(session, elsewhere)
    meeting = given_meeting(session, elsewhere, planned_by=given_account(session, elsewhere).id)

    forget_records(session, community.id, now=NOON + MEETINGS * 2)

    assert session.scalars(
        select(EvidenceFile.id).where(EvidenceFile.community_id == elsewhere.id)
    ).all()
    agenda = select(CouncilMeeting.agenda).where(CouncilMeeting.community_id == elsewhere.id)
    assert session.scalar(agenda) == meeting.agenda != FORGOTTEN
