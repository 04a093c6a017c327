"""Who may call what: each method of the API names its callers, and nobody else gets in."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import Any, TypeVar, cast

from flask import current_app, g, request

from loyalty.cards.keys import sealing_key_from
from loyalty.clock import community_now, utc_now
from loyalty.database import hot_connection, transaction
from loyalty.services.actors import Role, StaffMember, Till
from loyalty.services.checkout.memory import Directory
from loyalty.services.errors import NotAllowedError, SecondFactorOwedError, SignInError
from loyalty.services.staff.sign_in import get_staff_member_by_token
from loyalty.services.tills.pairing import TILL_TOKEN_PREFIX
from loyalty.services.work import AnyWork, Work


class Caller(StrEnum):
    """A kind of caller of the API."""

    ANYONE = "anyone"
    TILL = "till"
    STAFF = "staff"
    MANAGER = "manager"
    PANEL = "panel"
    COUNCIL = "council"
    SHOP_OWNER = "shop_owner"
    STREET = "street"


Method = TypeVar("Method", bound=Callable[..., Any])


def open_to(*callers: Caller, meets_version: bool = False) -> Callable[[Method], Method]:
    """Name the callers of one method of the API.

    Args:
        meets_version: the method's own first query brings the directory's version along, so a till
            is let in on what the worker remembers and shut out there if it was revoked.
    """

    def mark(method: Method) -> Method:
        method.callers = frozenset(callers)  # type: ignore[attr-defined]  # a mark on a function
        method.meets_version = meets_version  # type: ignore[attr-defined]  # likewise
        return method

    return mark


def callers_of(endpoint: str, verb: str) -> frozenset[Caller]:
    """Return who may call an endpoint with an HTTP verb.

    Raises:
        AttributeError: nobody has decided; every method needs its ``open_to``.
    """
    return cast("frozenset[Caller]", _find_method(endpoint, verb).callers)


def _find_method(endpoint: str, verb: str) -> Any:
    view: Any = current_app.view_functions[endpoint]
    # Flask answers HEAD by the method of GET, so it has the same callers.
    return getattr(view.view_class, "get" if verb == "HEAD" else verb.lower())


def admit() -> None:
    """Let the request in if its token belongs to one of the callers of the method.

    Raises:
        SignInError: the token is missing, unknown, expired or revoked.
        NotAllowedError: the token is good, and not for this.
        SecondFactorOwedError: it is not for anything before its account has a second factor.
    """
    if request.endpoint is None or request.method == "OPTIONS":
        return
    callers = callers_of(request.endpoint, request.method)
    if Caller.ANYONE in callers:
        return
    caller = _identify_caller(_read_bearer_token())
    if isinstance(caller, StaffMember) and caller.owes_second_factor:
        raise SecondFactorOwedError("Sign in at /staff and set up the second factor first.")
    if not _kinds_of(caller) & callers:
        raise NotAllowedError("This token is not for this call.")
    g.caller = caller


def current_staff() -> StaffMember:
    """Return the signed-in account that calls."""
    caller = g.caller
    if not isinstance(caller, StaffMember):
        raise NotAllowedError("This call is for signed-in accounts.")
    return caller


@contextmanager
def staff_work() -> Iterator[Work]:
    """Give the account that calls one transaction, at the present instant."""
    actor = current_staff()
    with transaction(actor.community_id) as session:
        yield Work(session, actor, community_now(actor.timezone))


@contextmanager
def caller_work() -> Iterator[AnyWork]:
    """Give whoever calls, an account or a till, one transaction, at the present instant."""
    actor = current_actor()
    with transaction(actor.community_id) as session:
        yield AnyWork(session, actor, community_now(actor.timezone))


def current_till() -> Till:
    """Return the till that calls."""
    caller = g.caller
    if not isinstance(caller, Till):
        raise NotAllowedError("This call is for tills.")
    return caller


def current_token() -> str:
    """Return the token of the caller, as a till's services ask for it."""
    return _read_bearer_token()


def get_directory() -> Directory:
    """Return what this worker remembers of tills and keys."""
    return cast("Directory", current_app.extensions["loyalty.directory"])


def get_sealing_key() -> bytes:
    """Return what opens the secrets that are kept, such as the keys that sign cards."""
    return sealing_key_from(current_app.extensions["loyalty.settings"].secret_key)


def current_actor() -> StaffMember | Till:
    """Return whoever calls, where more than one kind may."""
    return cast("StaffMember | Till", g.caller)


def _read_bearer_token() -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise SignInError("Send the token as “Authorization: Bearer …”.")
    return token.strip()


def _identify_caller(token: str) -> StaffMember | Till:
    if token.startswith(TILL_TOKEN_PREFIX):
        return _identify_till(token)
    with transaction() as session:
        return get_staff_member_by_token(session, token, now=utc_now())


def _identify_till(token: str) -> Till:
    directory = get_directory()
    meets_version = _find_method(str(request.endpoint), request.method).meets_version
    if meets_version and (known := directory.known_counter(token)):
        return known.till
    with hot_connection() as connection:
        if not meets_version:
            directory.look(connection, token)
        return directory.counter(connection, token).till


def _kinds_of(caller: StaffMember | Till) -> frozenset[Caller]:
    if isinstance(caller, Till):
        return frozenset({Caller.TILL})
    roles = {Caller(role.value) for role in caller.roles}
    return frozenset(roles | ({Caller.STAFF} if Role.MANAGER in caller.roles else set()))
