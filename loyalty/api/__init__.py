"""JSON for tills, integrators and scripts: /api/v1, described at /api/openapi.json."""

from flask import Flask
from flask_smorest import Api, Blueprint

from loyalty.api.community import communities
from loyalty.api.pairing import pairings
from loyalty.api.public import public
from loyalty.api.shops import shops
from loyalty.api.tills import tills

BLUEPRINTS: tuple[Blueprint, ...] = (
    communities,
    pairings,
    public,
    shops,
    tills,
)


class ProblemApi(Api):  # type: ignore[misc]  # the library has no types
    """flask-smorest, with the errors left to the app, which knows pages from API."""

    def _register_error_handlers(self) -> None:
        """Register none: the library's answer every path of the app."""


def register_api(app: Flask) -> None:
    """Add every call of the API to the app."""
    app.config |= {
        "API_TITLE": "loyalty",
        "API_VERSION": "v1",
        "OPENAPI_VERSION": "3.1.0",
        "OPENAPI_URL_PREFIX": "/api",
        "OPENAPI_JSON_PATH": "openapi.json",
    }
    api = ProblemApi(app)
    for blueprint in BLUEPRINTS:
        api.register_blueprint(blueprint)
