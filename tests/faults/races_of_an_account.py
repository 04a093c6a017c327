"""Races about an account that opens one of another community, and that somebody sets anew."""

from dataclasses import replace
from functools import partial

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import AccessToken, StaffAccount
from loyalty.services.actors import Role
from loyalty.services.staff.joining import join_from_elsewhere
from loyalty.services.staff.links import LinkPurpose, UseLink, make_link, use_link
from loyalty.services.staff.sign_in import to_staff_member
from loyalty.services.work import Work
from tests.faults.overlap import Act, in_transaction
from tests.faults.races import Race, Street
from tests.given import (
    NOON,
    SEALING_KEY,
    given_account,
    given_community,
    given_staff,
    given_token,
    quick_hash,
)

PASSWORD = "correct horse battery staple"
ANOTHER = "three other words of mine"


def a_joining_beside_another_password(street: Street) -> Race:
    join, reset, invited = _given_both(street)
    return Race(join, reset, lambda: street.read(StaffAccount.left_at, invited.id))


def another_password_beside_a_joining(street: Street) -> Race:
    join, reset, invited = _given_both(street)
    return Race(reset, join, lambda: street.read(StaffAccount.home_account_id, invited.id))


def _given_both(street: Street) -> tuple[Act, Act, StaffAccount]:
    """Two acts with one account: it joins a community, and a link gives it another password."""
    session, other = street.session, given_community(street.session)
    home = given_account(session, street.community, Role.PANEL, password_hash=quick_hash(PASSWORD))
    invited = given_account(session, other, Role.PANEL, password_hash=None)
    there, here = (
        Work(session, given_staff(session, community, Role.MANAGER), NOON)
        for community in (other, street.community)
    )
    to_join = make_link(there, invited.id, LinkPurpose.JOIN).token
    to_reset = make_link(here, home.id, LinkPurpose.PASSWORD).token
    given_token(session, street.community, home, device="here")
    signed_in = session.scalars(
        select(AccessToken.id).where(
            AccessToken.community_id == home.community_id, AccessToken.account_id == home.id
        )
    ).one()
    plain = to_staff_member(home, timezone=street.community.timezone)
    owner = replace(plain, session_id=signed_in)

    def join(own: Session) -> str:
        join_from_elsewhere(Work(own, owner, NOON), to_join)
        return "joined"

    def reset(own: Session) -> str:
        use_link(own, UseLink(to_reset, ANOTHER), sealing_key=SEALING_KEY, now=NOON)
        return "reset"

    joins, resets = (partial(in_transaction, street.app, deed) for deed in (join, reset))
    return joins, resets, invited
