"""Taking somebody out of what others have written: every column that holds words of people."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import Table, Update, func, or_, update
from sqlalchemy.orm import Session

from loyalty.database import Model
from loyalty.rules.traces import FORGOTTEN

FREE_TEXTS: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "complaint": ("text", "contact", "answer"),
        "contribution": ("evidence", "evidence_key", "reason"),
        "council_meeting": ("place", "agenda", "minutes"),
        "deed": ("source",),
        "matter": ("text", "contact", "answer"),
        "nomination": ("name", "statement", "reason"),
        "offer_proposal": ("reason", "answer"),
        "objection": ("text", "name", "contact", "reason"),
        "panellist": ("left_reason",),
        "sale_case": ("reason",),
        "selection_round": ("freeze_reason", "cancel_reason"),
        "shop_objection": ("text", "name", "contact", "reason"),
        "shop_application": ("contact", "hours", "offer", "reason"),
        "shop_inspection": ("note",),
        "shop_signal": ("reason",),
        "shop_visit": ("note",),
        "shop": ("contact", "hours", "offer"),
    }
)
"""By table: columns in which a name may stand, and is replaced."""

WRITTEN_ONCE: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        "card_event": ("reason",),
        "certification_event": ("reason",),
        "redemption": ("reason",),
        "shop_change": ("before", "after", "reason"),
    }
)
"""By table: columns that may not be changed, and are emptied where a name stands in them."""

PICTURES: Mapping[str, str] = MappingProxyType({"complaint": "picture_id"})
"""By table: columns that name a picture of what its texts tell; housekeeping forgets loose ones."""


def take_traces_out_of_texts(session: Session, community_id: UUID, pattern: str) -> None:
    """Replace somebody in every text of a community, by a pattern of `rules.traces`."""
    tables = Model.metadata.tables
    # Before its words no longer tell which it is.
    for name, column in PICTURES.items():
        session.execute(_let_go(tables[name], column, FREE_TEXTS[name], community_id, pattern))
    for name, columns in FREE_TEXTS.items():
        for column in columns:
            session.execute(_replace(tables[name], column, community_id, pattern))
    for name, columns in WRITTEN_ONCE.items():
        for column in columns:
            session.execute(_empty(tables[name], column, community_id, pattern))


def _let_go(
    table: Table, picture: str, texts: Sequence[str], community_id: UUID, pattern: str
) -> Update:
    told = or_(*(table.c[text].regexp_match(pattern, flags="i") for text in texts))
    return update(table).where(table.c.community_id == community_id, told).values({picture: None})


def _replace(table: Table, column: str, community_id: UUID, pattern: str) -> Update:
    written = table.c[column]
    cleared = func.regexp_replace(written, pattern, FORGOTTEN, "gi")
    return (
        update(table)
        .where(table.c.community_id == community_id, written.regexp_match(pattern, flags="i"))
        .values({column: cleared})
    )


def _empty(table: Table, column: str, community_id: UUID, pattern: str) -> Update:
    return (
        update(table)
        .where(
            table.c.community_id == community_id, table.c[column].regexp_match(pattern, flags="i")
        )
        .values({column: None})
    )
