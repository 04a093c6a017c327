"""The public notice of a round, the record of its draw, and the honour roll."""

from typing import Any

from flask.views import MethodView

from loyalty.api.access import Caller, open_to
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.notice.schemas import (
    DrawSchema,
    HonourRollSchema,
    PublicNoticeSchema,
    RecordSchema,
)
from loyalty.api.schemas import PageSchema
from loyalty.clock import community_now
from loyalty.database import transaction
from loyalty.services.community.policy import enter_community
from loyalty.services.notice.honour_roll import honour_roll
from loyalty.services.notice.public_notice import public_notice
from loyalty.services.notice.public_record import public_record
from loyalty.services.selection.planning import month_called

notices = ApiBlueprint("", base="/api/v1/public/<slug>", name="notices")
"""What is published of the selection, by the short name of the community."""

NOT_FOR_SEARCH = {"X-Robots-Tag": "noindex"}
"""What names people takes itself down; a search engine's copy would not."""


@notices.route("/rounds/<month>")
class PublicNotices(MethodView):
    """The notice of one month."""

    @open_to(Caller.ANYONE)
    @notices.arguments(DrawSchema, location="query")
    @notices.response(200, PublicNoticeSchema)
    def get(self, wanted: dict[str, Any], slug: str, month: str) -> Any:
        """Read who is on the lists and why; before the notice, the hash of the frozen list.

        When the names are taken down, versions and hashes stay.
        """
        with transaction() as session:
            community = enter_community(session, slug)
            now = community_now(community.timezone)
            shown = public_notice(session, community, month_called(month), now=now, **wanted)
        return shown, 200, NOT_FOR_SEARCH


@notices.route("/rounds/<month>/record")
class PublicRecords(MethodView):
    """The record of one month's draw."""

    @open_to(Caller.ANYONE)
    @notices.arguments(DrawSchema, location="query")
    @notices.response(200, RecordSchema)
    def get(self, wanted: dict[str, Any], slug: str, month: str) -> Any:
        """Read what the draw can be done again with, as docs/lottery.md describes it."""
        with transaction() as session:
            community = enter_community(session, slug)
            now = community_now(community.timezone)
            record = public_record(session, community, month_called(month), now=now, **wanted)
        return record, 200, NOT_FOR_SEARCH


@notices.route("/honour-roll")
class HonourRoll(MethodView):
    """The honour roll."""

    @open_to(Caller.ANYONE)
    @notices.arguments(PageSchema, location="query")
    @notices.response(200, HonourRollSchema)
    def get(self, wanted: dict[str, Any], slug: str) -> Any:
        """Read who won and agrees to be named, the latest month first."""
        with transaction() as session:
            found = honour_roll(session, enter_community(session, slug), **wanted)
        return found, 200, NOT_FOR_SEARCH
