"""Pictures kept: staff see them all, anyone what is public, and none stays that nothing names."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.models import Community, Picture
from loyalty.services.errors import UnknownRecordError
from loyalty.services.pictures.pictures import (
    PicturePurpose,
    forget_loose_pictures,
    get_picture,
    get_public_picture,
)
from tests.given import NOON, given_community
from tests.given_pictures import given_picture


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Picture)) or 0


def test_a_picture_is_its_communitys_alone(session: Session, community: Community) -> None:
    picture = given_picture(session, community)

    assert get_picture(session, community.id, picture.id).content.startswith(b"\xff\xd8")
    with pytest.raises(UnknownRecordError):
        get_picture(session, given_community(session).id, picture.id)


@pytest.mark.parametrize("purpose", list(PicturePurpose))
def test_the_public_sees_the_floor_plan_and_no_other(
    session: Session, community: Community, purpose: PicturePurpose
) -> None:
    picture = given_picture(session, community, purpose)

    if purpose is PicturePurpose.FLOOR_PLAN:
        assert get_public_picture(session, community.id, picture.id) is picture
    else:
        with pytest.raises(UnknownRecordError):
            get_public_picture(session, community.id, picture.id)


def test_a_picture_that_nothing_names_is_forgotten_after_a_day(
    session: Session, community: Community
) -> None:
    given_picture(session, community)
    given_picture(session, given_community(session))

    forget_loose_pictures(session, community.id, now=NOON + timedelta(hours=24))
    assert count(session) == 2
    forget_loose_pictures(session, community.id, now=NOON + timedelta(hours=24, seconds=1))

    assert count(session) == 1
