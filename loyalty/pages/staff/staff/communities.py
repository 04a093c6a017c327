"""The communities in which whoever is signed in works: gone to, joined by a link, and left."""

from typing import Any
from uuid import UUID

from flask import abort, redirect, render_template, url_for
from flask import session as browser_session
from flask_babel import gettext
from flask_login import current_user
from wtforms import HiddenField

from loyalty.models import StaffAccount
from loyalty.pages.staff import console
from loyalty.pages.staff.confirmation import ConfirmationForm, Question, ask
from loyalty.pages.staff.proof import asks_again
from loyalty.pages.values import listed as words_listed
from loyalty.services.actors import Role
from loyalty.services.errors import UnknownRecordError
from loyalty.services.staff.joining import join_from_elsewhere
from loyalty.services.staff.links import OpenedLink, open_link
from loyalty.services.staff.workplaces import Workplace, leave_community, note_entry
from loyalty.services.work import Work
from loyalty.words.roles import ROLES
from loyalty.words.workplaces import JOIN, LEAVE

own_communities = console.Console(
    "communities", "/account/communities", only=frozenset(Role), sets_up=True
)

LINK = "join-by"
"""Under which the session remembers the link by which somebody joins, until they have signed in."""


class JoinForm(ConfirmationForm):
    """A yes to the link that was shown; another one may have been opened in another tab since."""

    link = HiddenField()


@own_communities.get("")
def listed() -> str:
    """List where whoever is signed in works, and what they do there."""
    places: list[Workplace] = current_user.places
    return render_template(
        "staff/staff/communities.html",
        places=[(place, _roles_in_words(place), place is current_user.here) for place in places],
    )


@own_communities.post("/<uuid:account_id>/enter")
def enter(account_id: UUID) -> Any:
    """Go to another community, as one's account there."""
    if not console.go_to(account_id):
        abort(404)
    place = next(one for one in current_user.places if one.member.account_id == account_id)
    with console.work_everywhere() as work:
        note_entry(work.session, place, now=work.now)
    return redirect(url_for("staff_home.home"))


@own_communities.route("/<uuid:account_id>/leave", methods=["GET", "POST"])
@asks_again()
def leave(account_id: UUID) -> Any:
    """Ask, and open a community no more."""
    place = _find_joined(account_id)
    form = ConfirmationForm()
    if form.validate_on_submit() and console.attempt(
        lambda work: leave_community(work, place.community.id),
        gettext("已退出%(community)s。", community=place.community.name),
        at_work=console.work_everywhere,
    ):
        return redirect(url_for("staff_communities.listed"))
    back = url_for("staff_communities.listed")
    return ask(Question(subject=place.community.name, words=LEAVE, back=back), form)


@own_communities.route("/join", methods=["GET", "POST"])
@asks_again()
def join() -> Any:
    """Ask, and join a community by the link that was opened in this browser."""
    token = browser_session.get(LINK, "")
    try:
        with console.work_everywhere() as work:
            link = open_link(work.session, token, now=work.now)
        form = JoinForm()
        is_of_link = form.link.data == link.link_id.hex
        form.link.data = link.link_id.hex
        if form.validate_on_submit() and is_of_link and _join(link, token):
            return redirect(url_for("staff_home.home"))
    except UnknownRecordError:
        browser_session.pop(LINK, None)
        return render_template("staff/staff/join_gone.html"), 404
    return ask(_ask_about(link), form)


def _join(link: OpenedLink, token: str) -> bool:
    joined: list[UUID] = []

    def join_by_link(work: Work) -> None:
        joined.append(join_from_elsewhere(work, token).id)

    told = gettext("加入了%(community)s，现在就在这里。", community=link.community_name)
    if not console.attempt(join_by_link, told, at_work=console.work_everywhere):
        return False
    browser_session.pop(LINK, None)
    browser_session[console.WORKS_AS] = joined[0].hex
    return True


def _ask_about(link: OpenedLink) -> Question:
    with console.own_work() as work:
        account = work.find(StaffAccount, work.actor.account_id)
    own = current_user.home.name
    told = gettext("链接是给%(name)s的。", name=link.display_name)
    mine = gettext(
        "您现在用%(community)s的账号：%(name)s（%(username)s）。不是您本人的，请先退出，再打开一次链接。",
        community=own,
        name=account.display_name,
        username=account.username,
    )
    back = url_for("staff_home.home")
    return Question(subject=link.community_name, words=JOIN, back=back, preview=(told, mine))


def _find_joined(account_id: UUID) -> Workplace:
    joined = (one for one in current_user.places if not one.is_home)
    found: Workplace | None = next(
        (one for one in joined if one.member.account_id == account_id), None
    )
    return found or abort(404)


def _roles_in_words(place: Workplace) -> str:
    return words_listed(ROLES[role] for role in Role if role in place.member.roles)
