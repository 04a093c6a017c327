"""Watches what we ask the database: each statement names the community of each table in it.

The check reads a statement as text, knowing no more of SQL than where tables and conditions stand.
It finds a condition that was forgotten, not every one that is of no use.
"""

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

import psycopg

from loyalty.database import Model
from tests.two_communities import OF_NO_COMMUNITY

PRODUCT = Path(__file__).parents[1] / "loyalty"
TESTS = Path(__file__).parent

OF_ALL_COMMUNITIES = {
    "sign_in.get_staff_member_by_token": "an old token does not tell whose it is",
    "sign_in._open_account": "the name tells whose account it is",
    "memory.counter": "an old token does not tell whose it is",
    "quarantine._revoked_till": "an old token does not tell whose it is",
    "oversight.list_overseen": "an account may read the closed figures of several",
    "oversight._find_account": "the name tells whose account it is",
    "session.work_of": "the name tells whose account it is",
    "memory.key": "a key id tells whose card it is",
    "check._find_signed": "a key id tells whose card it is",
    "check._find_numbered": "a program that asks by number alone knows of no communities",
    "keys.list_published_keys": "the set of all keys is published whole",
    "database.migrate": "makes the tables of all anew",
    "jobs.claim_job": "the worker takes up what is due, whosever it is",
    "jobs.forget_jobs": "what is kept for a day alone goes, whosever it is",
    "doctor._keys": "looks at all that the operator runs",
}
"""Functions that ask beyond one community on purpose, and why."""

TENANTS = "|".join(sorted(set(Model.metadata.tables) - OF_NO_COMMUNITY - {"community"}))

MENTION = re.compile(
    rf"(?:\b(FROM|JOIN|UPDATE|INTO|USING)|,)\s+({TENANTS})\b(?!\s*\.)"
    r"(?:\s+(?:AS\s+)?(?!(?:ON|WHERE|SET|JOIN|LEFT|INNER|OUTER|CROSS|FULL|GROUP|ORDER|LIMIT|FOR"
    r"|UNION|VALUES|RETURNING|SELECT|USING)\b)(\w+))?",
    re.IGNORECASE,
)
"""How a table comes into a statement, and under which name."""

UNNAMED = re.compile(r"(?<![\w.])community_id\s*=", re.IGNORECASE)
"""The condition where a statement has one table, which need not be named."""

ANCHOR = re.compile(
    r"community_id\s*(?:=|IN)\s*\(?\s*%|community\.(?:id|slug|number)\s*=\s*%"
    r"|%(?:\(\w+\))?s(?:::\w+)?\s*=\s*\w+\.community_id"
    r"|\(\s*\w+\.community_id\s*,[^()]*\)\s*(?:=|IN)\s*\(",
    re.IGNORECASE,
)
"""Where the community itself comes in: tables that are only joined with each other have none."""


@cache
def tables_without_community(statement: str) -> Sequence[str]:
    """Return the tables of a statement that no condition or column holds to a community."""
    mentions = [*MENTION.finditer(statement)]
    read = [one for one in mentions if (one[1] or "").upper() != "INTO"]
    loose = [one[2] for one in read if not _is_held(one[3] or one[2], statement)]
    unnamed = len(UNNAMED.findall(statement))
    left = [
        one[2] for one in mentions if one not in read and not _names_owner(statement[one.end() :])
    ]
    if read and not ANCHOR.search(statement):
        return [*left, *(one[2] for one in read)]
    return [*left, *loose[unnamed:]]


def _is_held(alias: str, statement: str) -> bool:
    return bool(
        re.search(
            rf"\b{alias}\.community_id\s*(?:=|IN\b)|=\s*{alias}\.community_id\b"
            rf"|\(\s*{alias}\.community_id\s*,[^()]*\)\s*(?:=|IN\b)",
            statement,
            re.IGNORECASE,
        )
    )


def _names_owner(columns: str) -> bool:
    return bool(re.match(r"[^(]*\([^)]*\bcommunity_id\b", columns))


class Watch:
    """Notes what the product asks of tables without naming the community."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def look_at(self, statement: object) -> None:
        """Note a statement of ours that has forgotten a community."""
        if isinstance(statement, str) and (loose := tables_without_community(statement)):
            asked_by = [*_product_frames(sys._getframe(2))]  # noqa: SLF001  # who asks
            if asked_by and not OF_ALL_COMMUNITIES.keys() & set(asked_by):
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
    return watch
