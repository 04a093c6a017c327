"""The list of who has been erased, kept in a file beside the database: ids, and nobody's name.

A backup is older than what was erased since. Once it has been restored, the file tells whom to
erase again. The table says the same, and is copied to the file whenever something is missing there.
"""

import fcntl
import json
import logging
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy import event, select
from sqlalchemy.orm import Session

from loyalty.models import Erasure

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ErasedPerson:
    """Somebody who has been erased."""

    community_id: UUID
    resident_id: UUID
    erased_at: datetime

    @property
    def key(self) -> tuple[UUID, UUID]:
        """Return who it was, as far as anybody knows."""
        return self.community_id, self.resident_id


def read_erasures(path: Path) -> list[ErasedPerson]:
    """Return whom a file names; nobody where there is no file yet.

    A line that was cut off as the machine stopped is passed over: the table has it still.
    """
    return parse_erasures(path.read_text("utf-8")) if path.exists() else []


def parse_erasures(text: str) -> list[ErasedPerson]:
    """Return whom the text of a file names."""
    found = (_parse(line) for line in text.splitlines())
    return [one for one in found if one is not None]


def write_once_committed(session: Session, person: ErasedPerson, path: Path) -> None:
    """Add somebody to the file as soon as the transaction under way is committed.

    Where it is taken back the file says nothing: housekeeping erases whomever it names. Where the
    file cannot be written just now, housekeeping writes it.
    """
    under_way = session.get_transaction()

    def write(committed: Session) -> None:
        if committed.in_nested_transaction() or committed.get_transaction() is not under_way:
            return
        try:
            add_erasures(path, [person])
        except OSError as error:
            _logger.warning("the erasures are not written: %s", error.strerror)

    event.listen(session, "after_commit", write)


def copy_erasures(session: Session, community_id: UUID, path: Path) -> int:
    """Add whom the table names to the file; return how many were missing there."""
    rows = session.scalars(select(Erasure).where(Erasure.community_id == community_id))
    known = [ErasedPerson(row.community_id, row.resident_id, row.erased_at) for row in rows]
    return add_erasures(path, known) if known else 0


def add_erasures(path: Path, people: Iterable[ErasedPerson]) -> int:
    """Add people to a file; return how many it did not name yet."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        # Two workers write one after the other, and each sees what the other has written.
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        text = file.read()
        there = {one.key for line in text.splitlines() if (one := _parse(line)) is not None}
        missing = [one for one in people if one.key not in there]
        if missing and text and not text.endswith("\n"):
            file.write("\n")
        file.writelines(_format(one) for one in missing)
        file.flush()
        os.fsync(file.fileno())
    return len(missing)


def _format(one: ErasedPerson) -> str:
    members = {
        "community_id": str(one.community_id),
        "resident_id": str(one.resident_id),
        "erased_at": one.erased_at.astimezone(UTC).isoformat(),
    }
    return json.dumps(members) + "\n"


def _parse(line: str) -> ErasedPerson | None:
    try:
        members = json.loads(line)
        return ErasedPerson(
            UUID(members["community_id"]),
            UUID(members["resident_id"]),
            datetime.fromisoformat(members["erased_at"]),
        )
    except (ValueError, KeyError, TypeError):
        return None
