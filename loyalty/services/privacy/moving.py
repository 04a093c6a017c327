"""One community as lines of JSON, to be put in beside others at another place.

What lies sealed is open in these lines, so whoever keeps them locks them. Written again it lies
sealed under the keys of the place it has come to.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from types import MappingProxyType
from typing import Any, cast
from uuid import UUID

import psycopg
from psycopg import sql
from sqlalchemy import Table
from sqlalchemy.orm import Session

from loyalty.cards.keys import SealError
from loyalty.data_keys import open_at
from loyalty.database import Model, Owned, limit_to
from loyalty.models import Community
from loyalty.models.sealed import Sealed, list_sealed
from loyalty.services.privacy.secret_seals import SEALS, SecretSeal

OWNER = "community_id"

STAYS: Mapping[str, str] = MappingProxyType(
    {
        "access_token": "whoever is signed in signs in at the new place",
        "account_link": "its address is the old one's, and works for a week at most",
        "directory_version": "is made anew with the community",
        "job": "is kept for a day",
        "job_file": "is kept for a day",
        "oversight": "names an account of another community",
        "own_page_session": "whoever is signed in signs in at the new place",
        "report_link": "is signed with the secret of the old place",
        "request_count": "belongs to no community",
        "upkeep_report": "is about the old place",
    }
)
"""Tables that do not go along, and why."""

GIVEN_ANEW = frozenset({("community", "number")})
"""Columns that do not go along: the number leads to a community at one place alone."""

SET_LAST: Mapping[str, Sequence[str]] = MappingProxyType(
    {
        # Residents know the import that they came from, and that knows the account.
        "staff_account": ("resident_id",),
        # No ballot is taken any more once its list is frozen.
        "selection_round": ("frozen_list", "frozen_hash", "frozen_at", "state", "confirmed_by"),
    }
)
"""Columns that are written once all other rows are there."""

MEANWHILE: Mapping[str, Mapping[str, sql.SQL]] = MappingProxyType(
    {
        # No card is written before its round is confirmed; where undisputed lines went first, it
        # is back in its notice, and was confirmed by another than its creator.
        "selection_round": {
            "state": sql.SQL(
                "CASE WHEN r.state = 'notice' AND r.issued_at IS NOT NULL THEN 'confirmed'"
                " ELSE r.state END"
            ),
            "confirmed_by": sql.SQL(
                "CASE WHEN r.state = 'notice' AND r.issued_at IS NOT NULL THEN"
                " (SELECT a.id FROM public.staff_account AS a"
                " WHERE a.community_id = r.community_id AND a.id <> r.created_by LIMIT 1)"
                " ELSE r.confirmed_by END"
            ),
        }
    }
)
"""What stands in some of these until then, by the row `r` of the file."""

LAST = ("objection",)
"""Tables behind all others: no card is written that is objected to without an answer."""

MADE_BY_TRIGGERS = frozenset({"sale_case"})
"""Tables in which our triggers write as soon as the book is written."""

AT_ONCE = 500
LARGE, LARGE_AT_ONCE = frozenset({"evidence_file", "import_job", "picture"}), 5
"""How many rows are held in memory at a time; fewer of those that hold files."""

INCOMING = """
CREATE TEMP TABLE incoming (part text NOT NULL, line json NOT NULL) ON COMMIT DROP;
GRANT SELECT, INSERT, DELETE ON incoming TO loyalty_member
"""


@dataclass(slots=True)
class Tally:
    """How many rows, and a sum over all that stands in them, whatever their order."""

    rows: int = 0
    total: int = 0

    def add(self, line: str) -> None:
        """Count a row."""
        self.rows += 1
        self.total = (self.total + int.from_bytes(sha256(line.encode()).digest()[:16])) % 2**128

    def to_json(self) -> list[Any]:
        """Return it as it stands in a file."""
        return [self.rows, f"{self.total:032x}"]


def list_moved() -> list[Table]:
    """Return the tables that go along, each behind those it refers to; the community first."""
    tables = [one for one in Model.metadata.sorted_tables if one.name not in STAYS]
    return sorted(tables, key=lambda one: (one.name != "community", one.name in LAST))


class CommunityReader:
    """Reads a community out of a transaction that is limited to it."""

    def __init__(
        self, session: Session, community_id: UUID, slug: str, sealing_keys: Sequence[bytes]
    ) -> None:
        self._driver = _driver_of(session)
        self._driver.execute("SET LOCAL timezone TO 'UTC'")
        self._driver.execute("SET LOCAL bytea_output TO 'hex'")
        self._community_id, self._slug, self._keys = community_id, slug, sealing_keys
        self.lost = Counter[str]()
        """By table and column: how many values nobody can open, so that they do not go along."""

    def read(self, table: Table) -> Iterator[str]:
        """Yield each row of the community in a table as a line of JSON, with nothing sealed."""
        query = sql.SQL(
            "SELECT row_to_json(r)::text FROM (SELECT {} FROM {} WHERE {} = {} ORDER BY {}) AS r"
        ).format(
            _names(_columns(table)),
            sql.Identifier(table.name),
            sql.Identifier("id" if table.name == "community" else OWNER),
            self._community_id,
            _names(one.name for one in table.primary_key),
        )
        seals = _Seals.of(table)
        with self._driver.cursor(name=f"read_{table.name}") as cursor:
            cursor.itersize = LARGE_AT_ONCE if table.name in LARGE else AT_ONCE
            for (line,) in cursor.execute(query):
                yield line if seals is None else self._open(line, seals)

    def tally(self, table: Table) -> Tally:
        """Return how many rows of the community a table has, and their sum."""
        tally = Tally()
        for line in self.read(table):
            tally.add(line)
        return tally

    def _open(self, line: str, seals: "_Seals") -> str:
        row = json.loads(line)
        for name, member in seals.members.items():
            if row[name] is not None:
                row[name] = json.loads(open_at(seals.place(member, row), _to_bytes(row[name])))
            if member.key is not None:
                # Made anew under the key of the place to which it comes.
                row[member.key] = None
        for one in seals.secrets:
            if (stored := row[one.column]) is None:
                continue
            read = {**row, one.column: _to_bytes(stored)}
            plain = self._open_secret(one, read)
            row[one.column] = None if plain is None else plain.hex()
            if plain is None:
                self.lost[f"{one.model.__tablename__}.{one.column}"] += 1
                row |= one.instead(row)
        return _to_line(row)

    def _open_secret(self, one: SecretSeal, row: Mapping[str, Any]) -> bytes | None:
        """Return a value as it was; None where nobody can open it, which must not keep the rest."""
        with suppress(SealError):
            return one.open(row, self._slug, sealing_keys=self._keys)
        return None


class CommunityWriter:
    """Writes a community into a transaction of whoever owns the tables.

    All but its first row is written as a member of it, so that PostgreSQL refuses any row of
    another community, whatever a file says.
    """

    def __init__(self, session: Session, sealing_key: bytes) -> None:
        self._session, self._driver, self._key = session, _driver_of(session), sealing_key
        self._driver.execute(INCOMING, prepare=False)

    def found(self, line: str) -> Community:
        """Write the row of the community itself; the transaction is limited to it from here on."""
        described = json.loads(line)
        self._slug, self._own = described["slug"], UUID(described["id"])
        self.add(Community.metadata.tables["community"], [line])
        community = self._session.get_one(Community, self._own)
        limit_to(self._session, community.id)
        return community

    def add(self, table: Table, lines: Iterable[str]) -> None:
        """Write rows of a table, which are all that it is to have of the community."""
        seals = _Seals.of(table)
        with self._driver.cursor() as cursor:
            with cursor.copy("COPY incoming (part, line) FROM STDIN") as copy:
                for line in lines:
                    copy.write_row((table.name, line if seals is None else self._seal(line, seals)))
            if table.name in MADE_BY_TRIGGERS:
                emptied = sql.SQL("DELETE FROM {} WHERE community_id = {}")
                cursor.execute(emptied.format(sql.Identifier(table.name), self._own))
            cursor.execute(_insert(table))
            if table.name not in SET_LAST:
                cursor.execute("DELETE FROM incoming WHERE part = %s", (table.name,))

    def finish(self) -> None:
        """Write what had to wait for the other rows."""
        for table, columns in SET_LAST.items():
            self._driver.execute(_set_last(table, columns))

    def _seal(self, line: str, seals: "_Seals") -> str:
        row = json.loads(line)
        community_id = UUID(row[OWNER])
        for name, member in seals.members.items():
            value = row[name]
            if member.key is not None:
                row[member.key] = member.index(seals.model, community_id, value)
            row[name] = _to_hex(member.seal_for(seals.place(member, row), value))
        for one in seals.secrets:
            if (plain := row[one.column]) is not None:
                told = one.seal(row, self._slug, bytes.fromhex(plain), sealing_key=self._key)
                row[one.column] = told if isinstance(told, str) else _to_hex(told)
        return _to_line(row)


@dataclass(frozen=True, slots=True)
class _Seals:
    """What lies sealed in a table."""

    model: type[Owned]
    members: Mapping[str, Sealed[Any]]
    secrets: Collection[SecretSeal]

    @classmethod
    def of(cls, table: Table) -> "_Seals | None":
        """Return what lies sealed in a table; None where nothing does."""
        sealed = [one for one in list_sealed() if one[0].__tablename__ == table.name]
        secrets = [one for one in SEALS if one.model.__tablename__ == table.name]
        if not sealed and not secrets:
            return None
        model = sealed[0][0] if sealed else secrets[0].model
        return cls(model, {name: member for _, name, member in sealed}, secrets)

    def place(self, member: Sealed[Any], row: Mapping[str, Any]) -> Any:
        """Return where a member of a row stands."""
        return member.place(self.model, UUID(row[OWNER]), UUID(row["id"]))


def _columns(table: Table) -> list[str]:
    return [one.name for one in table.columns if (table.name, one.name) not in GIVEN_ANEW]


def _insert(table: Table) -> sql.Composed:
    meanwhile = MEANWHILE.get(table.name, {})
    last = {*SET_LAST.get(table.name, ())} - meanwhile.keys()
    columns = [one for one in _columns(table) if one not in last]
    return sql.SQL(
        "INSERT INTO {table} ({columns}) SELECT {values} FROM incoming AS i,"
        " json_populate_record(NULL::{table}, i.line) AS r WHERE i.part = {part}"
    ).format(
        table=sql.Identifier("public", table.name),
        columns=_names(columns),
        values=sql.SQL(", ").join(meanwhile.get(one, sql.Identifier("r", one)) for one in columns),
        part=table.name,
    )


def _set_last(table: str, columns: Sequence[str]) -> sql.Composed:
    return sql.SQL(
        "UPDATE {table} AS t SET {set} FROM incoming AS i,"
        " json_populate_record(NULL::{table}, i.line) AS r WHERE i.part = {part}"
        " AND t.community_id = r.community_id AND t.id = r.id AND num_nonnulls({values}) > 0"
    ).format(
        table=sql.Identifier("public", table),
        set=sql.SQL(", ").join(
            sql.SQL("{} = {}").format(sql.Identifier(one), sql.Identifier("r", one))
            for one in columns
        ),
        values=sql.SQL(", ").join(sql.Identifier("r", one) for one in columns),
        part=table,
    )


def _names(columns: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(map(sql.Identifier, columns))


def _driver_of(session: Session) -> psycopg.Connection[Any]:
    return cast("psycopg.Connection[Any]", session.connection().connection.driver_connection)


def _to_bytes(stored: str) -> Any:
    """Return what PostgreSQL writes in hexadecimal as bytes; a text as it is."""
    return bytes.fromhex(stored[2:]) if stored.startswith("\\x") else stored


def _to_hex(content: bytes | None) -> str | None:
    return None if content is None else f"\\x{content.hex()}"


def _to_line(row: Mapping[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))
