"""How often one address may try what anyone may try.

Counted in the database, so that a limit holds over all workers and a restart. Whoever asks is told
when to come back.
"""

import hashlib
import hmac
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from math import ceil
from types import MappingProxyType
from typing import Any

from flask import Flask, Response, current_app, request
from flask_limiter import Limiter, RequestLimit
from limits.storage import Storage

from loyalty.database import hot_connection
from loyalty.rules.card_number import CodeKind, kind_of
from loyalty.rules.network import network_of

CARD_NUMBERS = "30 per minute"
"""How many card numbers one address may ask for, by whatever road."""

LIMITS: Mapping[str, str] = MappingProxyType(
    {
        "/api/v1/public/<slug>/rounds/<month>/nominations": "10 per minute",
        "/api/v1/public/<slug>/rounds/<month>/objections": "10 per minute",
        "/api/v1/public/<slug>/shop-notice/<uuid:shop_id>/objections": "10 per minute",
        "/api/v1/public/<slug>/shop-applications": "10 per minute; 20 per day",
        "/api/v1/till/pairing": "20 per minute",
        "/api/v1/tokens": "20 per minute",
        "/complaint/status": "10 per minute",
        "/join/<token>": "20 per minute",
        "/matter": "10 per minute",
        "/matter/status": "10 per minute",
        "/me/sign-in": "10 per minute",
        "/nominate": "10 per minute",
        "/notice/<month>/objection": "10 per minute",
        "/objection": "10 per minute",
        "/p/<plaque_number>/complaint": "5 per minute; 20 per day",
        "/p/<plaque_number>/face": "10 per minute; 100 per day",
        "/shops/apply": "10 per minute; 20 per day",
        "/shops/apply/status": "10 per minute",
        "/shops/notice/<uuid:shop_id>/objection": "10 per minute",
        "/staff/sign-in": "20 per minute",
    }
)
"""How many POST requests each public path takes from one address; named communities included."""

CARD_NUMBER_PATHS: Mapping[str, str] = MappingProxyType(
    {
        "/api/v1/card-checks": "POST",
        "/card": "POST",
        "/c/<token>": "GET",
        "/C/<token>": "GET",
    }
)
"""Where a number may be tried. An address with a signed token is not counted: none is guessed."""

DRAWINGS: Mapping[str, str] = MappingProxyType(
    {
        "/notice/<month>/poster.pdf": "20 per minute",
        "/pledge.pdf": "20 per minute",
        "/report/<slug>/<token>/briefing.docx": "20 per minute",
    }
)
"""How many GET requests are answered where the answer is drawn anew, which takes a second."""

COUNT_ONE = """
WITH swept AS (
    DELETE FROM request_count
     WHERE asked IN (SELECT asked FROM request_count WHERE expires_at < %(now)s - interval '1 day'
                      LIMIT 10 FOR UPDATE SKIP LOCKED)
)
INSERT INTO request_count AS counted (asked, requests, expires_at)
VALUES (%(asked)s, %(requests)s, %(now)s + make_interval(secs => %(seconds)s))
    ON CONFLICT (asked) DO UPDATE
   SET requests = excluded.requests
                  + CASE WHEN counted.expires_at > %(now)s THEN counted.requests ELSE 0 END,
       expires_at = CASE WHEN counted.expires_at > %(now)s THEN counted.expires_at
                         ELSE excluded.expires_at END
RETURNING requests
"""

STANDING = "SELECT requests, expires_at FROM request_count WHERE asked = %(asked)s"


class DatabaseStorage(Storage):
    """Where the counts stand: a row for each address and limit, whose name is hashed."""

    STORAGE_SCHEME = ["loyalty-database"]  # noqa: RUF012  # as the base declares it

    @property
    def base_exceptions(self) -> type[Exception]:
        """None is hidden: a limit that cannot be counted lets nobody through."""
        return LookupError

    def incr(self, key: str, expiry: float, amount: int = 1) -> int:
        """Count, and return how many there have been since the window began."""
        values = {
            "asked": _asked(key),
            "requests": amount,
            "seconds": expiry,
            "now": datetime.fromtimestamp(time.time(), UTC),
        }
        with hot_connection() as connection:
            row = connection.execute(COUNT_ONE, values).fetchone()
        return int(row[0]) if row else amount

    def get(self, key: str) -> int:
        """Return how many there have been."""
        requests, expires_at = _standing(key)
        return requests if expires_at > time.time() else 0

    def get_expiry(self, key: str) -> float:
        """Return when the window ends, in seconds of the epoch."""
        return _standing(key)[1]

    def check(self) -> bool:
        """Say that counts can be kept: the service does not run without its database."""
        return True

    def reset(self) -> int | None:
        """Forget all counts."""
        with hot_connection() as connection:
            return connection.execute("DELETE FROM request_count").rowcount

    def clear(self, key: str) -> None:
        """Forget one count."""
        with hot_connection() as connection:
            connection.execute(
                "DELETE FROM request_count WHERE asked = %(asked)s", {"asked": _asked(key)}
            )


def limit_rates(app: Flask, *, enabled: bool) -> None:
    """Put the limits before the views of their paths; the app answers breaches with status 429."""
    limiter = Limiter(
        client_of_request,
        app=app,
        storage_uri="loyalty-database://",
        enabled=enabled,
    )
    app.after_request(_tell_limits(limiter))
    # The library refers to itself weakly.
    app.extensions["loyalty.limiter"] = limiter
    for rule in app.url_map.iter_rules():
        view: Any = app.view_functions[rule.endpoint]
        for method, limits in (("POST", LIMITS), ("GET", DRAWINGS)):
            if rule.rule in limits:
                view = limiter.limit(limits[rule.rule], methods=[method])(view)
        if rule.rule in CARD_NUMBER_PATHS:
            view = limiter.shared_limit(
                CARD_NUMBERS,
                scope="card numbers",
                methods=[CARD_NUMBER_PATHS[rule.rule]],
                exempt_when=_shows_a_token,
            )(view)
        app.view_functions[rule.endpoint] = view


def _tell_limits(limiter: Limiter) -> Callable[[Response], Response]:
    """Return what tells in an answer how much is left, by draft 10 of the IETF's RateLimit."""

    def tell(response: Response) -> Response:
        standing = limiter.current_limits
        if standing:
            told = [(_name_of(one), one, _seconds_left(one)) for one in standing]
            response.headers["RateLimit-Policy"] = ", ".join(
                f"{name};q={one.limit.amount};w={one.limit.get_expiry()}" for name, one, _ in told
            )
            response.headers["RateLimit"] = ", ".join(
                f"{name};r={one.remaining};t={left}" for name, one, left in told
            )
            breached = [left for _, one, left in told if one.breached]
            if breached:
                response.headers["Retry-After"] = str(max(breached))
        return response

    return tell


def _name_of(standing: RequestLimit) -> str:
    return f'"{standing.limit.amount}-per-{standing.limit.GRANULARITY.name}"'


def _seconds_left(standing: RequestLimit) -> int:
    return max(1, ceil(standing.reset_at - time.time()))


def client_of_request() -> str:
    """Return by what an asking person's requests are counted: the address, or its network."""
    return network_of(request.remote_addr)


def _shows_a_token() -> bool:
    shown = (request.view_args or {}).get("token")
    return shown is not None and kind_of(shown) is CodeKind.TOKEN


def _standing(key: str) -> tuple[int, float]:
    with hot_connection() as connection:
        row = connection.execute(STANDING, {"asked": _asked(key)}).fetchone()
    return (0, time.time()) if row is None else (row[0], row[1].timestamp())


def _asked(key: str) -> bytes:
    """Return a count's name as it is stored: nobody's address lies in the database."""
    secret = str(current_app.secret_key).encode()
    return hmac.digest(b"loyalty request counts\0" + secret, key.encode(), hashlib.sha256)
