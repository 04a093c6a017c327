"""Parties, and what they gave, stored or sent to the API."""

from typing import Any
from uuid import UUID

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Community, Contribution, ContributionKind, LedgerParty
from loyalty.rules.typed_text import make_reference_key
from tests.given import NOON, given_account

URL = "/api/v1/contributions"
BENEFIT = "/api/v1/benefit?from=2026-12&to=2026-12"

PROMOTION = {
    "kind": "promotion",
    "happened_on": "2026-12-01",
    "label": "attested",
    "amount_fen": 9_000_000,
    "quantity_hundredths": 350_000,
    "unit": "visits",
    "evidence": "活动总结第3页",
}

Headers = dict[str, str]


def record(client: FlaskClient, headers: Headers, **values: Any) -> Any:
    """Send the promotion, some of it changed."""
    return client.post(URL, headers=headers, json={**PROMOTION, **values})


def matrix(client: FlaskClient, headers: Headers) -> list[tuple[str, str, str, int]]:
    """The cells of December in which something was given."""
    found = client.get(BENEFIT, headers=headers).json["matrix"]
    cells = [(one["giver"], one["receiver"], one["label"], one["amount_fen"]) for one in found]
    return [cell for cell in cells if cell != ("shops", "residents", "measured", 0)]


def faults(answer: Any) -> list[str]:
    """The members that an answer refuses."""
    assert answer.status_code == 422, answer.json
    return [fault["pointer"] for fault in answer.json["errors"]]


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
