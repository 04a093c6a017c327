"""Watches what we ask the database: each statement names the community of each table in it.

The check reads a statement as text, knowing no more of SQL than where queries, tables and
conditions stand. Each query of a statement is looked at on its own: tables that are only joined
with each other have no community. It finds a condition that was forgotten, not every one that is of
no use.
"""

import re
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

import psycopg

from loyalty.database import Model
from loyalty.services.checkout import appraisal, sale
from tests.two_communities import OF_NO_COMMUNITY

PRODUCT = Path(__file__).parents[1] / "loyalty"
TESTS = Path(__file__).parent

OF_ALL_COMMUNITIES = {
    "sign_in.get_staff_member_by_token": "an old token does not tell whose it is",
    "sign_in._open_account": "the name tells whose account it is",
    "memory.counter": "an old token does not tell whose it is",
    "quarantine._revoked_till": "an old token does not tell whose it is",
    "oversight.list_overseen": "an account may read the closed figures of several",
    "oversight._find_accounts": "the name tells whose account it is",
    "gone_homes.forget_gone_homes": "the account that is gone was another community's",
    "gone_homes.forget_homes_of": "the community that is gone was another one",
    "workplaces._leave": "an account opens those of several communities",
    "workplaces.has_workplaces": "an account opens those of several communities",
    "workplaces.list_workplaces": "an account opens those of several communities",
    "session.work_of": "the name tells whose account it is",
    "memory.key": "a key id tells whose card it is",
    "check._find_signed": "a key id tells whose card it is",
    "check._find_numbered": "a program that asks by number alone knows of no communities",
    "keys.list_published_keys": "the set of all keys is published whole",
    "database.migrate": "makes the tables of all anew",
    "jobs.claim_job": "the worker takes up what is due, whosever it is",
    "jobs.forget_jobs": "what is kept for a day alone goes, whosever it is",
    "delivery.take_turn": "the messenger takes up what is due, whosever it is",
    "doctor.look_at_keys": "looks at all that the operator runs",
    "tables._find_shut_key": "likewise",
    "resealing._list_key_ids": "likewise",
}
"""Functions that ask beyond one community on purpose, and why.

What they call may read beyond it, too, but not write: that they do themselves, or not at all.
"""

TENANTS = "|".join(sorted(set(Model.metadata.tables) - OF_NO_COMMUNITY))

MENTION = re.compile(
    rf"(?:\b(FROM|JOIN|UPDATE|INTO|USING)|,)\s+({TENANTS})\b(?!\s*\.)"
    r"(?:\s+(?:AS\s+)?(?!(?:ON|WHERE|SET|JOIN|LEFT|INNER|OUTER|CROSS|FULL|GROUP|HAVING|ORDER|LIMIT|FOR"
    r"|UNION|VALUES|RETURNING|SELECT|USING)\b)(\w+))?",
    re.IGNORECASE,
)
"""How a table comes into a statement, and under which name."""

QUERY = re.compile(r"\(\s*(?=(?:SELECT|WITH|INSERT|UPDATE|DELETE)\b)", re.IGNORECASE)
"""Where a query begins within another one."""

SET_OPERATION = re.compile(r"\b(?:UNION|EXCEPT|INTERSECT)(?:\s+ALL)?\b", re.IGNORECASE)

OWNED = r"(?:\b(?P<name>\w+)\.)?community_id"
OTHER = r"(?P<other>\w+)\.(?:community_id|(?<=\bcommunity\.)id)\b"
VALUE = r"[(%]|ANY\b"

COMPARISONS = tuple(
    re.compile(comparison, re.IGNORECASE)
    for comparison in (
        rf"{OWNED}\s*(?:=|IN\b)\s*(?:{OTHER}|{VALUE})",
        rf"\(\s*{OWNED}\s*,[^()]*\)\s*(?:=|IN\b)\s*\(\s*(?:{OTHER})?",
        rf"(?:\b{OTHER}|%(?:\(\w+\))?s(?:::\w+)?)\s*=\s*{OWNED}",
        rf"\b(?P<name>community)\.(?:id|slug|number)\s*(?:=|IN\b)\s*(?:{OTHER}|{VALUE})",
    )
)
"""How the community of a row is compared: with another row's, or with a value."""


def queries_of(statement: str) -> Iterator[str]:
    """Yield each query of a statement, with ``(?)`` in place of those within it."""
    while begun := [*QUERY.finditer(statement)]:
        start = end = begun[-1].end()  # the last to begin holds no other
        depth = 1
        while depth and end < len(statement):
            depth += {"(": 1, ")": -1}.get(statement[end], 0)
            end += 1
        yield from SET_OPERATION.split(statement[start : end - 1])
        statement = f"{statement[: begun[-1].start()]}(?){statement[end:]}"
    yield from SET_OPERATION.split(statement)


@cache
def tables_without_community(statement: str) -> Sequence[str]:
    """Return the tables that no condition or column of their own query holds to a community."""
    return [table for query in queries_of(statement) for table in _loose_tables(query)]


def _loose_tables(query: str) -> Iterator[str]:
    mentions = [*MENTION.finditer(query)]
    written = [one for one in mentions if (one[1] or "").upper() == "INTO"]
    for one in written:
        if one[2] != "community" and not re.match(
            r"[^(]*\([^)]*\bcommunity_id\b", query[one.end() :]
        ):
            yield one[2]
    names = {(one[3] or one[2]).lower(): one[2] for one in mentions if one not in written}
    held = _held_names(query, names)
    yield from (table for name, table in names.items() if name not in {*held, "community"})


def _held_names(query: str, names: Collection[str]) -> AbstractSet[str]:
    """Return the names of those whose community is a value's, or that of a name held already.

    One that is not of this query is of the query around it, or a query's own; both are looked at by
    themselves.
    """
    held: set[str] = set()
    pairs: list[set[str]] = []
    for found in (one for comparison in COMPARISONS for one in comparison.finditer(query)):
        name = (found["name"] or "".join(names if len(names) == 1 else ())).lower()
        other = (found["other"] or "").lower()
        if name and other in names:
            pairs.append({name, other})
        else:
            held.add(name)
    while more := {name for pair in pairs if pair & held for name in pair - held}:
        held |= more
    return held


class Watch:
    """Notes what the product asks of tables without naming the community."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def look_at(self, statement: object) -> None:
        """Note a statement of ours that has forgotten a community."""
        if isinstance(statement, str) and (loose := tables_without_community(statement)):
            asked_by = [*_product_frames(sys._getframe(2))]  # noqa: SLF001  # who asks
            reads = statement.lstrip().startswith("SELECT")
            allowed = asked_by if reads else asked_by[:1]
            if asked_by and not OF_ALL_COMMUNITIES.keys() & set(allowed):
                self.faults.append(f"{asked_by[0]} forgets whose {', '.join(loose)}: {statement}")

    def watching(self, run: Callable[..., Any]) -> Callable[..., Any]:
        """Return a cursor's method that is looked at before it runs."""

        def watched(cursor: Any, query: Any, *values: Any, **options: Any) -> Any:
            self.look_at(query)
            return run(cursor, query, *values, **options)

        return watched


def _product_frames(frame: FrameType | None) -> Iterator[str]:
    """Yield the functions of the product that lead to a statement; none where a test asks."""
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith(f"{PRODUCT}/"):
            yield f"{Path(file).stem}.{frame.f_code.co_name}"
        elif file.startswith(f"{TESTS}/") and file != __file__:
            return
        frame = frame.f_back


def watch_statements(patch: Any) -> Watch:
    """Look at whatever goes to a database through psycopg, from now on."""
    watch = Watch()
    for name in ("execute", "executemany"):
        patch.setattr(psycopg.Cursor, name, watch.watching(getattr(psycopg.Cursor, name)))
    for module in (appraisal, sale):
        patch.setattr(module, "fetch_one", watch.watching(module.fetch_one))
    return watch
