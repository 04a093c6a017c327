"""What the pages of the staff console have in common: a signed-in member of staff, and a frame."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flask import Blueprint, Flask, current_app, flash, redirect, request, url_for
from flask_babel import lazy_gettext
from flask_login import LoginManager, UserMixin, current_user
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
from loyalty.services.community.policy import community_of
from loyalty.services.errors import (
    NotAllowedError,
    SignInError,
    UnknownRecordError,
    ValueRefusedError,
)
from loyalty.services.staff.alerts import list_unanswered
from loyalty.services.staff.sign_in import get_staff_member_by_token
from loyalty.services.work import Work
from loyalty.settings import Settings
from loyalty.words.refusals import refusal_in_words

PAGE_LENGTH = 50

STAFF = frozenset({Role.STAFF, Role.MANAGER})
MANAGERS = frozenset({Role.MANAGER})


@dataclass(frozen=True, slots=True)
class SignedIn(UserMixin):  # type: ignore[misc]  # the library has no types
    """A member of staff at the console. The session holds a token that can be revoked."""

    actor: StaffMember
    community: Community
    token: str
    alerts: Sequence[AccountAlert] = ()
    """What was done to the account elsewhere, and the owner has not said that it was so."""

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


def attempt(deed: Callable[[Work], object], done: str, *, form: Form | None = None) -> bool:
    """Do one thing in one transaction, and say that it was done, or why it was refused.

    Args:
        form: where a value that makes no sense is told beside its field.

    Raises:
        UnknownRecordError: a record is not there, which is another page's matter.
    """
    try:
        with work() as mine:
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


def _signed_in(token: str) -> SignedIn | None:
    try:
        with transaction() as session:
            member = get_staff_member_by_token(session, token, now=utc_now(), at_console=True)
            community = community_of(session, member)
            # Those of a demonstration are signed in to by anybody, anywhere.
            alerts = () if community.demonstration else list_unanswered(session, member)
            return SignedIn(member, community, token, alerts)
    except (SignInError, NotAllowedError):
        return None
