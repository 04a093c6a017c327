"""What one community has is neither found nor changed by another, which has nothing yet."""

from datetime import date, datetime
from functools import partial

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import (
    Community,
    Deed,
    Matter,
    Objection,
    SigningKey,
    StaffAccount,
)
from loyalty.rules.calendar import Month
from loyalty.services.actors import StaffMember
from loyalty.services.cards.keys import destroy_spent_keys
from loyalty.services.community.working_days import last_day_of
from loyalty.services.deeds.sheets import RecordSheet, list_people_on
from loyalty.services.errors import UnknownRecordError
from loyalty.services.matters.matters import get_matter_by_receipt
from loyalty.services.notice.public_months import public_months, round_open_to_nominations
from loyalty.services.rounds.retention import forget_contacts
from loyalty.services.rounds.todo import current_round
from loyalty.services.selection.planning import round_in
from loyalty.services.shops.finding import count_shops_that_give
from loyalty.services.work import Work
from tests.given import NOON, SHANGHAI, given_community, given_round
from tests.given_everything import Everything
from tests.kept_database import KeptDatabase
from tests.two_communities import given_theirs


@pytest.fixture
def elsewhere(session: Session, kept_database: KeptDatabase) -> Everything:
    """Everything, in another community."""
    return kept_database.fill("elsewhere", partial(given_theirs, session))


@pytest.fixture
def community(session: Session, elsewhere: Everything) -> Community:  # noqa: ARG001  # comes first
    """Ours, in which there is nothing yet."""
    return given_community(session)


def test_their_month_and_their_sheet_are_not_ours(
    session: Session, staff: StaffMember, elsewhere: Everything
) -> None:
    theirs = session.get_one(StaffAccount, (elsewhere.community_id, elsewhere.ids["account_id"]))
    deed = session.scalars(select(Deed).where(Deed.community_id == theirs.community_id)).one()

    with pytest.raises(UnknownRecordError):
        round_in(Work(session, staff, NOON), Month(2026, 12))
    assert (
        list_people_on(
            Work(session, staff, NOON), RecordSheet(deed.done_on, "choir", deed.source, ())
        )
        == []
    )


def test_their_months_are_not_ours(session: Session, community: Community) -> None:
    theirs = given_community(session)
    drawn_long_ago = datetime(2026, 5, 20, 12, tzinfo=SHANGHAI)
    given_round(
        session,
        theirs,
        month=date(2026, 5, 1),
        state="cancelled",
        frozen_at=drawn_long_ago,
        drawn_at=drawn_long_ago,
    )

    assert public_months(session, theirs, today=NOON.date()).proven == [Month(2026, 5)]
    assert public_months(session, community, today=NOON.date()).proven == []


@pytest.mark.usefixtures("elsewhere")
def test_their_round_and_their_shops_are_not_on_our_first_pages(
    session: Session, community: Community, staff: StaffMember
) -> None:
    assert current_round(Work(session, staff, NOON)) is None
    assert round_open_to_nominations(session, community) is None
    assert count_shops_that_give(session, community, today=NOON.date()) == 0


def test_whoever_raised_a_matter_there_asks_in_vain_here(
    session: Session, community: Community, elsewhere: Everything
) -> None:
    matter = session.get_one(Matter, (elsewhere.community_id, elsewhere.ids["matter_id"]))

    with pytest.raises(UnknownRecordError):
        get_matter_by_receipt(session, community, str(matter.receipt))


def test_their_changed_days_do_not_count_here(
    session: Session, community: Community, elsewhere: Everything
) -> None:
    account = session.get_one(StaffAccount, (elsewhere.community_id, elsewhere.ids["account_id"]))

    ours, theirs = (
        last_day_of(session, one, NOON.date(), 5) for one in (community.id, account.community_id)
    )

    assert ours < theirs


def test_forgetting_and_destroying_stay_at_home(
    session: Session, community: Community, staff: StaffMember, elsewhere: Everything
) -> None:
    named = (elsewhere.community_id, elsewhere.on_notice["objection_id"])
    objection = session.get_one(Objection, named)
    matter = session.get_one(Matter, (elsewhere.community_id, elsewhere.ids["matter_id"]))
    objection.upheld, objection.reason = False, "已经核实"
    objection.decided_by = matter.owner_id
    matter.state, matter.answer = "closed", "换了"
    objection.decided_at = matter.answered_at = matter.closed_at = NOON.replace(month=1)
    session.flush()
    before = _read_secrets(session, objection, matter)

    forget_contacts(session, staff.community_id, now=NOON)
    destroy_spent_keys(session, community, now=NOON.replace(year=2030))

    session.expire_all()
    assert None not in before
    assert _read_secrets(session, objection, matter) == before


def _read_secrets(
    session: Session, objection: Objection, matter: Matter
) -> list[str | bytes | None]:
    """What is forgotten or destroyed when its time has come."""
    keys = session.scalars(select(SigningKey.sealed_private_key).order_by(SigningKey.id))
    return [objection.contact, matter.contact, *keys]
