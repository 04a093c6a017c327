"""Putting the community of a file in beside others: in one transaction, compared before its end."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

import psycopg
from pyrage.x25519 import Identity
from sqlalchemy import func, or_, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from loyalty.cards.keys import sealing_key_from
from loyalty.clock import utc_now
from loyalty.commands.backup_file import BackupError, opened_backup
from loyalty.commands.community_file import Described, newer, read_tables, revision_of
from loyalty.commands.restore import knows_revision
from loyalty.commands.session import opened
from loyalty.database import limit_to
from loyalty.models import Community, Erasure
from loyalty.services.actors import Programme
from loyalty.services.audit import note
from loyalty.services.audit_chain.faults import find_faults
from loyalty.services.audit_chain.links import find_last_link
from loyalty.services.privacy.erasure_file import copy_erasures
from loyalty.services.privacy.moving import CommunityReader, CommunityWriter, list_moved
from loyalty.services.staff.gone_homes import forget_homes_elsewhere, forget_homes_of
from loyalty.settings import Settings

IMPORTED = "community.imported"


@dataclass(frozen=True, slots=True)
class Arrival:
    """What was found once a community stood here as its file says."""

    head: str
    """The end of the chain of what it has recorded."""
    faults: Sequence[str]
    """Everything in which what is recorded is not what was chained, there as here."""
    erased: int
    """How many people have been erased."""


def take_in(
    url: str, settings: Settings, file: Path, key: Identity, described: Described
) -> Arrival:
    """Write the community of a file, compare it with the file, and keep it only if all is equal.

    Args:
        url: of whoever owns the tables, which are those of this release.

    Raises:
        BackupError: it stands here already, is of another release, or something differs; then
            nothing was changed.
    """
    with opened(url) as session:
        _refuse_other_release(session, file, described)
        _refuse_taken(session, described)
        # Who comes with it, or its file says so, is nobody in the communities that are here.
        forget_homes_of(session, UUID(described.community_id))
        served = _write(session, file, key, settings)
        _compare(session, served, described, settings)
        forget_homes_elsewhere(session, served.id)
        arrival = _look_at(session, served)
        note_move(session, served, IMPORTED, now=utc_now())
    with opened(url) as session:
        limit_to(session, served.id)
        copy_erasures(session, served.id, settings.erasures)
    return arrival


def note_move(session: Session, served: Community, action: str, *, now: datetime) -> None:
    """Leave a trace of what the operator has done with a community."""
    actor = Programme(served.id, served.timezone)
    note(session, actor, action, community_id=served.id, subject_id=served.id, now=now)


def _refuse_other_release(session: Session, file: Path, described: Described) -> None:
    if described.revision == revision_of(session):
        return
    if not knows_revision(described.revision):
        raise newer(file, described)
    raise BackupError(
        f"{file} is of an older release, {described.release}; bring the service it comes from up "
        "to this one, and export it again."
    )


def _refuse_taken(session: Session, described: Described) -> None:
    """Refuse a community that stands here, or whose short name another one has."""
    own = UUID(described.community_id)
    there = session.scalar(
        select(Community).where(or_(Community.id == own, Community.slug == described.slug))
    )
    if there is None:
        return
    if there.id == own:
        raise BackupError(f"The community stands here already, as {there.slug}.")
    raise BackupError(
        f"Another community is called {described.slug} here; addresses, keys and published heads "
        "bear the short name, so the two cannot be served together."
    )


def _write(session: Session, file: Path, key: Identity, settings: Settings) -> Community:
    try:
        return _write_tables(session, file, key, settings)
    except (psycopg.Error, DBAPIError) as error:
        raise BackupError(f"Nothing was changed: {_why(error)}") from error
    except (KeyError, TypeError, ValueError) as error:
        raise BackupError(f"{file} holds what no community has; nothing was changed.") from error


def _write_tables(session: Session, file: Path, key: Identity, settings: Settings) -> Community:
    writer = CommunityWriter(session, sealing_key_from(settings.secret_key))
    tables = {table.name: table for table in list_moved()}
    served: Community | None = None
    with opened_backup(file, key) as parts:
        for name, lines in read_tables(parts):
            if served is None:
                served = writer.found(next(lines, "{}"))
            else:
                writer.add(tables[name], lines)
    writer.finish()
    if served is None:
        raise BackupError(f"{file} holds no community.")
    return served


def _why(error: psycopg.Error | DBAPIError) -> str:
    """Return why PostgreSQL refused a row, without what stands in it."""
    found = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(found, psycopg.errors.InsufficientPrivilege):
        return "the file holds rows of another community, or the user may not write them."
    if isinstance(found, psycopg.errors.UniqueViolation):
        return f"something of it stands here already ({found.diag.constraint_name})."
    return f"the database refuses it ({type(found).__name__})."


def _compare(session: Session, served: Community, described: Described, settings: Settings) -> None:
    """Refuse what does not read again as it stands in the file."""
    keys = [sealing_key_from(settings.secret_key)]
    reader = CommunityReader(session, served.id, served.slug, keys)
    there = {table.name: reader.tally(table).to_json() for table in list_moved()}
    different = [
        name for name in {**there, **described.sums} if there.get(name) != described.sums.get(name)
    ]
    if different or str(served.id) != described.community_id:
        different = different or ["community"]
        raise BackupError(
            f"Nothing was changed: what was written differs in {', '.join(different)}."
        )


def _look_at(session: Session, served: Community) -> Arrival:
    last = find_last_link(session, served.id)
    head = "nothing was chained yet" if last is None else f"head {last.number}:{last.head}"
    faults = [f"{fault.kind}: {fault.detail}" for fault in find_faults(session, served)]
    erased = select(func.count()).select_from(Erasure).where(Erasure.community_id == served.id)
    return Arrival(head, faults, session.scalar(erased) or 0)
