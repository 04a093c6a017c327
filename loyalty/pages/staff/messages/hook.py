"""Where messages to residents go: the address, its secret shown once, and a try."""

from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext, lazy_gettext

from loyalty.models import Message, MessageHook
from loyalty.pages.forms import Form, text_field
from loyalty.pages.staff import console
from loyalty.pages.staff.changes import ChangeForm, is_ready
from loyalty.pages.staff.confirmation import ConfirmationForm, Question, ask
from loyalty.pages.staff.proof import asks_again
from loyalty.rules.messages import (
    LONGEST_ADDRESS,
    MessageState,
    find_address_fault,
    find_move_fault,
)
from loyalty.rules.verdict import Tone
from loyalty.services.errors import AlreadyExistsError, UnknownRecordError
from loyalty.services.messages import hooks
from loyalty.services.messages.hooks import NewSecret
from loyalty.services.messages.undelivered import list_tests
from loyalty.words.messages import ADDRESS_FAULTS, STATES, failure_in_words
from loyalty.words.refusals import refusal_in_words
from loyalty.words.states import StateWords
from loyalty.words.steps import StepWords

message_hook = console.Console("message_hook", "/policy/messages", only=console.MANAGERS)

LATEST_TESTS = 3

RENEW = StepWords(
    lazy_gettext("换一个密钥"),
    lazy_gettext("原来的密钥马上作废。在对方那里填上新的以前，消息送不到，会一直重试。"),
    grave=True,
)
REMOVE = StepWords(
    lazy_gettext("不再发消息"),
    lazy_gettext("等着发的都不发了，居民填的订阅号全部删除；以后再开通，要请他们重新填。"),
    grave=True,
)


class AddressForm(Form):
    """Where messages are to go."""

    address = text_field(lazy_gettext("接收消息的网址"), longest=LONGEST_ADDRESS)


class ChangedAddressForm(AddressForm, ChangeForm):
    """Where messages go, to be changed."""


@message_hook.route("", methods=["GET", "POST"])
@asks_again()
def shown() -> Any:
    """Show where messages go and whether they arrive; let them go somewhere, or elsewhere."""
    with console.work() as work:
        hook = hooks.find_hook_of_residents(work)
        tests = () if hook is None else list_tests(work, hook.id, most=LATEST_TESTS)
    if hook is None:
        return _begin()
    form = ChangedAddressForm(obj=hook)
    if is_ready(form, hook) and _is_address(form, hook) and _changed(form, hook):
        return redirect(url_for("staff_message_hook.shown"))
    return render_template(
        "staff/messages/hook.html",
        form=form,
        hook=hook,
        failure=failure_in_words(hook.failure),
        answered_at=None if hook.answered_at is None else console.here(hook.answered_at),
        tests=[_told(one) for one in tests],
    )


@message_hook.post("/test")
def test() -> Any:
    """Have a message sent that tells nobody anything."""
    hook = _hook()
    done = gettext("已经在发。过几秒刷新这一页，看送到没有。")
    console.attempt(lambda work: hooks.ask_for_test(work, hook.id), done)
    return redirect(url_for("staff_message_hook.shown"))


@message_hook.route("/secret", methods=["GET", "POST"])
@asks_again()
def secret() -> Any:
    """Make another secret, after the consequence has been read, and show it once."""
    hook, form = _hook(), ConfirmationForm()
    if not form.validate_on_submit():
        return ask(Question(hook.address, RENEW, url_for("staff_message_hook.shown")), form)
    with console.work() as work:
        made = hooks.renew_secret(work, hook.id, sealing_key=console.sealing_key())
    return _show(made)


@message_hook.route("/remove", methods=["GET", "POST"])
def remove() -> Any:
    """Send nothing any more, after the consequence has been read."""
    hook, form = _hook(), ConfirmationForm()
    back = url_for("staff_message_hook.shown")
    if not form.validate_on_submit():
        return ask(Question(hook.address, REMOVE, back), form)
    console.attempt(
        lambda work: hooks.remove_hook(work, hook.id), gettext("已停。以后不再发消息。")
    )
    return redirect(back)


def _begin() -> Any:
    form = AddressForm()
    if not (form.validate_on_submit() and _is_address(form)):
        return render_template("staff/messages/hook_new.html", form=form)
    try:
        with console.work() as work:
            made = hooks.create_hook(work, form.address.data, sealing_key=console.sealing_key())
    except AlreadyExistsError as refusal:
        flash(refusal_in_words(refusal), Tone.NO)
        return redirect(url_for("staff_message_hook.shown"))
    return _show(made)


def _told(message: Message) -> tuple[datetime, StateWords, str]:
    """Return when a message was written, how far it is, and why not further."""
    why = failure_in_words(message.failure)
    return console.here(message.made_at), STATES[MessageState(message.state)], why


def _show(made: NewSecret) -> str:
    back = url_for("staff_message_hook.shown")
    return render_template("staff/messages/secret.html", secret=made.secret, back=back)


def _hook() -> MessageHook:
    with console.work() as work:
        found = hooks.find_hook_of_residents(work)
    if found is None:
        raise UnknownRecordError("The community sends no messages.")
    return found


def _is_address(form: AddressForm, hook: MessageHook | None = None) -> bool:
    fault = find_address_fault(form.address.data)
    if fault is None and hook is not None:
        fault = find_move_fault(hook.address, form.address.data)
    if fault is not None:
        form.address.errors = [ADDRESS_FAULTS[fault]]
        return False
    return True


def _changed(form: ChangedAddressForm, hook: MessageHook) -> bool:
    return console.attempt(
        lambda work: hooks.change_hook(work, hook.id, hook.version, address=form.address.data),
        gettext("已保存，从现在起发到新的网址。"),
        form=form,
    )
