"""Whether the service is there: for load balancers and for whoever watches."""

from flask import Response
from flask.views import MethodView
from werkzeug.exceptions import ServiceUnavailable

from loyalty.api.access import Caller, open_to
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.problems import ProblemSchema
from loyalty.database import is_up_to_date, transaction

live = ApiBlueprint("/livez", base="")
"""The process."""

ready = ApiBlueprint("/readyz", base="")
"""The process, its database and its tables."""

PLAIN = "text/plain"
NOT_MIGRATED = "The tables are not those of this release; run: loyalty migrate"
RETRY_SECONDS = 5


@live.route("")
class Live(MethodView):
    """The process."""

    @open_to(Caller.ANYONE)
    @live.response(200, {"type": "string"}, content_type=PLAIN)
    def get(self) -> Response:
        """Say that the process answers."""
        return Response("alive\n", content_type=PLAIN)


@ready.route("")
class Ready(MethodView):
    """The process, its database and its tables."""

    @open_to(Caller.ANYONE)
    @ready.response(200, {"type": "string"}, content_type=PLAIN)
    @ready.alt_response(503, schema=ProblemSchema, description="Not migrated.")
    def get(self) -> Response:
        """Say that sales can be recorded: the database answers, with the tables of this release."""
        with transaction() as session:
            if not is_up_to_date(session):
                raise ServiceUnavailable(NOT_MIGRATED, retry_after=RETRY_SECONDS)
        return Response("ready\n", content_type=PLAIN)
