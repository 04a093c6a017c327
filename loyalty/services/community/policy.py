"""The community and the policy of its programme."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from loyalty.database import limit_to
from loyalty.models import Community, DirectoryVersion, ShopTerm
from loyalty.rules.discount import DEFAULT_EXCLUDED
from loyalty.rules.goods import place_of_unknown
from loyalty.rules.limits import DEFAULT_LIMITS
from loyalty.services.actors import StaffMember
from loyalty.services.changes import AS_IT_WAS, AsItWas, change_members, value_or
from loyalty.services.errors import UnknownRecordError, ValueRefusedError
from loyalty.services.work import Work


@dataclass(frozen=True, slots=True)
class ChangePolicy:
    """New values of some members of the policy; None sets no limit."""

    version: int
    """The version that was read; another one by now is refused."""
    name: str | AsItWas = AS_IT_WAS
    telephone: str | AsItWas | None = AS_IT_WAS
    timezone: str | AsItWas = AS_IT_WAS
    band_min_permille: int | AsItWas = AS_IT_WAS
    band_max_permille: int | AsItWas = AS_IT_WAS
    rounding: str | AsItWas = AS_IT_WAS
    discountable_per_sale_fen: int | AsItWas | None = AS_IT_WAS
    uses_per_shop_day: int | AsItWas | None = AS_IT_WAS
    uses_per_day: int | AsItWas | None = AS_IT_WAS
    saved_per_month_fen: int | AsItWas | None = AS_IT_WAS
    offline_sales_per_till: int | AsItWas | None = AS_IT_WAS
    offline_saved_per_till_fen: int | AsItWas | None = AS_IT_WAS
    late_days: int | AsItWas = AS_IT_WAS
    late_days_on_paper: int | AsItWas = AS_IT_WAS
    excluded_categories: Sequence[str] | AsItWas = AS_IT_WAS
    notice_working_days: int | AsItWas = AS_IT_WAS
    supplementary_notice_working_days: int | AsItWas = AS_IT_WAS
    undisputed_cards_wait: bool | AsItWas = AS_IT_WAS
    inspection_needed: bool | AsItWas = AS_IT_WAS
    card_months: int | AsItWas = AS_IT_WAS


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


def are_several(session: Session) -> bool:
    """Return whether more than one community is served here."""
    return len(session.scalars(select(Community.id).limit(2)).all()) > 1


def find_only_community(session: Session) -> Community | None:
    """Return the community served here, if it is the only one."""
    found = session.scalars(select(Community).limit(2)).all()
    return found[0] if len(found) == 1 else None


def community_called(session: Session, slug: str) -> Community:
    """Return the community with this short name.

    Raises:
        UnknownRecordError: there is none.
    """
    community = session.scalar(select(Community).where(Community.slug == slug))
    if community is None:
        raise UnknownRecordError("There is no such community.")
    return community


def find_numbered(session: Session, number: int) -> Community | None:
    """Return the community whose number a token names; None if there is none."""
    return session.scalar(select(Community).where(Community.number == number))


def enter_community(session: Session, slug: str) -> Community:
    """Return the community with this short name; the transaction is limited to it from here on.

    Raises:
        UnknownRecordError: there is none.
    """
    community = community_called(session, slug)
    limit_to(session, community.id)
    return community


def locked_community(session: Session, community_id: UUID) -> Community:
    """Return a community, its policy held still until the transaction ends.

    Agreed rates lie in the band, and plaques, matters and lists count on, only if nobody else moves
    the band or counts meanwhile. Sales merely refer to the community, so they go on: hence the
    weaker lock.
    """
    return session.get_one(Community, community_id, with_for_update={"key_share": True})


def begin_directory(session: Session, community_id: UUID) -> None:
    """Give a new community the version of its directory.

    A trigger has done so already, but not where each node of a cluster holds the table whole.
    """
    first = insert(DirectoryVersion).values(community_id=community_id, version=1)
    session.execute(first.on_conflict_do_nothing())


def move_directory(session: Session, community_id: UUID) -> None:
    """Let every worker ask anew what it remembers of a community; as above, where no trigger does.

    The tables are those of `loyalty distribute` that each node holds whole.
    """
    session.execute(
        update(DirectoryVersion)
        .where(DirectoryVersion.community_id == community_id)
        .values(version=DirectoryVersion.version + 1)
    )


def change_policy(work: Work, request: ChangePolicy) -> Community:
    """Change the policy; sales from now on follow it, earlier ones keep the version they met.

    Two changes at once need no lock: the second has read a version that is gone when it is written.
    """
    community = work.find(Community, work.community_id, version=request.version)
    _refuse_unknown_categories(community, value_or(request.excluded_categories, ()))
    members = change_members(community, request)
    if community.band_min_permille > community.band_max_permille:
        raise ValueRefusedError("/band_min_permille", "The band's lower end is above its upper.")
    # Written before the terms are read: this waits for whoever agrees on some at this moment.
    work.session.flush()
    _refuse_a_band_that_breaks_agreed_terms(work.session, community)
    work.note("community.changed", community, members=members)
    move_directory(work.session, community.id)
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
            ShopTerm.community_id == community.id,
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
