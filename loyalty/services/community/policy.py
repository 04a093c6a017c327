"""The community and the policy of its programme."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Community, Honour, ShopTerm
from loyalty.rules.discount import DEFAULT_EXCLUDED
from loyalty.rules.goods import place_of_unknown
from loyalty.rules.limits import DEFAULT_LIMITS
from loyalty.services.actors import StaffMember
from loyalty.services.audit import note
from loyalty.services.errors import StaleRecordError, UnknownRecordError, ValueRefusedError


@dataclass(frozen=True, slots=True)
class ChangePolicy:
    """New values of some members of the policy, by the names of `Community`'s columns."""

    version: int
    """The version that was read; another one by now is refused."""
    values: dict[str, Any]


def default_policy() -> dict[str, Any]:
    """Return the policy a community begins with, by the names of `Community`'s columns."""
    defaults = {column.key: column.default for column in Community.__table__.c}
    return {
        **{name: default.arg if default else None for name, default in defaults.items()},
        "uses_per_shop_day": DEFAULT_LIMITS.uses_per_shop_day,
        "excluded_categories": list(DEFAULT_EXCLUDED),
    }


def community_of(session: Session, actor: StaffMember) -> Community:
    """Return the community an account works for."""
    return session.get_one(Community, actor.community_id)


def communities(session: Session) -> Sequence[Community]:
    """Return every community served here, in the order of founding."""
    return session.scalars(select(Community).order_by(Community.id)).all()


def community_called(session: Session, slug: str) -> Community:
    """Return the community with this short name.

    Raises:
        UnknownRecordError: there is none.
    """
    community = session.scalar(select(Community).where(Community.slug == slug))
    if community is None:
        raise UnknownRecordError("There is no such community.")
    return community


def honours_of(session: Session, actor: StaffMember) -> Sequence[Honour]:
    """Return the honours of the actor's community in the order of their numbers."""
    query = select(Honour).where(Honour.community_id == actor.community_id)
    return session.scalars(query.order_by(Honour.number)).all()


def locked_community(session: Session, community_id: UUID) -> Community:
    """Return a community, its policy held still until the transaction ends.

    Agreed rates lie in the band, and plaques, matters and lists count on, only if nobody else moves
    the band or counts meanwhile. Sales merely refer to the community, so they go on: hence the
    weaker lock.
    """
    return session.get_one(Community, community_id, with_for_update={"key_share": True})


def change_policy(
    session: Session, actor: StaffMember, request: ChangePolicy, *, now: datetime
) -> Community:
    """Change the policy; sales from now on follow it, earlier ones keep the version they met."""
    community = locked_community(session, actor.community_id)
    if community.version != request.version:
        raise StaleRecordError("The policy has been changed meanwhile; read it again.")
    _refuse_unknown_categories(community, request.values.get("excluded_categories", ()))
    for name, value in request.values.items():
        setattr(community, name, value)
    if community.band_min_permille > community.band_max_permille:
        raise ValueRefusedError("/band_min_permille", "The band's lower end is above its upper.")
    _refuse_a_band_that_breaks_agreed_terms(session, community)
    note(
        session,
        actor,
        "community.changed",
        community_id=community.id,
        subject_id=community.id,
        now=now,
        members=sorted(request.values),
    )
    session.flush()
    return community


def _refuse_unknown_categories(community: Community, wanted: Sequence[str]) -> None:
    """A misspelled category would exclude nothing; what the community has had stays its own."""
    place = place_of_unknown(wanted, community.excluded_categories)
    if place is not None:
        raise ValueRefusedError(
            f"/excluded_categories/{place}", f"There is no category {wanted[place]}."
        )


def _refuse_a_band_that_breaks_agreed_terms(session: Session, community: Community) -> None:
    """A shop's agreed rate lies in the band; the band may not move away from under it."""
    outside = session.scalar(
        select(ShopTerm.pay_permille)
        .join(ShopTerm.honour)
        .where(
            Honour.community_id == community.id,
            ~ShopTerm.pay_permille.between(
                community.band_min_permille, community.band_max_permille
            ),
        )
        .limit(1)
    )
    if outside is not None:
        raise ValueRefusedError(
            "/band_min_permille", f"A shop has agreed to {outside}; change its terms first."
        )
