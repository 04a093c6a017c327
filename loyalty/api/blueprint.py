"""What the blueprints of the API have in common: guarded, and strict about what they read."""

from typing import Any

from flask import Request, request
from flask_smorest import Blueprint
from webargs.flaskparser import FlaskParser
from werkzeug.exceptions import NotFound

from loyalty.api.access import admit
from loyalty.api.json_bodies import read_json
from loyalty.api.problems import MEDIA_TYPE, ProblemSchema

OF_A_ROUND = "/api/v1/rounds/<uuid:round_id>"
"""The path below which the calls about one round stand."""


class StrictParser(FlaskParser):
    """Reads requests by the letter: no NaN or Infinity, no unknown members, no unknown queries."""

    DEFAULT_UNKNOWN_BY_LOCATION: dict[str, str | None] = {}  # noqa: RUF012  # as the base has it

    def _raw_load_json(self, req: Request) -> Any:
        return read_json(req)


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

    def alt_response(self, status_code: int, response: Any = None, **options: Any) -> Any:
        """Describe another answer of a call; a problem has a media type of its own."""
        if options.get("schema") is ProblemSchema:
            options.setdefault("content_type", MEDIA_TYPE)
        return super().alt_response(status_code, response, **options)
