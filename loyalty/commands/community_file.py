"""What stands in the file of one community: its description, its rows table by table, their sums.

It is locked and checked as the file of a backup is (`backup_file`), and is none: nothing of the
service itself is in it, so no key of any other community.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from typing import Any

from pyrage.x25519 import Identity
from sqlalchemy import text
from sqlalchemy.orm import Session

from loyalty.commands.backup_file import BackupError, Part, opened_backup
from loyalty.models import Community
from loyalty.services.privacy.moving import CommunityReader, Tally, list_moved

FORMAT = 1

DESCRIPTION, TABLES, SUMS = "community.json", "tables/", "sums.json"
"""What stands in the file, in this order; of each table any number of parts."""

REVISION = "SELECT max(version_num) FROM alembic_version"

PIECE = 1024 * 1024
"""Letters of rows in one part, unless a single row has more."""


@dataclass(frozen=True, slots=True)
class Described:
    """What the file of a community says of itself."""

    slug: str
    community_id: str
    name: str
    made_at: str
    release: str
    revision: str
    sums: Mapping[str, list[Any]]
    """By table: its rows, and a sum over them, as `Tally.to_json` writes them."""
    lost: Mapping[str, int]
    """By table and column: values that did not go along, since they open nowhere else."""

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return sum(rows for rows, _ in self.sums.values())


def list_parts(
    community: Community, reader: CommunityReader, *, revision: str, now: datetime
) -> Iterator[Part]:
    """Yield the parts of a community's file, read one after the other.

    Args:
        revision: at which the tables stand.
    """
    described = {
        "format": FORMAT,
        "slug": community.slug,
        "id": str(community.id),
        "name": community.name,
        "made_at": now.isoformat(timespec="seconds"),
        "release": version("loyalty"),
        "revision": revision,
    }
    yield Part(DESCRIPTION, json.dumps(described, ensure_ascii=False).encode())
    sums = {}
    for table in list_moved():
        tally = Tally()
        pieces = _gather(_counted(reader.read(table), tally))
        for number, piece in enumerate(pieces):
            yield Part(f"{TABLES}{table.name}/{number:08}", piece)
        sums[table.name] = tally.to_json()
    told = {"tables": sums, "lost": dict(reader.lost)}
    yield Part(SUMS, json.dumps(told).encode())


def read_description(file: Path, key: Identity) -> Described:
    """Read all of a community's file, so that damage anywhere shows; return what it says.

    Raises:
        BackupError: it is damaged, cut off, of a newer release, or of something else.
    """
    parts: dict[str, bytes] = {}
    with opened_backup(file, key) as found:
        for part in found:
            if not part.name.startswith(TABLES):
                parts[part.name] = part.content
    try:
        described, sums = json.loads(parts[DESCRIPTION]), json.loads(parts[SUMS])
        known = described["format"] == FORMAT
        names = ("slug", "name", "made_at", "release", "revision")
        told = Described(
            community_id=described["id"],
            sums=sums["tables"],
            lost=sums["lost"],
            **{name: described[name] for name in names},
        )
    except (KeyError, ValueError, TypeError) as error:
        raise BackupError(
            f"{file} is no file of a community; a backup is restored by: loyalty restore"
        ) from error
    if not known:
        raise newer(file, told)
    return told


def revision_of(session: Session) -> str:
    """Return at which revision the tables stand; no member of a community reads it."""
    return str(session.scalar(text(REVISION)))


def newer(file: Path, described: Described) -> BackupError:
    """Return the refusal of what a newer release has written."""
    return BackupError(
        f"{file} is of release {described.release}, which is newer than this one; bring this "
        "service up to that release first."
    )


def read_tables(parts: Iterator[Part]) -> Iterator[tuple[str, Iterator[str]]]:
    """Yield the name of each table and its rows, in the order of the file."""
    of_tables = (part for part in parts if part.name.startswith(TABLES))
    for name, pieces in groupby(of_tables, key=_table_of):
        yield name, (line for piece in pieces for line in piece.content.decode().split("\n")[:-1])


def _table_of(part: Part) -> str:
    return part.name.removeprefix(TABLES).partition("/")[0]


def _counted(lines: Iterator[str], tally: Tally) -> Iterator[str]:
    for line in lines:
        tally.add(line)
        yield line


def _gather(lines: Iterator[str]) -> Iterator[bytes]:
    """Yield lines in pieces of some size; where there are none, one piece without any."""
    gathered: list[str] = []
    size, is_first = 0, True
    for line in lines:
        gathered.append(f"{line}\n")
        size += len(line)
        if size >= PIECE:
            yield "".join(gathered).encode()
            gathered, size, is_first = [], 0, False
    if gathered or is_first:
        yield "".join(gathered).encode()
