"""What the blueprints of the API have in common: guarded, and strict about what they read."""

import json
from typing import Any, NoReturn

from flask import Request, request
from flask_smorest import Blueprint
from webargs import missing
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import BadRequest, NotFound

from loyalty.api.access import admit

OF_A_ROUND = "/api/v1/rounds/<uuid:round_id>"
"""What the nouns of one selection round stand below."""


class StrictParser(FlaskParser):
    """Reads requests by the letter: no NaN or Infinity, no unknown members, no unknown queries."""

    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {}  # noqa: RUF012  # as the base has it

    def _raw_load_json(self, req: Request) -> Any:
        body = req.get_data(cache=True)
        if not body:
            return missing
        try:
            return json.loads(body, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise BadRequest(f"The body is not JSON: {error}.") from error


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _refuse_nul() -> None:
    """Find nothing at an address with a NUL: no record has one, and PostgreSQL reads none."""
    if "\0" in request.path:
        raise NotFound


class Noun(Blueprint):  # type: ignore[misc]  # the library has no types
    """The calls of one noun, such as ``/shops``, open to their named callers only.

    Args:
        base: what the path stands below; empty for what is looked for at the root of the site.
        name: what the noun is called, where its path alone does not say it.
    """

    ARGUMENTS_PARSER = StrictParser()

    def __init__(self, path: str, *, base: str = "/api/v1", name: str | None = None) -> None:
        name = name or path.strip("/").replace("/", "-").replace(".", "")
        super().__init__(name, __name__, url_prefix=base + path)
        self.before_request(_refuse_nul)
        self.before_request(admit)
