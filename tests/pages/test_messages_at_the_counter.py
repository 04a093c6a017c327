"""Who wants no messages any more may say so at the counter; nobody can agree there."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import (
    AuditEvent,
    Card,
    Community,
    ConsentEvent,
    Message,
    MessageRecipient,
    Resident,
)
from loyalty.services.actors import Role
from tests.given import given_card, given_community, given_resident, signed_in
from tests.given_of_residents import given_messages_of
from tests.pages.visits import enter, press, text_of


@pytest.fixture
def told(session: Session, community: Community) -> Resident:
    """Somebody who is told, and to whom a message waits."""
    resident = given_resident(session, community)
    card: Card = given_card(session, community, resident_id=resident.id)
    given_messages_of(session, community, card.id)
    session.commit()
    return resident


def test_staff_end_them_with_what_waits_and_the_history_says_who_wrote_it_down(
    client: FlaskClient, session: Session, community: Community, told: Resident
) -> None:
    enter(client, session, community, Role.STAFF)
    page = f"/staff/residents/{told.id}/consents"
    assert "本人同意收消息" in text_of(client.get(page))

    press(client, page, f"/staff/residents/{told.id}/messages/end")

    shown = text_of(client.get(page))
    assert "不再同意" in shown
    assert "本人同意收消息" not in shown
    session.refresh(told)
    assert not told.consent_messages
    own = {"community_id": community.id, "resident_id": told.id}
    for model in (MessageRecipient, Message):
        assert session.scalars(select(model).filter_by(**own)).all() == []
    (event,) = session.scalars(select(ConsentEvent).filter_by(**own))
    assert (event.source, event.agreed, event.account_id is None) == ("staff", False, False)
    traces = select(AuditEvent).filter_by(community_id=community.id, subject_id=told.id)
    assert [one.action for one in session.scalars(traces)] == ["resident.consented"]


def test_a_program_ends_them_once_or_twice_and_no_other_community_does(
    client: FlaskClient, session: Session, community: Community, told: Resident
) -> None:
    url = f"/api/v1/residents/{told.id}/messages"
    elsewhere = signed_in(session, given_community(session), Role.STAFF)
    panel = signed_in(session, community, Role.PANEL)
    assert client.delete(url, headers=elsewhere).status_code == 404
    assert client.delete(url, headers=panel).status_code == 403
    session.refresh(told)
    assert told.consent_messages

    staff = signed_in(session, community, Role.STAFF)
    answers = [client.delete(url, headers=staff).status_code for _ in range(2)]

    assert answers == [204, 204]
    session.refresh(told)
    assert not told.consent_messages
