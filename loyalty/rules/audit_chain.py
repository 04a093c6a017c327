"""The chain of what was recorded: how rows and links are written as bytes, and hashed.

A link stands for all rows of two tables between two ids. Its head is the hash of the link before,
of the rows, and of how many they are; so whoever knows one head knows everything before it.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from types import MappingProxyType
from uuid import UUID

FORMAT = "loyalty-audit-1"
"""Begins the bytes of each link; another choice of columns is another format."""

EVENT, ENTRY = "audit_event", "redemption"
"""The tables whose rows are chained: the trace of every act, and the book of sales."""

CHAINED: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        EVENT: ("id", "at", "action", "actor_kind", "actor_id", "subject_id", "detail"),
        ENTRY: (
            *("id", "shop_id", "till_id", "account_id", "kind", "of_id", "receipt"),
            *("total_fen", "discountable_fen", "payable_fen", "saved_fen", "pay_permille"),
            *("with_amount", "uses", "lines", "excluded_fen", "rounding"),
            *("discountable_limit_fen", "rule_version", "trade", "honour_id", "idempotency_key"),
            *("offline", "flag", "happened_at", "happened_on", "month", "recorded_at"),
        ),
    }
)
"""By table: the columns that never change, in the order in which they are hashed."""

NOT_CHAINED: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        EVENT: MappingProxyType({}),
        ENTRY: MappingProxyType(
            {
                "card_id": "is taken away after 93 days, with the person",
                "request_hash": "is taken away with it",
                "reason": "is emptied where it names somebody who is erased",
            }
        ),
    }
)
"""By table: the columns that the law has us empty, and why. The community stands in each link."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFacts:
    """What the head of a link is made of."""

    community_id: UUID
    number: int
    """From 1 on, without gaps."""
    previous_head: str | None
    """None in the first."""
    until_id: UUID
    """Rows from that of the link before on, and below this one."""
    linked_at: datetime
    events: int
    """How many rows of the trace."""
    entries: int
    """How many of the book."""
    rows_hash: str
    """Of all these rows, in hexadecimal."""


def encode_row(table: str, values: Sequence[object]) -> bytes:
    """Return the bytes of one row: a line of JSON in UTF-8, instants in UTC.

    Args:
        values: of its columns in the order of `CHAINED`.
    """
    return _encode([table, *values]) + b"\n"


def compute_link_head(link: LinkFacts) -> str:
    """Return the head of a link: SHA-256 of its members as JSON, in hexadecimal."""
    return hashlib.sha256(_encode({"format": FORMAT, **asdict(link)})).hexdigest()


def _encode(value: object) -> bytes:
    text = json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_spell
    )
    return text.encode()


def _spell(value: object) -> str:
    match value:
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case date():
            return value.isoformat()
        case UUID():
            return str(value)
        case _:
            raise TypeError(f"A {type(value).__name__} is never chained.")
