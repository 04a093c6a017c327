"""The accounts of those who work on the programme: opened, given something to do, closed."""

from typing import Any
from uuid import UUID

import segno
from flask import Response, abort, make_response, redirect, render_template, request, url_for
from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField

from loyalty.models import Resident, StaffAccount
from loyalty.pages.forms import Form, options, person, record, text_field, ticks
from loyalty.pages.staff import console
from loyalty.pages.staff.changes import ChangeForm, is_ready, new_values
from loyalty.pages.staff.proof import asks_again
from loyalty.pages.values import listed as words_listed
from loyalty.services.actors import Role
from loyalty.services.people.residents import FindResidents, find_residents
from loyalty.services.staff.accounts import (
    ChangeAccount,
    CreateAccount,
    change_account,
    create_account,
    find_accounts,
    has_joined,
)
from loyalty.services.staff.links import (
    LinkPurpose,
    MadeLink,
    list_purposes,
    make_link,
    make_link_address,
)
from loyalty.services.work import Work
from loyalty.words.account_links import LINKS
from loyalty.words.roles import ROLES

accounts = console.Console("accounts", "/policy/accounts", only=console.MANAGERS)

MOST_NAMESAKES = 20


class NewAccountForm(Form):
    """An account to be opened."""

    display_name = person(lazy_gettext("姓名"))
    username = text_field(lazy_gettext("登录名"))
    roles = ticks(lazy_gettext("做什么"), needed=True)


class AccountForm(ChangeForm):
    """What an account may do, and who it is; its fields are called as the columns are."""

    roles = ticks(lazy_gettext("做什么"), needed=True)
    resident_id = record(lazy_gettext("是哪位居民"))
    active = BooleanField(lazy_gettext("可以登录"))


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
        standing={one.id: _standing_in_words(one) for one in found.items},
    )


@accounts.route("/new", methods=["GET", "POST"])
@asks_again()
def new() -> Any:
    """Open an account."""
    form = NewAccountForm()
    form.roles.choices = options(ROLES)
    if form.validate_on_submit():
        opened = _open_account(form)
        if opened is not None:
            return _show_link(*opened)
    return render_template("staff/staff/account_new.html", form=form)


@accounts.route("/<uuid:account_id>", methods=["GET", "POST"])
@asks_again(lambda **_: "find" not in request.form)
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
        links={purpose: LINKS[purpose] for purpose in list_purposes(account)},
    )


@accounts.post("/<uuid:account_id>/links/<purpose>")
@asks_again()
def link(account_id: UUID, purpose: str) -> Any:
    """Make a link for the owner of an account, and show it once."""
    if purpose not in set(LinkPurpose):
        abort(404)
    made: list[MadeLink] = []
    with console.work() as work:
        account = work.find(StaffAccount, account_id)
    if not console.attempt(
        lambda work: made.append(make_link(work, account_id, LinkPurpose(purpose))),
        gettext("链接做好了。"),
    ):
        return redirect(url_for("staff_accounts.change", account_id=account_id))
    return _show_link(account, made[0])


def _show_link(account: StaffAccount, made: MadeLink) -> Response:
    """Return the page from which a link is handed over; it is shown once, and kept nowhere."""
    address = make_link_address(console.settings().base_url, made.token)
    page = render_template(
        "staff/staff/account_link.html",
        account=account,
        made=made,
        expires_at=console.here(made.expires_at),
        words=LINKS[made.purpose],
        address=address,
        qr=segno.make_qr(address, error="m").svg_data_uri(scale=5, light="#fff"),
    )
    response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response


def _roles_in_words(account: StaffAccount) -> str:
    """Return what an account is for, and whether a panellist's is of no resident yet."""
    doing = words_listed(ROLES[role] for role in account.roles)
    if Role.PANEL in account.roles and not account.resident_id:
        return " · ".join([doing, gettext("没对上居民")])
    return doing


def _standing_in_words(account: StaffAccount) -> str:
    if not account.active:
        return str(gettext("已停用"))
    if account.left_at is not None:
        return str(gettext("已退出"))
    if account.home_account_id is not None:
        return str(gettext("用别的社区的账号登录"))
    return str(gettext("可以登录") if has_joined(account) else gettext("还没加入"))


def _choices(residents: list[Resident]) -> dict[str, str]:
    return {str(one.id): f"{one.name} {one.unit}" for one in residents}


def _open_account(form: NewAccountForm) -> tuple[StaffAccount, MadeLink] | None:
    """Open an account with the link for its owner; None where it was refused."""
    wanted = CreateAccount(
        username=form.username.data,
        display_name=form.display_name.data,
        roles=frozenset(map(Role, form.roles.data)),
    )
    opened: list[tuple[StaffAccount, MadeLink]] = []

    def open_with_link(work: Work) -> None:
        account = create_account(work, wanted)
        opened.append((account, make_link(work, account.id, LinkPurpose.JOIN)))

    told = gettext("已给%(name)s开了账号。", name=wanted.display_name)
    return opened[0] if console.attempt(open_with_link, told, form=form) else None


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
