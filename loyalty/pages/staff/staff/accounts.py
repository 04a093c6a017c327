"""The accounts of those who work on the programme: opened, given something to do, closed."""

from typing import Any
from uuid import UUID

from flask import redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField

from loyalty.models import Resident, StaffAccount
from loyalty.pages.forms import Form, options, password, person, record, text_field, ticks
from loyalty.pages.staff import console
from loyalty.pages.staff.changes import ChangeForm, is_ready, new_values
from loyalty.pages.values import listed as words_listed
from loyalty.services.actors import Role
from loyalty.services.people.residents import FindResidents, find_residents
from loyalty.services.staff.accounts import (
    ChangeAccount,
    CreateAccount,
    change_account,
    create_account,
    find_accounts,
)
from loyalty.services.staff.passwords import SHORTEST_PASSWORD
from loyalty.words.roles import ROLES

accounts = console.Console("accounts", "/policy/accounts", only=console.MANAGERS)

MOST_NAMESAKES = 20


class NewAccountForm(Form):
    """An account to be opened."""

    display_name = person(lazy_gettext("姓名"))
    username = text_field(lazy_gettext("登录名"))
    password = password(lazy_gettext("密码"))
    roles = ticks(lazy_gettext("做什么"), needed=True)


class AccountForm(ChangeForm):
    """What an account may do, and who it is; its fields are called as the columns are."""

    roles = ticks(lazy_gettext("做什么"), needed=True)
    resident_id = record(lazy_gettext("是哪位居民"))
    active = BooleanField(lazy_gettext("可以登录"))
    password = password(lazy_gettext("新密码"), needed=False)


@accounts.get("")
def listed() -> str:
    """List the accounts by the names they sign in with."""
    after = console.asked_for()["after"]
    with console.work() as work:
        found = find_accounts(work, limit=console.PAGE_LENGTH, after=after)
    return render_template(
        "staff/staff/accounts.html",
        found=found,
        doing={one.id: _roles_in_words(one) for one in found.items},
    )


@accounts.route("/new", methods=["GET", "POST"])
def new() -> Any:
    """Open an account."""
    form = NewAccountForm()
    form.roles.choices = options(ROLES)
    if form.validate_on_submit() and _open_account(form):
        return redirect(url_for("staff_accounts.listed"))
    return render_template("staff/staff/account_new.html", form=form, shortest=SHORTEST_PASSWORD)


@accounts.route("/<uuid:account_id>", methods=["GET", "POST"])
def change(account_id: UUID) -> Any:
    """Show an account, and change it; whom it belongs to is found by name."""
    searched = console.asked_for()["q"]
    with console.work() as work:
        account = work.find(StaffAccount, account_id)
        wanted = FindResidents(MOST_NAMESAKES, q=searched or account.display_name, state="active")
        offered = list(find_residents(work, wanted).items)
        if account.resident_id is not None:
            offered.append(work.find(Resident, account.resident_id))
    form = AccountForm(obj=account)
    form.roles.choices = options(ROLES)
    form.resident_id.choices = options({"": gettext("不是本社区的居民"), **_choices(offered)})
    if "find" not in request.form and is_ready(form, account) and _change_account(form, account):
        return redirect(url_for("staff_accounts.listed"))
    return render_template(
        "staff/staff/account.html",
        account=account,
        form=form,
        searched=searched or "",
        shortest=SHORTEST_PASSWORD,
    )


def _roles_in_words(account: StaffAccount) -> str:
    """Return what an account is for, and whether a panellist's is of no resident yet."""
    doing = words_listed(ROLES[role] for role in account.roles)
    if Role.PANEL in account.roles and not account.resident_id:
        return " · ".join([doing, gettext("没对上居民")])
    return doing


def _choices(residents: list[Resident]) -> dict[str, str]:
    return {str(one.id): f"{one.name} {one.unit}" for one in residents}


def _open_account(form: NewAccountForm) -> bool:
    wanted = CreateAccount(
        username=form.username.data,
        password=form.password.data,
        display_name=form.display_name.data,
        roles=frozenset(map(Role, form.roles.data)),
    )
    return console.attempt(
        lambda work: create_account(work, wanted),
        gettext("已给%(name)s开了账号。", name=wanted.display_name),
        form=form,
    )


def _change_account(form: AccountForm, account: StaffAccount) -> bool:
    values = new_values(form)
    if "roles" in values:
        values["roles"] = frozenset(map(Role, values["roles"]))
    wanted = ChangeAccount(account.id, account.version, **values)
    return console.attempt(
        lambda work: change_account(work, wanted),
        gettext("已保存。"),
        form=form,
    )
