"""Builders for somebody who works for several communities."""

from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.models import Community, StaffAccount
from loyalty.services.staff.links import MadeLink, UseLink, use_link
from loyalty.services.staff.sign_in import get_staff_member_by_token
from loyalty.services.staff.workplaces import list_workplaces
from loyalty.services.work import Work
from tests.given import NOON, SEALING_KEY, given_token

OLD = "correct horse battery staple"
NEW = "three other words of mine"


def own_work(session: Session, community: Community, account: StaffAccount) -> Work:
    """The owner of an account, signed in at the console, in a transaction of all communities."""
    token = given_token(session, community, account, device="here")
    owner = get_staff_member_by_token(session, token, now=NOON, at_console=True)
    return Work(session, owner, NOON)


def places(own: Work) -> list[tuple[UUID, UUID]]:
    """Where somebody works, and as which account."""
    found = list_workplaces(own.session, own.actor)
    return [(one.community.id, one.member.account_id) for one in found]


def use(session: Session, made: MadeLink, password: str = NEW, totp: str | None = None) -> None:
    use_link(session, UseLink(made.token, password, totp), sealing_key=SEALING_KEY, now=NOON)
