"""Whether a resident is told on the device in their hand: its browser is asked, and it ends."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask_babel import gettext
from wtforms import HiddenField

from loyalty.pages.forms import Form
from loyalty.pages.own_page.signed_in import OwnPages, resident, resident_work, sealing_key
from loyalty.pages.staff.confirmation import ConfirmationForm
from loyalty.rules.browser import MESSENGERS, browser_of
from loyalty.rules.errors import LoyaltyError
from loyalty.rules.messages import Channel
from loyalty.rules.verdict import Tone
from loyalty.rules.web_push import Device
from loyalty.services.errors import StaleRecordError, ValueRefusedError
from loyalty.services.messages.push_channel import find_web_push, read_public_key
from loyalty.services.messages.recipients import (
    agree_to_web_push,
    end_messages,
    find_recipient,
)
from loyalty.services.work import ResidentWork
from loyalty.words.own_page import refusal_to_resident

own_web_push = OwnPages("own_web_push", "/messages/device")


class DeviceForm(Form):
    """What the browser has handed over; the script fills it in."""

    endpoint = HiddenField()
    p256dh = HiddenField()
    auth = HiddenField()
    hook = HiddenField()
    """Whose key the browser was asked with."""


@dataclass(frozen=True, slots=True)
class WebPush:
    """What a resident is shown of web push."""

    form: DeviceForm
    key: str
    """With which the browser is asked."""
    is_told: bool
    in_messenger: bool
    """Whether it is read where nothing can be told so."""


def find_offer(work: ResidentWork) -> WebPush | None:
    """Return what the resident is shown of web push; None where the community has none."""
    hook = find_web_push(work)
    key = None if hook is None else read_public_key(hook, sealing_key=sealing_key())
    if hook is None or key is None:
        return None
    told = find_recipient(work, resident().resident_id, Channel.WEB_PUSH)
    return WebPush(
        DeviceForm(formdata=None, data={"hook": str(hook.id)}),
        key,
        is_told=told is not None,
        in_messenger=browser_of(request.user_agent.string) in MESSENGERS,
    )


@own_web_push.post("")
def agree() -> Any:
    """Tell the resident on this device from now on."""
    form = DeviceForm()
    if form.validate_on_submit():
        try:
            with resident_work() as work:
                _agree(work, form)
        except ValueRefusedError:
            flash(gettext("没有开成，浏览器给的地址用不了。请换一个浏览器再试。"), Tone.NO)
        except LoyaltyError as refusal:
            flash(refusal_to_resident(refusal), Tone.NO)
        else:
            flash(gettext("记下了。从现在起，有事就在这台设备上告诉您。"), Tone.YES)
    return redirect(url_for("own_messages.shown"))


@own_web_push.post("/end")
def end() -> Any:
    """Tell nothing on a device any more."""
    if ConfirmationForm().validate_on_submit():
        end_by(Channel.WEB_PUSH)
    return redirect(url_for("own_messages.shown"))


def end_by(channel: Channel) -> None:
    """Tell the resident nothing any more by a channel, and say so."""
    try:
        with resident_work() as work:
            end_messages(work, channel)
    except LoyaltyError as refusal:
        flash(refusal_to_resident(refusal), Tone.NO)
    else:
        flash(gettext("记下了，不再发了。"), Tone.YES)


def _agree(work: ResidentWork, form: DeviceForm) -> None:
    hook = find_web_push(work)
    if hook is None or form.hook.data != str(hook.id):
        raise StaleRecordError("Web push goes under another key by now.")
    device = Device(
        form.endpoint.data or "", p256dh=form.p256dh.data or "", auth=form.auth.data or ""
    )
    agree_to_web_push(work, UUID(form.hook.data), device)
