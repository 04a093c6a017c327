"""The account of whoever is signed in: password, second factor, and what happened to it."""

from typing import Any

import segno
from flask import redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from flask_login import current_user, logout_user
from wtforms import HiddenField

from loyalty.cards.keys import SealError
from loyalty.models import StaffAccount
from loyalty.pages.forms import Form, repeated_password, text_field
from loyalty.pages.forms import password as password_field
from loyalty.pages.staff import console
from loyalty.pages.staff.staff.sign_in_form import LONGEST_CODE
from loyalty.pages.values import listed
from loyalty.rules.retention import SIGN_INS
from loyalty.services.actors import Role
from loyalty.services.staff.alerts import list_alerts
from loyalty.services.staff.credentials import (
    ChangeOwnPassword,
    OfferedFactor,
    SetSecondFactor,
    change_own_password,
    offer_second_factor,
    set_second_factor,
)
from loyalty.services.staff.passwords import SHORTEST_PASSWORD
from loyalty.services.staff.sessions import list_sessions
from loyalty.services.staff.sign_in import OwnersProof
from loyalty.words.roles import ROLES

own_account = console.Console("own_account", "/account", only=frozenset(Role), sets_up=True)


class OwnPasswordForm(Form):
    """Another password of one's own."""

    present_password = password_field(lazy_gettext("现在的密码"))
    present_totp = text_field(lazy_gettext("动态码"), needed=False, longest=LONGEST_CODE)
    password = password_field(lazy_gettext("新密码"))
    again = repeated_password(lazy_gettext("再填一遍新密码"), "password")


class SecondFactorForm(Form):
    """A second factor of one's own, shown by its first code."""

    offered = HiddenField()
    """Its secret, sealed for the account; it is on the page as a picture all the same."""
    totp = text_field(lazy_gettext("手机上现在的六位数"), longest=LONGEST_CODE)
    present_password = password_field(lazy_gettext("现在的密码"))
    present_totp = text_field(lazy_gettext("旧的动态码"), needed=False, longest=LONGEST_CODE)


@own_account.get("")
def shown() -> str:
    """Show one's own account, who has signed in with it, and what was changed of it."""
    with console.own_work() as work:
        account = work.find(StaffAccount, work.actor.account_id)
        sessions, alerts = list_sessions(work), list_alerts(work)
    return render_template(
        "staff/staff/own_account.html",
        account=account,
        doing=listed(ROLES[role] for role in account.roles),
        sessions=sessions,
        alerts=alerts,
        kept_days=SIGN_INS.days,
        home=current_user.home.name,
    )


@own_account.route("/password", methods=["GET", "POST"])
def change_password() -> Any:
    """Change one's own password; then everybody signs in anew, whoever that is."""
    account, form = _account(), OwnPasswordForm()
    if account.totp_secret is None:
        del form.present_totp
    if form.validate_on_submit() and _change_password(form):
        logout_user()
        return redirect(url_for("staff_sign_in.sign_in"))
    return render_template("staff/staff/own_password.html", form=form, shortest=SHORTEST_PASSWORD)


@own_account.route("/second-factor", methods=["GET", "POST"])
def second_factor() -> Any:
    """Set up a second factor of one's own: scan, type the first code, and it holds."""
    account, form = _account(), SecondFactorForm()
    owes = console.actor().owes_second_factor
    if account.totp_secret is None:
        del form.present_totp
    offered = _offer(account, form.offered.data)
    if form.validate_on_submit() and _set_factor(form, offered):
        return redirect(url_for("staff_home.home" if owes else "staff_own_account.shown"))
    form.offered.data = offered.sealed.hex()
    # Drawn into the page itself: the address of a picture would carry the secret into logs.
    qr = segno.make_qr(offered.address, error="m").svg_data_uri(scale=5, light="#fff")
    return render_template(
        "staff/staff/own_second_factor.html",
        account=account,
        form=form,
        offered=offered,
        qr=qr,
        owes=owes,
    )


def _account() -> StaffAccount:
    with console.own_work() as work:
        return work.find(StaffAccount, work.actor.account_id)


def _offer(account: StaffAccount, sealed: str | None) -> OfferedFactor:
    """Return the factor that the form was drawn with; a new one where it says none of ours."""
    try:
        kept = bytes.fromhex(sealed) if sealed and request.method == "POST" else None
        return offer_second_factor(account, sealing_key=console.sealing_key(), sealed=kept)
    except (ValueError, SealError):
        return offer_second_factor(account, sealing_key=console.sealing_key())


def _change_password(form: OwnPasswordForm) -> bool:
    wanted = ChangeOwnPassword(_proof(form), form.password.data)
    return console.attempt(
        lambda work: change_own_password(work, wanted, sealing_key=console.sealing_key()),
        gettext("密码换好了。请用新密码登录。"),
        form=form,
        at_work=console.own_work,
    )


def _set_factor(form: SecondFactorForm, offered: OfferedFactor) -> bool:
    wanted = SetSecondFactor(_proof(form), offered.sealed, form.totp.data)
    return console.attempt(
        lambda work: set_second_factor(work, wanted, sealing_key=console.sealing_key()),
        gettext("动态码设好了。以后登录要密码和动态码。"),
        form=form,
        at_work=console.own_work,
    )


def _proof(form: OwnPasswordForm | SecondFactorForm) -> OwnersProof:
    code = form.present_totp.data if "present_totp" in form else None
    return OwnersProof(form.present_password.data, code)
