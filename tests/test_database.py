from contextlib import suppress

import psycopg
import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session, joinedload

from loyalty.database import db, hot_connection, transaction
from loyalty.models import Card
from loyalty.services.errors import UnknownRecordError
from tests.given import given_card, given_community
from tests.kept_database import plain


def drop_connections(database: str) -> None:
    """End every connection from the server's side, as its restart does."""
    with psycopg.connect(plain(database), autocommit=True) as operator:
        operator.execute(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_a_request_does_not_notice_that_the_server_was_restarted(app: Flask, database: str) -> None:
    assert app
    with transaction() as session:
        session.execute(text("SELECT 1"))
    drop_connections(database)

    with transaction() as session:
        assert session.scalar(text("SELECT 1")) == 1


def test_connections_that_the_server_has_dropped_are_not_used_again(
    app: Flask, database: str
) -> None:
    assert app
    with hot_connection() as one, hot_connection() as other:
        assert one is not other
    drop_connections(database)

    with pytest.raises(psycopg.OperationalError), hot_connection() as dropped:
        dropped.execute("SELECT 1")

    for _ in range(3):
        with hot_connection() as fresh:
            assert fresh.execute("SELECT 1").fetchone() == (1,)


def card_with_holder(session: Session) -> Card:
    given_card(session, given_community(session))
    session.commit()
    return session.scalars(select(Card).options(joinedload(Card.resident))).one()


class TestWhatWasReadBeforeARefusal:
    """A page shows a record beside the reason why nothing was done to it."""

    def refused(self, card: Card, *, keeping: bool) -> None:
        def deed(session: Session) -> None:
            card.state = "revoked"
            session.flush()
            session.expire(card.resident)
            raise UnknownRecordError

        if keeping:
            with suppress(UnknownRecordError), transaction() as session:
                deed(session)
        else:
            with suppress(UnknownRecordError):
                deed(db.session())
            db.session.rollback()

    def test_stays_with_what_was_loaded_beside_it(self, session: Session) -> None:
        card = card_with_holder(session)
        whose = card.resident.name

        self.refused(card, keeping=True)

        assert (card.state, card.resident.name) == ("issued", whose)
        assert not session.dirty
        session.refresh(card)
        assert card.state == "issued"

    def test_is_gone_without_that(self, session: Session) -> None:
        card = card_with_holder(session)
        assert card.resident.name

        self.refused(card, keeping=False)

        with pytest.raises(InvalidRequestError):
            assert card.resident.name
