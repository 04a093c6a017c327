"""Where else an account is signed in, whether its owner knows of it, and that it is they."""

from typing import Any
from uuid import UUID

from flask import flash, redirect, request, url_for
from flask_babel import gettext
from flask_login import current_user
from werkzeug.exceptions import BadRequest

from loyalty.pages.staff import console
from loyalty.pages.staff.proof import ask_for_proof, read_proof
from loyalty.rules.verdict import Tone
from loyalty.services.actors import Role
from loyalty.services.staff.alerts import answer_alerts
from loyalty.services.staff.sessions import end_other_sessions

own_sessions = console.Console(
    "own_sessions", "/account/sessions", only=frozenset(Role), sets_up=True
)


@own_sessions.post("/known")
def known() -> Any:
    """Take in that the owner of the account knows of what they were told."""
    try:
        alert_ids = [UUID(one) for one in request.form.getlist("alert")]
    except ValueError as error:
        raise BadRequest from error
    if not current_user.here.is_home:
        with console.work() as work:
            answer_alerts(work, alert_ids)
    told = gettext("好的，记下了。")
    console.attempt(lambda own: answer_alerts(own, alert_ids), told, at_work=console.own_work)
    return redirect(url_for("staff_home.home"))


@own_sessions.post("/unknown")
def unknown() -> Any:
    """End what is signed in elsewhere, and lead to another password."""
    with console.own_work() as work:
        end_other_sessions(work)
    told = gettext("别的地方的登录都断开了。现在换一个新密码；手机也不放心的话，再换动态码。")
    flash(told, Tone.UNSURE)
    return redirect(url_for("staff_own_account.change_password"))


@own_sessions.post("/end-others")
def end_others() -> Any:
    """End what is signed in elsewhere."""
    told = gettext("别的地方的登录都断开了。")
    console.attempt(end_other_sessions, told, at_work=console.own_work)
    return redirect(url_for("staff_own_account.shown"))


@own_sessions.route("/proof", methods=["GET", "POST"])
def proof() -> Any:
    """Ask for password or code, and lead back to where a file is offered."""
    form, is_right = read_proof()
    if not is_right:
        return ask_for_proof(form)
    flash(gettext("确认好了，请再点一次。"), Tone.YES)
    return redirect(console.own_place(request.args.get("back", "")))
