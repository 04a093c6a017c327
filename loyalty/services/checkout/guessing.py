"""Tills that ask for numbers nobody has, as whoever tries the numbers of a stolen pack does.

Counted in the database, by its clock, so that the limit holds over all workers and a restart. A
worker that has met the limit remembers the till, so that others cost no query; one that forgets it
meets the limit again with the next number that nobody has.
"""

import logging
from datetime import timedelta
from hashlib import sha256
from typing import Any

from psycopg import Connection

from loyalty.rules.card_number import CodeKind, kind_of
from loyalty.services.checkout.memory import Counter, Directory
from loyalty.services.errors import TooManyUnknownError

MOST_UNKNOWN = 100
"""How many numbers that nobody has a till may ask for, from the first one on for `COUNTED_FOR`."""
COUNTED_FOR = timedelta(days=1)

COUNT = """
INSERT INTO request_count AS counted (asked, requests, expires_at)
VALUES (%(asked)s, 1, %(until)s)
    ON CONFLICT (asked) DO UPDATE
   SET requests = 1 + CASE WHEN counted.expires_at > %(now)s THEN counted.requests ELSE 0 END,
       expires_at = CASE WHEN counted.expires_at > %(now)s THEN counted.expires_at
                         ELSE excluded.expires_at END
RETURNING requests
"""

CLOCK = "SELECT now()"
"""Asked beside: what an upsert counts with must be the same at every node."""

LEFT = """
SELECT expires_at - now() FROM request_count
 WHERE asked = %(asked)s AND requests >= %(most)s AND expires_at > now()
"""

_PURPOSE = b"loyalty unknown numbers v1"

_logger = logging.getLogger(__name__)


def refuse_guessing(
    connection: Connection[Any], directory: Directory, counter: Counter, code: str
) -> None:
    """Refuse to look for a number, whosever it is, if the till has asked for too many unknown ones.

    A token is looked at all the same: none is guessed.

    Raises:
        TooManyUnknownError: it has.
    """
    if not directory.has_guessed(counter) or kind_of(code) is not CodeKind.CARD_NUMBER:
        return
    wanted = {"asked": _name(counter), "most": MOST_UNKNOWN}
    row = connection.execute(LEFT, wanted).fetchone()
    if row is not None:
        raise TooManyUnknownError(row[0])


def count_unknown(
    connection: Connection[Any], directory: Directory, counter: Counter, code: str
) -> None:
    """Count a number that nobody has; the last one that is allowed is told in the log."""
    if kind_of(code) is not CodeKind.CARD_NUMBER:
        return
    [(now,)] = connection.execute(CLOCK).fetchall()
    counted = {"asked": _name(counter), "now": now, "until": now + COUNTED_FOR}
    [(asked,)] = connection.execute(COUNT, counted).fetchall()
    if asked >= MOST_UNKNOWN:
        directory.remember_guessing(counter)
    if asked == MOST_UNKNOWN:
        _logger.warning("till %s asks for numbers that nobody has", counter.till.till_id)


def _name(counter: Counter) -> bytes:
    return sha256(_PURPOSE + counter.till.till_id.bytes).digest()
