"""Whether residents may be told by web push: off until a manager lets them."""

from typing import Any

from flask import redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext

from loyalty.pages.staff import console
from loyalty.pages.staff.confirmation import ConfirmationForm, Question, ask
from loyalty.services.messages.push_channel import (
    begin_web_push,
    count_devices,
    find_web_push,
    read_public_key,
    stop_web_push,
)
from loyalty.words.steps import StepWords

web_push = console.Console("web_push", "/policy/web-push", only=console.MANAGERS)

STOP = StepWords(
    lazy_gettext("不再弹提醒"),
    lazy_gettext("等着弹的都不弹了，居民登记的设备全部删除；以后再开通，要请他们重新同意。"),
    grave=True,
)


@web_push.get("")
def shown() -> str:
    """Show whether it is on, and on how many devices residents are told."""
    with console.work() as work:
        hook = find_web_push(work)
        devices = 0 if hook is None else count_devices(work, hook)
        is_lost = hook is not None and read_public_key(hook, sealing_key=_key()) is None
    return render_template(
        "staff/messages/web_push.html", hook=hook, devices=devices, is_lost=is_lost
    )


@web_push.post("/begin")
def begin() -> Any:
    """Let residents agree to it from now on."""
    host = request.host.partition(":")[0]
    console.attempt(
        lambda work: begin_web_push(work, host, sealing_key=_key()),
        gettext("开通了。居民可以在“我的页面”上同意。"),
    )
    return redirect(url_for("staff_web_push.shown"))


@web_push.route("/stop", methods=["GET", "POST"])
def stop() -> Any:
    """Tell nobody anything so any more, after the consequence has been read."""
    back, form = url_for("staff_web_push.shown"), ConfirmationForm()
    if not form.validate_on_submit():
        return ask(Question(gettext("手机弹提醒"), STOP, back), form)
    console.attempt(stop_web_push, gettext("已停。以后不再弹。"))
    return redirect(back)


def _key() -> bytes:
    return console.sealing_key()
