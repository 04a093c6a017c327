"""What was recorded, chained as the worker does, and somebody who reaches the database."""

from functools import partial
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from loyalty.commands.linking import get_chain_key
from loyalty.models import Community, Redemption
from loyalty.services.audit import note
from loyalty.services.audit_chain.links import link_records
from tests.given import NOON, SEALING_KEY, given_card, given_shop
from tests.given_sales import given_redemption

ASLEEP = "SET LOCAL session_replication_role = replica"
"""Triggers and foreign keys say nothing: what is left is the chain."""


def given_link(session: Session, community: Community, until_id: UUID | None = None) -> bool:
    """Chain whatever is recorded by now, as if nobody could be writing any more."""
    session.flush()
    get_key = partial(get_chain_key, session, community, SEALING_KEY, now=NOON)
    return link_records(session, community, until_id or uuid7(), get_key, now=NOON)


def given_record(session: Session, community: Community, sales: int = 3) -> list[Redemption]:
    """Some sales, each with its trace."""
    card, shop = given_card(session, community), given_shop(session, community)
    recorded = []
    for _ in range(sales):
        recorded.append(given_redemption(session, card, shop))
        note(
            session,
            None,
            "sale.recorded",
            community_id=community.id,
            subject_id=recorded[-1].id,
            now=NOON,
        )
        session.flush()
    return recorded


def tamper(session: Session, *statements: str, **values: object) -> None:
    """Do something as one who reaches the database and owns it."""
    session.execute(text(ASLEEP))
    for statement in statements:
        session.execute(text(statement), values)
    session.execute(text("SET LOCAL session_replication_role = DEFAULT"))
    session.expire_all()
