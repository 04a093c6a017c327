"""Continuing the chain. A sale writes nothing for it.

The worker hashes what came in, in the order of ids, up to a moment before which nobody can be
writing any more (`ledger.folding`), and signs the head. Only columns that never change are hashed
(`rules.audit_chain`), so what the law has us forget breaks nothing.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from loyalty.cards.audit_heads import AuditHead, make_head_document, sign_head
from loyalty.database import Identified
from loyalty.models import AuditEvent, AuditLink, Community, Redemption
from loyalty.rules.audit_chain import (
    CHAINED,
    ENTRY,
    EVENT,
    LinkFacts,
    compute_link_head,
    encode_row,
)
from loyalty.services.errors import UnknownRecordError

BEFORE_ALL = UUID(int=0)
"""Smaller than the id of any row."""

MOST_AT_ONCE = 20_000
"""Rows of each table that one link holds, so that no transaction takes long."""

READ_AT_ONCE = 2_000
"""Rows that are fetched together."""

WAITS = timedelta(minutes=10)
"""How old a row is before it is chained: an id may wait that long for its transaction, and that is
how far the clocks of servers may differ. One that comes in behind a link looks like a forged one.
"""

_TABLES: Mapping[str, type[Identified]] = MappingProxyType({EVENT: AuditEvent, ENTRY: Redemption})


@dataclass(frozen=True, slots=True)
class ChainKey:
    """A key of the community, to sign with."""

    key_id: str
    private_raw: bytes


def link_records(
    session: Session,
    community: Community,
    until_id: UUID,
    get_key: Callable[[], ChainKey],
    *,
    now: datetime,
) -> bool:
    """Continue the chain of a community by one link; return whether there may be more to chain.

    Args:
        community: locked, so that nobody else does so meanwhile.
        until_id: below which nothing can become visible any more.
        get_key: returns the key to sign with; asked only where there is something to chain.
    """
    last = find_last_link(session, community.id)
    first_id = BEFORE_ALL if last is None else last.until_id
    end = _find_end(session, community.id, first_id, until_id)
    if end is None:
        return False
    counts, rows_hash = hash_rows(session, community.id, first_id, end)
    facts = LinkFacts(
        community_id=community.id,
        number=1 if last is None else last.number + 1,
        previous_head=None if last is None else last.head,
        until_id=end,
        linked_at=now,
        events=counts[EVENT],
        entries=counts[ENTRY],
        rows_hash=rows_hash,
    )
    session.add(_sign(facts, community, get_key()))
    session.flush()
    return end < until_id


def _sign(facts: LinkFacts, community: Community, key: ChainKey) -> AuditLink:
    link = AuditLink(
        **{name: getattr(facts, name) for name in LinkFacts.__slots__},
        head=compute_link_head(facts),
        key_id=key.key_id,
    )
    link.signature = sign_head(head_of(link, community), key.private_raw)
    return link


def find_last_link(session: Session, community_id: UUID) -> AuditLink | None:
    """Return the end of a community's chain; None where nothing has been chained yet."""
    return session.scalar(select_links(community_id).order_by(AuditLink.number.desc()).limit(1))


def publish_head(session: Session, community: Community) -> dict[str, Any]:
    """Return the end of a community's chain as it is published.

    Raises:
        UnknownRecordError: nothing has been chained yet.
    """
    last = find_last_link(session, community.id)
    if last is None:
        raise UnknownRecordError("Nothing of this community has been chained yet.")
    return make_head_document(head_of(last, community), last.key_id, last.signature)


def head_of(link: AuditLink, community: Community) -> AuditHead:
    """Return the head of a link as it was signed."""
    return AuditHead(community.slug, link.number, _spell(link.linked_at), link.head)


def _spell(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def select_links(community_id: UUID) -> Select[tuple[AuditLink]]:
    """Return the query for the links of a community."""
    return select(AuditLink).where(AuditLink.community_id == community_id)


def _find_end(session: Session, community_id: UUID, first_id: UUID, until_id: UUID) -> UUID | None:
    """Return up to which id one link goes; None where nothing has come in."""
    found = False
    end = until_id
    for model in _TABLES.values():
        ids = _span(select(model.id), model, community_id, first_id, until_id).order_by(model.id)
        found = found or session.scalar(ids.limit(1)) is not None
        end = min(end, session.scalar(ids.offset(MOST_AT_ONCE).limit(1)) or end)
    return end if found else None


def hash_rows(
    session: Session, community_id: UUID, first_id: UUID, until_id: UUID
) -> tuple[dict[str, int], str]:
    """Return how many rows of each table lie between two ids, and the hash of them all."""
    counts = dict.fromkeys(CHAINED, 0)
    hashed = hashlib.sha256()
    for table, columns in CHAINED.items():
        model = _TABLES[table]
        values = (model.__table__.c[name] for name in columns)
        query = _span(select(*values), model, community_id, first_id, until_id).order_by(model.id)
        for row in session.execute(query, execution_options={"yield_per": READ_AT_ONCE}):
            hashed.update(encode_row(table, tuple(row)))
            counts[table] += 1
    return counts, hashed.hexdigest()


def _span(
    query: Select[Any], model: type[Identified], community_id: UUID, first_id: UUID, until_id: UUID
) -> Select[Any]:
    return query.where(
        model.__table__.c.community_id == community_id,
        model.id >= first_id,
        model.id < until_id,
    )
