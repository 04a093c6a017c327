"""Whether the service is there: for load balancers and for whoever watches."""

from flask import Response
from flask.views import MethodView
from sqlalchemy import text

from loyalty.api.access import Caller, open_to
from loyalty.api.noun import Noun
from loyalty.database import transaction

live = Noun("/livez", base="")
"""The process."""

ready = Noun("/readyz", base="")
"""The process and its database."""

PLAIN = "text/plain"


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
    """The process and its database."""

    @open_to(Caller.ANYONE)
    @ready.response(200, {"type": "string"}, content_type=PLAIN)
    def get(self) -> Response:
        """Say that sales can be recorded: the database answers."""
        with transaction() as session:
            session.execute(text("SELECT 1"))
        return Response("ready\n", content_type=PLAIN)
