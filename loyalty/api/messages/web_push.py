"""Whether residents may be told by web push: read, and turned on or off, by a manager."""

from typing import Any

import marshmallow as ma
from flask import request
from flask.views import MethodView

from loyalty.api.access import Caller, get_sealing_key, open_to, staff_work
from loyalty.api.blueprint import ApiBlueprint
from loyalty.api.schemas import Flag, Schema
from loyalty.services.messages.push_channel import (
    begin_web_push,
    count_devices,
    find_web_push,
    read_public_key,
    stop_web_push,
)
from loyalty.services.work import Work

web_push = ApiBlueprint("/web-push")
"""Whether the residents of the caller's community may be told on their own phones."""


class WebPushSchema(Schema):
    """Whether it is on, and for how many."""

    on = Flag(
        required=True,
        metadata={"description": "False forgets all devices and the key, and that people agreed"},
    )
    devices = ma.fields.Integer(
        dump_only=True, metadata={"description": "How many residents agree, each on one device"}
    )
    public_key = ma.fields.String(
        dump_only=True,
        allow_none=True,
        metadata={
            "description": "With which browsers are asked (VAPID); null while it is off, and where"
            " the operator's secret is another since it was turned on"
        },
    )


@web_push.route("")
class WebPush(MethodView):
    """Whether residents may be told by web push."""

    @open_to(Caller.MANAGER)
    @web_push.response(200, WebPushSchema)
    def get(self) -> Any:
        """Read whether residents may be told by web push."""
        with staff_work() as work:
            return _read(work)

    @open_to(Caller.MANAGER)
    @web_push.arguments(WebPushSchema)
    @web_push.response(200, WebPushSchema)
    def put(self, members: dict[str, Any]) -> Any:
        """Turn it on, or off; what is so already stays so."""
        with staff_work() as work:
            if members["on"]:
                host = request.host.partition(":")[0]
                begin_web_push(work, host, sealing_key=get_sealing_key())
            else:
                stop_web_push(work)
            work.session.flush()
            return _read(work)


def _read(work: Work) -> dict[str, Any]:
    hook = find_web_push(work)
    if hook is None:
        return {"on": False, "devices": 0, "public_key": None}
    key = read_public_key(hook, sealing_key=get_sealing_key())
    return {"on": True, "devices": count_devices(work, hook), "public_key": key}
