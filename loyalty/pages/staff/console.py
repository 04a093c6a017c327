"""What the pages of the staff console have in common: a signed-in member of staff, and a frame."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Flask, current_app, flash, redirect, request, url_for
from flask import session as browser_session
from flask_babel import lazy_gettext
from flask_login import LoginManager, UserMixin, current_user
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import BadRequest, Forbidden

from loyalty.cards.keys import sealing_key_from
from loyalty.clock import as_local, community_now, utc_now
from loyalty.database import transaction
from loyalty.models import AccountAlert, Community, Round
from loyalty.pages.forms import Form
from loyalty.pages.late_forms import given
from loyalty.pages.staff.kept_forms import ask_to_sign_in
from loyalty.rules.calendar import Month
from loyalty.rules.errors import LoyaltyError
from loyalty.rules.selection import RoundState
from loyalty.rules.verdict import Tone
from loyalty.services.actors import Role, StaffMember
from loyalty.services.errors import (
    NotAllowedError,
    SignInError,
    UnknownRecordError,
    ValueRefusedError,
)
from loyalty.services.staff.alerts import list_unanswered
from loyalty.services.staff.sign_in import get_staff_member_by_token
from loyalty.services.staff.workplaces import Workplace, list_workplaces
from loyalty.services.work import Work
from loyalty.settings import Settings
from loyalty.words.refusals import refusal_in_words

PAGE_LENGTH = 50

STAFF = frozenset({Role.STAFF, Role.MANAGER})
MANAGERS = frozenset({Role.MANAGER})

WORKS_AS = "works-as"
"""Under which the session remembers the account that somebody works as."""


@dataclass(frozen=True, slots=True)
class SignedIn(UserMixin):  # type: ignore[misc]  # the library has no types
    """A member of staff at the console. The session holds a token that can be revoked."""

    owner: StaffMember
    """The account that has signed in, whose password and second factor hold for all of these."""
    home: Community
    """Whose account it is."""
    places: Sequence[Workplace]
    """Where its owner works; not at home where the account was closed."""
    here: Workplace
    """Where they work now."""
    token: str
    alerts: Sequence[AccountAlert] = ()
    """What was done to the account elsewhere, and the owner has not said that it was so."""

    @property
    def actor(self) -> StaffMember:
        """Who works here."""
        return self.here.member

    @property
    def community(self) -> Community:
        """Whose console this is."""
        return self.here.community

    @property
    def works_in_several(self) -> bool:
        """Whether there is another community to go to, or was."""
        return len(self.places) > 1 or not self.here.is_home

    @property
    def is_demonstration(self) -> bool:
        """Whether the account's password is printed for whoever tries it."""
        return self.home.demonstration

    @property
    def is_staff(self) -> bool:
        """Whether this is one of the staff, and not a panellist who sees one score sheet."""
        return bool(self.actor.roles & STAFF)

    @property
    def is_manager(self) -> bool:
        """Whether this is a manager, who decides what holds for the community."""
        return Role.MANAGER in self.actor.roles

    def get_id(self) -> str:
        """Return what the session remembers."""
        return self.token


class Console(Blueprint):
    """Some pages of the console, for staff and managers unless others are named."""

    def __init__(
        self,
        name: str,
        path: str,
        *,
        also: frozenset[Role] = frozenset(),
        only: frozenset[Role] | None = None,
        acts: frozenset[Role] | None = None,
        sets_up: bool = False,
    ) -> None:
        """Name the pages and their callers.

        Args:
            acts: who may send their forms, where that is not everybody who may look.
            sets_up: they are open to an account that owes its second factor, too.
        """
        super().__init__(f"staff_{name}", __name__, url_prefix=f"/staff{path}")
        self.callers = only or STAFF | also
        self.acts = acts or self.callers
        self.sets_up = sets_up
        self.before_request(self._admit)

    def callers_of(self, verb: str) -> frozenset[Role]:
        """Return who may ask for the pages with an HTTP verb."""
        return self.acts if verb == "POST" else self.callers

    def _admit(self) -> Any:
        if not current_user.is_authenticated:
            return ask_to_sign_in()
        if actor().owes_second_factor and not self.sets_up:
            return redirect(url_for("staff_own_account.second_factor"))
        if not actor().roles & self.callers_of(request.method):
            raise Forbidden
        return None


def register_sign_in(app: Flask) -> None:
    """Let the console know who is signed in."""
    app.jinja_env.filters["here"] = here
    manager = LoginManager(app)
    manager.login_view = "staff_sign_in.sign_in"
    manager.login_message = lazy_gettext("请先登录。")
    manager.login_message_category = Tone.UNSURE
    manager.user_loader(_signed_in)


def actor() -> StaffMember:
    """Return who works at the console."""
    member: StaffMember = current_user.actor
    return member


def owner() -> StaffMember:
    """Return the account that has signed in: of this community, or of another."""
    member: StaffMember = current_user.owner
    return member


def here(moment: datetime) -> datetime:
    """Return a stored instant on the wall clock of the community."""
    return as_local(moment, actor().timezone)


def public_place(selection_round: Round) -> dict[str, Any]:
    """Return what leads to the public page of a round: the community's short name, the month.

    One that was called off is named by its draw, for another may hold in its place.
    """
    called_off = selection_round.state == RoundState.CANCELLED
    return {
        "slug": current_user.community.slug,
        "month": str(Month.of(selection_round.month)),
        "draw": selection_round.frozen_hash if called_off else None,
    }


def now() -> datetime:
    """Return the present instant on the wall clock of the community."""
    return community_now(actor().timezone)


def own_place(wanted: str) -> str:
    """Return a page of the console that is asked for; the home in place of one elsewhere."""
    home = url_for("staff_home.home")
    return wanted if wanted.startswith(f"{home}/") and "\\" not in wanted else home


def sealing_key() -> bytes:
    """Return the key that opens the private halves of the cards' keys."""
    return sealing_key_from(settings().secret_key)


def settings() -> Settings:
    """Return what the operator has decided."""
    found: Settings = current_app.extensions["loyalty.settings"]
    return found


def asked_for() -> dict[str, Any]:
    """Return the search and the place of a list's page; a name is sent in the body, not the query.

    Raises:
        BadRequest: the place is none.
    """
    after = given().get("after")
    searched = given().get("q", "").replace("\0", "").strip()
    try:
        return {"q": searched or None, "after": UUID(after) if after else None}
    except ValueError as error:
        raise BadRequest from error


@contextmanager
def work() -> Iterator[Work]:
    """Give whoever works at the console one transaction, at the present instant."""
    with transaction(actor().community_id) as session:
        yield Work(session, actor(), now())


@contextmanager
def own_work() -> Iterator[Work]:
    """Give the account that has signed in one transaction, wherever its owner works now."""
    with transaction(owner().community_id) as session:
        yield Work(session, owner(), community_now(owner().timezone))


@contextmanager
def work_everywhere() -> Iterator[Work]:
    """Give the account that has signed in one transaction, of all communities it works in."""
    with transaction() as session:
        yield Work(session, owner(), community_now(owner().timezone))


def attempt(
    deed: Callable[[Work], object],
    done: str,
    *,
    form: Form | None = None,
    at_work: Callable[[], AbstractContextManager[Work]] = work,
) -> bool:
    """Do one thing in one transaction, and say that it was done, or why it was refused.

    Args:
        form: where a value that makes no sense is told beside its field.
        at_work: gives the transaction, where it is not that of whoever works here.

    Raises:
        UnknownRecordError: a record is not there, which is another page's matter.
    """
    try:
        with at_work() as mine:
            deed(mine)
    except UnknownRecordError:
        raise
    except (LoyaltyError, StaleDataError) as refusal:
        _tell(refusal, form)
        return False
    flash(done, Tone.YES)
    return True


def _tell(refusal: LoyaltyError | StaleDataError, form: Form | None) -> None:
    told = refusal_in_words(refusal)
    member = refusal.pointer[1:] if isinstance(refusal, ValueRefusedError) else ""
    if form is not None and member in form:
        form[member].errors = [told]
    else:
        flash(told, Tone.NO)


def go_to(account_id: UUID) -> bool:
    """Let whoever is signed in work as one of their accounts; return whether it is one."""
    if account_id not in {one.member.account_id for one in current_user.places}:
        return False
    browser_session[WORKS_AS] = account_id.hex
    return True


def find_signed_in(session: Session, token: str, works_as: str | None) -> SignedIn:
    """Return who has signed in, and where they work.

    Args:
        session: of no one community.
        works_as: which of their accounts they have chosen; any other counts as their own.

    Raises:
        SignInError: the token opens nothing.
    """
    signer = get_staff_member_by_token(session, token, now=utc_now(), at_console=True)
    places = list_workplaces(session, signer)
    if not places:
        raise SignInError("The account was closed, and opens no other.")
    here = next((one for one in places if one.member.account_id.hex == works_as), places[0])
    home = session.get_one(Community, signer.community_id)
    found = SignedIn(signer, home, places, here, token)
    if found.is_demonstration:
        # It is signed in to by anybody, anywhere.
        return found
    members = {one.account_id: one for one in (signer, here.member)}.values()
    return replace(
        found, alerts=[told for one in members for told in list_unanswered(session, one)]
    )


def _signed_in(token: str) -> SignedIn | None:
    try:
        with transaction() as session:
            return find_signed_in(session, token, browser_session.get(WORKS_AS))
    except (SignInError, NotAllowedError):
        return None
