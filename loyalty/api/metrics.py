"""What a Prometheus reads: requests of all workers, and how the database is. Nobody is named."""

import hmac
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any, cast

from flask import Response, current_app, request
from flask.views import MethodView

from loyalty.api.access import Caller, open_to
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.problems import ProblemSchema
from loyalty.database import hot_connection
from loyalty.request_counts import RequestCounts, write_counts
from loyalty.services.errors import SignInError

metrics = ApiBlueprint("/metrics", base="")
"""For whoever watches the service."""

TEXT = "text/plain; version=0.0.4; charset=utf-8"
FORWARDED = ("Forwarded", "X-Forwarded-For", "X-Real-IP")
"""What a web server in front adds: its requests come from this machine, and their senders not."""

TABLES = ("redemption", "card", "late_sale", "message", "job", "audit_event")
"""Tables whose growth tells whether the service does its work."""

STANDING = """
SELECT (SELECT pg_database_size(current_database())) AS bytes,
       (SELECT numbackends FROM pg_stat_database WHERE datname = current_database()) AS connections
"""
GROWTH = """
SELECT relname, n_tup_ins, n_live_tup FROM pg_stat_user_tables
 WHERE relname = ANY(%(tables)s) ORDER BY relname
"""


@metrics.route("")
class Metrics(MethodView):
    """How the service is."""

    @open_to(Caller.ANYONE)
    @metrics.response(200, {"type": "string"}, content_type=TEXT)
    @metrics.alt_response(401, schema=ProblemSchema, description="Neither token nor this machine.")
    def get(self) -> Response:
        """Say how many requests there were, how long they took, and how the database is.

        For this machine itself, or with the operator's token as `Authorization: Bearer …`.
        """
        if not (_shows_the_token() or _asks_from_this_machine()):
            raise SignInError("Ask from the machine of the service, or send the operator's token.")
        counts = cast("RequestCounts", current_app.extensions["loyalty.request_counts"])
        lines = [*write_counts(counts.read()), *_write_database()]
        return Response("\n".join(lines) + "\n", content_type=TEXT)


def _shows_the_token() -> bool:
    token: str | None = current_app.extensions["loyalty.settings"].metrics_token
    _, _, shown = request.headers.get("Authorization", "").partition(" ")
    return token is not None and hmac.compare_digest(shown.strip().encode(), token.encode())


def _asks_from_this_machine() -> bool:
    address = request.remote_addr
    forwarded = any(name in request.headers for name in FORWARDED)
    return address is not None and not forwarded and ip_address(address).is_loopback


def _write_database() -> Iterator[str]:
    """Yield what PostgreSQL itself counts: no row of any community is read."""
    with hot_connection() as connection:
        standing: Any = connection.execute(STANDING).fetchone()
        growth: list[Any] = connection.execute(GROWTH, {"tables": [*TABLES]}).fetchall()
    yield "# HELP loyalty_database_bytes Size of the database."
    yield "# TYPE loyalty_database_bytes gauge"
    yield f"loyalty_database_bytes {standing[0]}"
    yield "# HELP loyalty_database_connections Connections to the database."
    yield "# TYPE loyalty_database_connections gauge"
    yield f"loyalty_database_connections {standing[1]}"
    yield "# HELP loyalty_rows_added_total Rows added since PostgreSQL began to count."
    yield "# TYPE loyalty_rows_added_total counter"
    yield from (f'loyalty_rows_added_total{{table="{row[0]}"}} {row[1]}' for row in growth)
    yield "# HELP loyalty_rows Rows that stand, as PostgreSQL estimates them."
    yield "# TYPE loyalty_rows gauge"
    yield from (f'loyalty_rows{{table="{row[0]}"}} {row[2]}' for row in growth)
