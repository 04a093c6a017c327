"""Where events go: the programs that receive them, what each was sent, and once more."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext

from loyalty.models import Message, MessageHook
from loyalty.pages.forms import Form, options, text_field, ticks
from loyalty.pages.staff import console
from loyalty.pages.staff.changes import ChangeForm, is_ready
from loyalty.pages.staff.confirmation import ConfirmationForm, Question, ask
from loyalty.pages.staff.proof import asks_again
from loyalty.pages.values import listed as listed_words
from loyalty.rules.messages import (
    EVENTS,
    LONGEST_ADDRESS,
    MessageKind,
    MessageState,
    find_address_fault,
)
from loyalty.rules.verdict import Tone
from loyalty.services.errors import AlreadyExistsError
from loyalty.services.messages import hooks
from loyalty.services.messages.hooks import NewSecret
from loyalty.services.messages.undelivered import find_messages
from loyalty.services.work import Work
from loyalty.words.messages import ADDRESS_FAULTS, MESSAGES, STATES, failure_in_words
from loyalty.words.refusals import refusal_in_words
from loyalty.words.states import StateWords
from loyalty.words.steps import StepWords

receivers = console.Console("receivers", "/policy/webhooks", only=console.MANAGERS)

RENEW = StepWords(
    lazy_gettext("换一个密钥"),
    lazy_gettext("原来的密钥马上作废。在对方那里填上新的以前，通知送不到，会接着重试。"),
    grave=True,
)
REMOVE = StepWords(
    lazy_gettext("不再通知"),
    lazy_gettext("等着发的都不发了，发过什么的记录也一起删除。"),
    grave=True,
)


class ReceiverForm(Form):
    """Where events are to go, and which."""

    address = text_field(lazy_gettext("接收通知的网址"), longest=LONGEST_ADDRESS)
    events = ticks(lazy_gettext("通知什么"), needed=True)


class ChangedReceiverForm(ReceiverForm, ChangeForm):
    """Where events go, to be changed."""


@receivers.route("", methods=["GET", "POST"])
@asks_again()
def listed() -> Any:
    """List the programs that are told; let another be told."""
    form = _offering(ReceiverForm())
    if form.validate_on_submit() and _is_address(form):
        try:
            with console.work() as work:
                made = hooks.create_hook(work, **_members(form), sealing_key=console.sealing_key())
        except AlreadyExistsError as refusal:
            flash(refusal_in_words(refusal), Tone.NO)
        else:
            return _show(made)
    with console.work() as work:
        found = hooks.list_receivers(work)
    return render_template(
        "staff/messages/receivers.html",
        form=form,
        found=[(hook, _standing(hook), _events(hook)) for hook in found],
    )


@receivers.route("/<uuid:hook_id>", methods=["GET", "POST"])
@asks_again()
def shown(hook_id: UUID) -> Any:
    """Show one program, and what it was sent; let events go elsewhere, or others."""
    after = console.asked_for()["after"]
    with console.work() as work:
        hook = hooks.get_receiver(work, hook_id)
        sent = find_messages(work, hook_id=hook_id, limit=console.PAGE_LENGTH, after=after)
    form = _offering(ChangedReceiverForm(obj=hook))
    # One that was stopped begins anew also where nothing is changed.
    same = form.version.data == str(hook.version)
    begins = hook.stopped_at is not None and same and form.validate_on_submit()
    if (begins or is_ready(form, hook)) and _is_address(form) and _changed(form, hook):
        return redirect(_place(hook))
    return render_template(
        "staff/messages/receiver.html",
        form=form,
        hook=hook,
        failure=failure_in_words(hook.failure),
        answered_at=None if hook.answered_at is None else console.here(hook.answered_at),
        sent=sent,
        told=_told,
        kinds=MESSAGES,
    )


@receivers.post("/<uuid:hook_id>/test")
def test(hook_id: UUID) -> Any:
    """Have a message sent that tells nothing."""
    return _press(
        hook_id,
        lambda work: hooks.ask_for_test(work, hook_id),
        gettext("已经在发。过几秒刷新这一页，看送到没有。"),
    )


@receivers.post("/<uuid:hook_id>/messages/<uuid:message_id>/resend")
def resend(hook_id: UUID, message_id: UUID) -> Any:
    """Have an event sent once more."""
    return _press(
        hook_id,
        lambda work: hooks.send_again(work, hook_id, message_id),
        gettext("已经在重发。过几秒刷新这一页，看送到没有。"),
    )


@receivers.route("/<uuid:hook_id>/secret", methods=["GET", "POST"])
@asks_again()
def secret(hook_id: UUID) -> Any:
    """Make another secret, after the consequence has been read, and show it once."""
    hook, form = _receiver(hook_id), ConfirmationForm()
    if not form.validate_on_submit():
        return ask(Question(hook.address, RENEW, _place(hook)), form)
    with console.work() as work:
        made = hooks.renew_secret(work, hook_id, sealing_key=console.sealing_key())
    return _show(made)


@receivers.route("/<uuid:hook_id>/remove", methods=["GET", "POST"])
def remove(hook_id: UUID) -> Any:
    """Tell a program nothing any more, after the consequence has been read."""
    hook, form = _receiver(hook_id), ConfirmationForm()
    if not form.validate_on_submit():
        return ask(Question(hook.address, REMOVE, _place(hook)), form)
    console.attempt(
        lambda work: hooks.remove_hook(work, hook_id), gettext("已停。以后不再通知它。")
    )
    return redirect(url_for("staff_receivers.listed"))


def _receiver(hook_id: UUID) -> MessageHook:
    with console.work() as work:
        return hooks.get_receiver(work, hook_id)


def _place(hook: MessageHook) -> str:
    return url_for("staff_receivers.shown", hook_id=hook.id)


def _press(hook_id: UUID, deed: Callable[[Work], object], done: str) -> Any:
    hook = _receiver(hook_id)
    console.attempt(deed, done)
    return redirect(_place(hook))


def _offering(form: ReceiverForm) -> Any:
    form.events.choices = options({event.value: MESSAGES[event] for event in EVENTS})
    return form


def _members(form: ReceiverForm) -> dict[str, Any]:
    return {"address": form.address.data, "events": form.events.data}


def _is_address(form: ReceiverForm) -> bool:
    fault = find_address_fault(form.address.data)
    if fault is not None:
        form.address.errors = [ADDRESS_FAULTS[fault]]
    return fault is None


def _changed(form: ChangedReceiverForm, hook: MessageHook) -> bool:
    return console.attempt(
        lambda work: hooks.change_hook(work, hook.id, hook.version, **_members(form)),
        gettext("已保存，从现在起照这个通知。"),
        form=form,
    )


def _standing(hook: MessageHook) -> StateWords:
    if hook.stopped_at is not None:
        return StateWords(Tone.NO, gettext("已停"))
    if hook.failure is not None:
        return StateWords(Tone.NO, gettext("送不到"))
    if hook.answered_at is None:
        return StateWords(Tone.UNSURE, gettext("还没有发过"))
    return StateWords(Tone.YES, gettext("送得到"))


def _events(hook: MessageHook) -> str:
    return listed_words([str(MESSAGES[MessageKind(event)]) for event in hook.events])


def _told(message: Message) -> tuple[datetime, StateWords, str]:
    """Return when a message was written, how far it is, and why not further."""
    gone = message.failure == "http_410"
    why = gettext("对方说不再收了。") if gone else failure_in_words(message.failure)
    return console.here(message.made_at), STATES[MessageState(message.state)], why


def _show(made: NewSecret) -> str:
    return render_template("staff/messages/secret.html", secret=made.secret, back=_place(made.hook))
