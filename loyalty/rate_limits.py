"""How often one address may try what anyone may try.

Counted in the memory of each worker: enough to slow guessing down. What must hold exactly, the lock
of an account, is counted in the database.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from flask import Flask
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

LIMITS: Mapping[str, str] = MappingProxyType(
    {
        "/api/v1/card-checks": "30 per minute",
        "/api/v1/public/<slug>/rounds/<month>/nominations": "10 per minute",
        "/api/v1/public/<slug>/rounds/<month>/objections": "10 per minute",
        "/api/v1/till/pairing": "20 per minute",
        "/api/v1/tokens": "20 per minute",
        "/card": "30 per minute",
        "/matter": "10 per minute",
        "/matter/status": "10 per minute",
        "/nominate": "10 per minute",
        "/notice/<month>/objection": "10 per minute",
        "/objection": "10 per minute",
        "/staff/sign-in": "20 per minute",
    }
)
"""How many POST requests each public path takes from one address; named communities included."""

DRAWINGS: Mapping[str, str] = MappingProxyType({"/notice/<month>/poster.pdf": "20 per minute"})
"""How many GET requests are answered where the answer is drawn anew, which takes a second."""


def limit_rates(app: Flask, *, enabled: bool) -> None:
    """Put the limits before the views of their paths; the app answers breaches with status 429."""
    limiter = Limiter(get_remote_address, app=app, storage_uri="memory://", enabled=enabled)
    # The library refers to itself weakly.
    app.extensions["loyalty.limiter"] = limiter
    for rule in app.url_map.iter_rules():
        for method, limits in (("POST", LIMITS), ("GET", DRAWINGS)):
            if rule.rule in limits:
                limit = limiter.limit(limits[rule.rule], methods=[method])
                view: Any = app.view_functions[rule.endpoint]
                app.view_functions[rule.endpoint] = limit(view)
