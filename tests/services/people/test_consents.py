"""What people agree to is written down with who said so, when, and by what road."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from loyalty.models import Community, ConsentEvent, Nomination, Resident, Round
from loyalty.services.actors import StaffMember
from loyalty.services.people.consents import (
    Consent,
    ConsentSource,
    Said,
    change_consents,
    list_consent_events,
    store_with_consents,
)
from loyalty.services.people.residents import (
    ChangeResident,
    CreateResident,
    change_resident,
    create_resident,
    make_resident,
)
from loyalty.services.selection.public_nominations import MatchNomination, match_nomination
from loyalty.services.work import Work
from tests.given import NOON, given_resident
from tests.given_rounds import given_nomination
from tests.statements import statements


@pytest.fixture
def work(session: Session, staff: StaffMember) -> Work:
    return Work(session, staff, NOON)


def said(session: Session, resident: Resident) -> list[tuple[str, bool, str, UUID | None]]:
    """What was said, the earliest first."""
    session.flush()
    events = reversed(list_consent_events(session, resident))
    return [(one.consent, one.agreed, one.source, one.account_id) for one in events]


def taken_in(work: Work) -> Resident:
    request = CreateResident(
        "王芳", "3-501", adult=True, household_ref="h1", consent_membership=True
    )
    return create_resident(work, request)


def test_what_somebody_agrees_to_as_they_are_taken_in(session: Session, work: Work) -> None:
    resident = taken_in(work)

    assert said(session, resident) == [("membership", True, "staff", work.actor.account_id)]


def store(work: Work, count: int) -> list[Resident]:
    """Store people who agree to take part, all at once."""
    request = CreateResident(
        "王芳", "3-501", adult=True, household_ref="h1", consent_membership=True
    )
    new = [make_resident(work, request) for _ in range(count)]
    store_with_consents(work.session, new, Said(ConsentSource.IMPORT, NOON))
    return new


def test_people_stored_at_once_are_stored_as_those_taken_in_one_by_one(
    session: Session, work: Work
) -> None:
    alone, at_once = (
        session.scalars(work.select(Resident).where(Resident.id == one.id)).one()
        for one in (taken_in(work), store(work, 2)[0])
    )
    columns = [one.key for one in Resident.__mapper__.column_attrs]
    told = [one.removesuffix("_sealed") for one in columns if one != "id"]

    assert [getattr(at_once, one) for one in told] == [getattr(alone, one) for one in told]
    assert said(session, at_once) == [("membership", True, "import", None)]


def test_many_are_stored_with_what_they_agree_to_in_two_statements(work: Work) -> None:
    with statements() as sent:
        store(work, 200)

    assert len(sent) == 2


@pytest.mark.parametrize("place", [0, 1])
def test_nothing_is_stored_at_once_where_a_member_is_given_to_one_alone(
    work: Work, place: int
) -> None:
    request = CreateResident("王芳", "3-501", adult=True, household_ref="h1")
    new = [make_resident(work, request) for _ in range(2)]
    new[place].consent_messages = True

    with pytest.raises(KeyError):
        store_with_consents(work.session, new, Said(ConsentSource.IMPORT, NOON))


def test_each_change_is_written_down_and_nothing_else(session: Session, work: Work) -> None:
    resident = taken_in(work)
    wanted: dict[str, Any] = {
        "consent_publicity": True,
        "consent_membership": True,
        "unit": "3-502",
    }
    change_resident(work, ChangeResident(resident.id, resident.version, **wanted))
    session.flush()
    change_resident(work, ChangeResident(resident.id, resident.version, consent_publicity=False))

    account = work.actor.account_id
    assert said(session, resident)[1:] == [
        ("publicity", True, "staff", account),
        ("publicity", False, "staff", account),
    ]


def test_what_the_person_says_on_their_own_page_names_no_account(
    session: Session, community: Community
) -> None:
    resident = given_resident(session, community)
    wanted = {Consent.MEMBERSHIP: False, Consent.CONTACT: False}

    changed = change_consents(session, resident, wanted, Said(ConsentSource.RESIDENT, NOON))

    assert [*changed] == [Consent.MEMBERSHIP]
    assert said(session, resident) == [("membership", False, "resident", None)]


def test_whoever_is_asked_when_they_are_nominated(
    session: Session, community: Community, work: Work, open_round: Round
) -> None:
    resident = given_resident(session, community, consent_membership=False)
    voice: Nomination = given_nomination(session, open_round)

    match_nomination(work, MatchNomination(voice.id, resident.id, consented=True))

    assert said(session, resident) == [("membership", True, "nomination", work.actor.account_id)]


def test_the_history_is_told_the_latest_first(session: Session, community: Community) -> None:
    resident = given_resident(session, community, consent_membership=False)
    for day, agreed in enumerate((True, False, True)):
        at = NOON + timedelta(days=day)
        change_consents(
            session, resident, {Consent.CONTACT: agreed}, Said(ConsentSource.RESIDENT, at)
        )
        session.flush()

    events = list_consent_events(session, resident)
    assert [one.at.astimezone(NOON.tzinfo).day for one in events] == [11, 10, 9]


def test_what_was_said_is_never_changed(session: Session, work: Work) -> None:
    resident = taken_in(work)
    assert session.scalars(select(ConsentEvent.id)).all()

    with pytest.raises(DatabaseError, match="written once"):
        session.execute(text("UPDATE consent_event SET agreed = false"))
    assert resident
