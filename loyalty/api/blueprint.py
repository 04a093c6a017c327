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
"""The path below which the calls about one round stand."""


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


class ApiBlueprint(Blueprint):  # type: ignore[misc]  # the library has no types
    """The calls of one resource, such as ``/shops``, open to their named callers only.

    Args:
        base: the path's prefix; empty for a resource at the root of the site.
        name: the name of the blueprint, where it does not follow from its path.
    """

    ARGUMENTS_PARSER = StrictParser()

    def __init__(self, path: str, *, base: str = "/api/v1", name: str | None = None) -> None:
        name = name or path.strip("/").replace("/", "-").replace(".", "")
        super().__init__(name, __name__, url_prefix=base + path)
        self.before_request(_refuse_nul)
        self.before_request(admit)

    def arguments(self, schema: Any, **options: Any) -> Any:
        """Read what a call takes by a schema, which is made once and not for each request."""
        return super().arguments(schema() if isinstance(schema, type) else schema, **options)
