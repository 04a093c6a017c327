"""What a paired till asks about itself."""

from typing import Any

from flask.views import MethodView

from loyalty.api.access import Caller, current_till, open_to
from loyalty.api.noun import Noun
from loyalty.api.redemption_schemas import TillDaySchema
from loyalty.clock import community_now
from loyalty.database import transaction
from loyalty.services.redemptions import day_of

till = Noun("/till")


@till.route("/today")
class Today(MethodView):
    """A till's day."""

    @open_to(Caller.TILL)
    @till.response(200, TillDaySchema)
    def get(self) -> Any:
        """List today's sales of this till, newest first, with their sums."""
        caller = current_till()
        with transaction() as session:
            return day_of(session, caller, today=community_now(caller.timezone).date())
