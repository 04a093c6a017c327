"""Parties, and what they gave."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Community, Contribution, ContributionKind, LedgerParty
from loyalty.rules.typed_text import make_reference_key
from tests.given import NOON, given_account


def given_party(
    session: Session, community: Community, name: str = "天山面粉厂", kind: str = "enterprise"
) -> LedgerParty:
    """An enterprise of the ledger."""
    key = make_reference_key(name)
    party = LedgerParty(community_id=community.id, kind=kind, name=name, name_key=key)
    session.add(party)
    session.flush()
    return party


def kind_called(session: Session, community: Community, code: str) -> ContributionKind:
    """A kind with which a community begins."""
    return session.scalars(
        select(ContributionKind).where(
            ContributionKind.community_id == community.id, ContributionKind.code == code
        )
    ).one()


def given_contribution(
    session: Session,
    community: Community,
    *,
    kind: str = "promotion",
    recorded_by: UUID | None = None,
    **values: Any,
) -> Contribution:
    """What the community gave its shops by a promotion at noon, estimated."""
    found = kind_called(session, community, kind)
    entry = Contribution(
        **{
            "community_id": community.id,
            "kind_id": found.id,
            "giver": found.giver,
            "receiver": found.receiver,
            "happened_on": NOON.date(),
            "amount_fen": 100,
            "quantity_hundredths": 0,
            "label": "estimated",
            "state": "counted",
            "recorded_by": recorded_by or given_account(session, community).id,
            "recorded_at": NOON,
            **values,
        }
    )
    session.add(entry)
    session.flush()
    return entry
