"""Taking somebody out of what others have written: every column that holds words of people."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import Table, Update, func, or_, select, update
from sqlalchemy.orm import Session

from loyalty.database import Model, Owned
from loyalty.models.sealed import is_sealed, list_sealed
from loyalty.rules.traces import FORGOTTEN, replace_traces

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
        "part_change": ("reason",),
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
        _let_go(session, tables[name], column, community_id, pattern)
    for name, columns in FREE_TEXTS.items():
        for column in _plain(name, columns):
            session.execute(_replace(tables[name], column, community_id, pattern))
    for name, columns in WRITTEN_ONCE.items():
        for column in _plain(name, columns):
            session.execute(_empty(tables[name], column, community_id, pattern))
    for model, column, _ in list_sealed():
        if column in FREE_TEXTS.get(model.__tablename__, ()):
            _rewrite(session, model, column, community_id, pattern)
        elif column in WRITTEN_ONCE.get(model.__tablename__, ()):
            _rewrite(session, model, column, community_id, pattern, forgotten=None)


def _plain(table: str, columns: Sequence[str]) -> list[str]:
    return [column for column in columns if not is_sealed(table, column)]


def _rewrite(
    session: Session,
    model: type[Owned],
    column: str,
    community_id: UUID,
    pattern: str,
    *,
    forgotten: str | None = FORGOTTEN,
) -> None:
    """Take somebody out of a sealed column, which is opened for that row by row.

    Args:
        forgotten: stands where somebody stood; None empties the column there.
    """
    for record in _list_tellers(session, model, column, community_id, pattern):
        told = getattr(record, column)
        cleared = None if forgotten is None else replace_traces(pattern, told)
        setattr(record, column, cleared)
    session.flush()


def _list_tellers(
    session: Session, model: type[Owned], column: str, community_id: UUID, pattern: str
) -> list[Owned]:
    """Return the records in whose sealed column somebody is told, locked."""
    told = re.compile(pattern, re.IGNORECASE)
    key = model.__table__.primary_key
    written = session.scalars(
        select(model)
        .where(model.community_id == community_id, getattr(model, column).is_not(None))
        .order_by(*key)
        .with_for_update()
    )
    return [record for record in written if told.search(getattr(record, column))]


def _let_go(session: Session, table: Table, picture: str, community_id: UUID, pattern: str) -> None:
    """Take the picture from records whose texts tell of somebody."""
    texts = FREE_TEXTS[table.name]
    told = or_(
        *(table.c[text].regexp_match(pattern, flags="i") for text in _plain(table.name, texts))
    )
    ids = [
        record.id  # type: ignore[attr-defined]  # what has a picture has an id
        for model, column, _ in list_sealed()
        if model.__tablename__ == table.name and column in texts
        for record in _list_tellers(session, model, column, community_id, pattern)
    ]
    session.execute(
        update(table)
        .where(table.c.community_id == community_id, or_(told, table.c.id.in_(ids)))
        .values({picture: None})
    )


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
