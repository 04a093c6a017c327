"""The honours of a community: adding, renaming and retiring them, and what they propose."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Community, Honour
from loyalty.rules.honours import MOST_HONOURS, HonourColour
from loyalty.rules.money import Permille
from loyalty.services.changes import AS_IT_WAS, AsItWas, change_members, members_of, value_or
from loyalty.services.community.names import refuse_taken_code, refuse_taken_name
from loyalty.services.community.policy import locked_community
from loyalty.services.errors import ValueRefusedError
from loyalty.services.work import Work


@dataclass(frozen=True, slots=True)
class CreateHonour:
    """An honour that the community is to give."""

    code: str
    """What programs call it; it never changes."""
    name: str
    name_zh_hant: str | None = None
    """None is called as in zh-Hans; so is `name_en`."""
    name_en: str | None = None
    pay_permille: int | None = None
    """What its lists and terms propose; None leaves it to the policy and to the card."""
    quota: int | None = None
    """How many people a new round proposes to choose; None proposes nothing."""
    colour: str = HonourColour.BLUE
    active: bool = True


@dataclass(frozen=True, slots=True)
class ChangeHonour:
    """New values of some members of an honour."""

    honour_id: UUID
    version: int
    """The version that was read; another one by now is refused."""
    name: str | AsItWas = AS_IT_WAS
    name_zh_hant: str | AsItWas | None = AS_IT_WAS
    name_en: str | AsItWas | None = AS_IT_WAS
    pay_permille: int | AsItWas | None = AS_IT_WAS
    quota: int | AsItWas | None = AS_IT_WAS
    colour: str | AsItWas = AS_IT_WAS
    active: bool | AsItWas = AS_IT_WAS
    """False retires it: no new round nor new term names it, and all that exists goes on."""


def honours_of(work: Work) -> Sequence[Honour]:
    """Return all honours of the actor's community, in the order of their numbers."""
    return work.session.scalars(work.select(Honour).order_by(Honour.number)).all()


def active_honours(work: Work) -> Sequence[Honour]:
    """Return the honours that new rounds and terms may name, in the order of their numbers."""
    return [honour for honour in honours_of(work) if honour.active]


def honours_to_name(
    session: Session, community: Community, *, besides: Collection[UUID] = ()
) -> dict[str, Honour]:
    """Return by code the honours that a new round or term may name, in the order of numbers.

    Args:
        besides: ids of honours that are named already, and stay though they were retired since.
    """
    query = select(Honour).where(Honour.community_id == community.id).order_by(Honour.number)
    return {
        honour.code: honour
        for honour in session.scalars(query)
        if honour.active or honour.id in besides
    }


def create_honour(work: Work, request: CreateHonour) -> Honour:
    """Let the community give another honour.

    Raises:
        AlreadyExistsError: an honour has the code, or the name.
        ValueRefusedError: there are as many as there can be, or the rate lies outside the band.
    """
    community = locked_community(work.session, work.community_id)
    known = honours_of(work)
    refuse_taken_code(known, request.code, noun="an honour")
    refuse_taken_name(known, request.name, noun="an honour")
    _refuse_outside_the_band(community, request.pay_permille)
    # None is ever taken away, so the next number has been in no card.
    number = max((honour.number for honour in known), default=0) + 1
    if number > MOST_HONOURS:
        raise ValueRefusedError("/code", f"A community has at most {MOST_HONOURS} honours.")
    honour = new_honour(community.id, request, number)
    work.session.add(honour)
    work.note("honour.created", honour, code=honour.code)
    return honour


def new_honour(community_id: UUID, request: CreateHonour, number: int) -> Honour:
    """Return an honour that is not stored yet."""
    return Honour(community_id=community_id, number=number, **members_of(request))


def change_honour(work: Work, request: ChangeHonour) -> Honour:
    """Rename, retire or otherwise change an honour; its code and its number stay.

    Raises:
        AlreadyExistsError: another honour has the name.
        StaleRecordError: somebody else changed the honour meanwhile.
        ValueRefusedError: the rate lies outside the band.
    """
    community = locked_community(work.session, work.community_id)
    honour = work.find(Honour, request.honour_id, version=request.version)
    others = [one for one in honours_of(work) if one is not honour]
    refuse_taken_name(others, value_or(request.name, ""), noun="an honour")
    _refuse_outside_the_band(community, value_or(request.pay_permille, None))
    members = change_members(honour, request)
    work.note("honour.changed", honour, members=members, active=honour.active)
    return honour


def proposed_rate(honour: Honour, community: Community) -> Permille | None:
    """Return what an honour proposes to pay; None if nothing, or if the band has moved away."""
    rate = honour.pay_permille
    if rate is None or not community.band_min_permille <= rate <= community.band_max_permille:
        return None
    return Permille(rate)


def _refuse_outside_the_band(community: Community, pay_permille: int | None) -> None:
    low, high = community.band_min_permille, community.band_max_permille
    if pay_permille is not None and not low <= pay_permille <= high:
        raise ValueRefusedError(
            "/pay_permille", f"Must lie between {low} and {high}, the community's band."
        )
