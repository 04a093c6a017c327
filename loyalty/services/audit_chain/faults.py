"""Verifying the chain: everything in which what is recorded is not what was chained."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.cards.audit_heads import AuditHead, is_signed
from loyalty.models import AuditLink, Community, ReplacedKey, SigningKey
from loyalty.rules.audit_chain import ENTRY, EVENT, LinkFacts, compute_link_head
from loyalty.services.audit_chain.links import BEFORE_ALL, hash_rows, head_of, select_links


class FaultKind(StrEnum):
    """What is wrong with a chain. Codes are public: add one, never rename one."""

    ROWS_MISSING = "rows_missing"
    ROWS_ADDED = "rows_added"
    ROWS_CHANGED = "rows_changed"
    LINK_CHANGED = "link_changed"
    LINK_MISSING = "link_missing"
    LINK_UNSIGNED = "link_unsigned"
    HEAD_MISSING = "head_missing"
    """The chain ends before a head that was published: it was cut off, or a backup restored."""
    HEAD_DIFFERS = "head_differs"
    """The chain was made anew since a head was published."""
    HEAD_UNSIGNED = "head_unsigned"
    """No key of the community has signed the copy of a head: it proves nothing."""


@dataclass(frozen=True, slots=True)
class ChainFault:
    """One thing that is wrong."""

    kind: FaultKind
    number: int
    """Of the link."""
    detail: str
    """In a sentence, in English, for the operator."""


@dataclass(frozen=True, slots=True)
class KnownHead:
    """A head as somebody has kept it."""

    number: int
    head: str
    signed: tuple[AuditHead, str, str] | None = None
    """Head, key id and signature of a published document; None of one that was only written down,
    such as that of a closed month.
    """


def find_faults(
    session: Session, community: Community, known: Sequence[KnownHead] = ()
) -> Iterator[ChainFault]:
    """Yield everything in which what is recorded is not what was chained.

    Args:
        known: heads from outside the database. Without one, a chain that was made anew as a whole,
            or cut off at its end, looks right.
    """
    keys = _list_keys(session, community.id)
    heads: dict[int, str] = {}
    previous: AuditLink | None = None
    for link in session.scalars(select_links(community.id).order_by(AuditLink.number)):
        heads[link.number] = link.head
        yield from _find_faults_of_link(link, previous)
        first_id = BEFORE_ALL if previous is None else previous.until_id
        yield from _find_faults_of_rows(session, link, first_id)
        if not is_signed(head_of(link, community), link.key_id, link.signature, keys):
            yield _fault(FaultKind.LINK_UNSIGNED, link, "bears no signature of the community")
        previous = link
    for one in known:
        yield from _find_faults_of_known(one, heads, keys, community.slug)


def _find_faults_of_link(link: AuditLink, previous: AuditLink | None) -> Iterator[ChainFault]:
    number, head = (0, None) if previous is None else (previous.number, previous.head)
    if link.number != number + 1:
        yield _fault(FaultKind.LINK_MISSING, link, f"follows {number}: links are missing between")
    facts = LinkFacts(**{name: getattr(link, name) for name in LinkFacts.__slots__})
    if link.previous_head != head or compute_link_head(facts) != link.head:
        yield _fault(FaultKind.LINK_CHANGED, link, "is not what was hashed")


def _find_faults_of_rows(session: Session, link: AuditLink, first_id: UUID) -> Iterator[ChainFault]:
    counts, rows_hash = hash_rows(session, link.community_id, first_id, link.until_id)
    if rows_hash == link.rows_hash:
        return
    span = f"recorded from {_moment_of(first_id)} to {_moment_of(link.until_id)}"
    chained = {EVENT: link.events, ENTRY: link.entries}
    for table, count in counts.items():
        if lost := max(chained[table] - count, 0):
            yield _fault(FaultKind.ROWS_MISSING, link, f"lacks {lost} rows of {table} {span}")
        if more := max(count - chained[table], 0):
            yield _fault(FaultKind.ROWS_ADDED, link, f"has {more} more rows of {table} {span}")
    if counts == chained:
        yield _fault(FaultKind.ROWS_CHANGED, link, f"holds rows that were changed, {span}")


def _find_faults_of_known(
    known: KnownHead, heads: Mapping[int, str], keys: Mapping[str, bytes], slug: str
) -> Iterator[ChainFault]:
    number = known.number
    if known.signed is not None:
        head, key_id, signature = known.signed
        if head.community != slug or not is_signed(head, key_id, signature, keys):
            detail = f"The copy of head {number} was signed by no key of this community."
            yield ChainFault(FaultKind.HEAD_UNSIGNED, number, detail)
    if number not in heads:
        detail = f"Head {number} was published, and the chain ends before it."
        yield ChainFault(FaultKind.HEAD_MISSING, number, detail)
    elif heads[number] != known.head:
        detail = f"Head {number} is not the one that was published: the chain was made anew."
        yield ChainFault(FaultKind.HEAD_DIFFERS, number, detail)


def _fault(kind: FaultKind, link: AuditLink, detail: str) -> ChainFault:
    return ChainFault(kind, link.number, f"Link {link.number} {detail}.")


def _moment_of(row_id: UUID) -> str:
    """Return when an id was made, to the second in UTC."""
    if row_id == BEFORE_ALL:
        return "the beginning"
    return datetime.fromtimestamp((row_id.int >> 80) / 1000, UTC).isoformat(timespec="seconds")


def _list_keys(session: Session, community_id: UUID) -> Mapping[str, bytes]:
    """Return the public keys that a community has ever had, by their ids."""
    return {
        key_id: public
        for model in (ReplacedKey, SigningKey)
        for key_id, public in session.execute(
            select(model.key_id, model.public_key).where(model.community_id == community_id)
        )
    }
