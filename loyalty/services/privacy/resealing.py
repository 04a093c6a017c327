"""Sealing personal data anew after its key was changed, some at a time, as often as it takes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Table, bindparam, func, literal, or_, select, union
from sqlalchemy.orm import Session

from loyalty.cards.keys import SealError
from loyalty.data_keys import KEY_ID_BYTES, DataKeyError, get_current_key, list_data_keys
from loyalty.database import Owned
from loyalty.models import Community, OwnPage
from loyalty.models.sealed import Sealed, list_sealed
from loyalty.services.own_page.hashing import SEALED
from loyalty.services.privacy.secret_seals import SEALS, Row, SecretSeal

_ALSO = {"signing_key": ("month",)}
"""Columns beside the key to which a value is bound."""

AT_ONCE = 500
"""How many records are sealed anew in one transaction, unless equal values must stay equal."""


class ResealingDueError(DataKeyError):
    """Something still lies under the key, or the secret, that was before."""


def refuse_other_keys(session: Session) -> None:
    """Refuse to work on a database whose personal data lies under another key.

    Raises:
        DataKeyError: no key that is held opens some of it.
        ResealingDueError: some of it still lies under the key that was before.
    """
    found = _list_key_ids(session)
    if unknown := found - {key.id for key in list_data_keys()}:
        raise DataKeyError(
            f"Personal data in this database was sealed with another key ({unknown.pop().hex()})."
            " Set LOYALTY_DATA_KEY, or LOYALTY_SECRET_KEY where there is none, to what it was;"
            " after a change, set LOYALTY_OLD_DATA_KEY to it."
        )
    if found - {get_current_key().id}:
        raise ResealingDueError(
            "Some personal data still lies under the old key; stop the service and run:"
            " loyalty reseal"
        )


def reseal_some(session: Session, community_id: UUID) -> int:
    """Seal some records of a community with the current key; return how many.

    A model whose members have keys is done whole: two people of one household must be known as
    such at any time. No version moves on, for nothing has changed.
    """
    for model, members in _group_by_model().items():
        table = cast("Table", model.__table__)
        stale = or_(*(_key_id(table, name) != get_current_key().id for name in members))
        query = select(model).where(model.community_id == community_id, stale)
        if not any(member.key for member in members.values()):
            query = query.limit(AT_ONCE)
        ordered = query.order_by(*table.primary_key).with_for_update()
        if found := session.scalars(ordered).all():
            _write(session, table, [_reseal(record, members) for record in found])
            session.expire_all()
            return len(found)
    return 0


def reseal_secrets(session: Session, community: Community, sealing_keys: Sequence[bytes]) -> int:
    """Seal with the first of some keys what the others have sealed; return how many values.

    What none of them opens stays as it is: it was lost before.

    Args:
        sealing_keys: from `cards.keys.sealing_key_from`, of the secret and of those before.
    """
    done = 0
    for one in SEALS:
        for row in _list_sealed_rows(session, one, community.id):
            plain = _open_former(one, row, community.slug, sealing_keys)
            if plain is not None:
                told = one.seal(row, community.slug, plain, sealing_key=sealing_keys[0])
                _write_one(session, one, row, told)
                done += 1
    return done


def count_former_secrets(
    session: Session, community: Community, sealing_keys: Sequence[bytes]
) -> int:
    """Return how many values another key than the first one of some has sealed."""
    return sum(
        _open_former(one, row, community.slug, sealing_keys) is not None
        for one in SEALS
        for row in _list_sealed_rows(session, one, community.id, locked=False)
    )


def count_unsealed_pins(session: Session, community: Community) -> int:
    """Return how many PINs were hashed under the secret itself, and end with it unless used."""
    query = select(func.count()).select_from(OwnPage)
    unsealed = OwnPage.pin_hash.not_like(f"{SEALED}%")
    found = session.scalar(query.where(OwnPage.community_id == community.id, unsealed))
    return found or 0


def refuse_former_secrets(
    session: Session, communities: Iterable[Community], sealing_keys: Sequence[bytes]
) -> None:
    """Refuse to work where something still lies under the secret that was before.

    Raises:
        ResealingDueError: so it is.
    """
    if any(count_former_secrets(session, one, sealing_keys) for one in communities):
        raise ResealingDueError(
            "Card keys, second factors or other secrets still lie under the old secret; stop the "
            "service and run: loyalty reseal"
        )


def _open_former(
    one: SecretSeal, row: Row, slug: str, sealing_keys: Sequence[bytes]
) -> bytes | None:
    """Return a value that another key than the first one has sealed; None of any other."""
    current, *former = sealing_keys
    for keys in ([current], former):
        with suppress(SealError):
            plain = one.open(row, slug, sealing_keys=keys)
            if plain is not None:
                return None if keys == [current] else plain
    return None


def _list_sealed_rows(
    session: Session, one: SecretSeal, community_id: UUID, *, locked: bool = True
) -> Sequence[Row]:
    table = cast("Table", one.model.__table__)
    needed = {*table.primary_key.columns.keys(), *_ALSO.get(table.name, ()), one.column}
    query = (
        select(*(column for column in table.columns if column.name in needed))
        .where(table.c.community_id == community_id, table.c[one.column].is_not(None))
        .order_by(*table.primary_key)
    )
    if locked:
        query = query.with_for_update()
    return [dict(row) for row in session.connection().execute(query).mappings()]


def _write_one(session: Session, one: SecretSeal, row: Row, sealed: object) -> None:
    table = cast("Table", one.model.__table__)
    own = (column == row[column.name] for column in table.primary_key)
    statement = table.update().where(*own).values({one.column: sealed})
    session.connection().execute(statement)


def _list_key_ids(session: Session) -> set[bytes]:
    """Return with which keys anything lies sealed, whosever it is."""
    queries = [
        select(_key_id(cast("Table", model.__table__), name))
        .where(cast("Table", model.__table__).c[name].is_not(None))
        .distinct()
        for model, name, _ in list_sealed()
    ]
    return {bytes(one) for one in session.scalars(union(*queries))}


def _key_id(table: Table, column: str) -> ColumnElement[bytes]:
    return func.substr(table.c[column], literal(1), literal(KEY_ID_BYTES))


def _group_by_model() -> Mapping[type[Owned], Mapping[str, Sealed[Any]]]:
    grouped = defaultdict[type[Owned], dict[str, Sealed[Any]]](dict)
    for model, name, member in list_sealed():
        grouped[model][name] = member
    return grouped


def _reseal(record: Any, members: Mapping[str, Sealed[Any]]) -> dict[str, Any]:
    """Return the columns of a record, sealed with the current key, beside its own key."""
    values: dict[str, Any] = {"of_community": record.community_id, "of_record": record.id}
    for name, member in members.items():
        value = getattr(record, name)
        values[name] = member.seal(record, value)
        if member.key is not None:
            values[member.key] = member.index(type(record), record.community_id, value)
    return values


def _write(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    statement = table.update().where(
        table.c.community_id == bindparam("of_community"), table.c.id == bindparam("of_record")
    )
    session.connection().execute(statement, rows)
