"""The shops of the market: taking them in, and changing what is known of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from sqlalchemy.orm import Session

from loyalty.models import Community, Shop, ShopTerm, StaffAccount
from loyalty.rules.certification import CertificationAction, CertificationState
from loyalty.rules.discount import OPT_IN_CATEGORIES
from loyalty.rules.money import Permille
from loyalty.rules.offer import claims_last_word
from loyalty.services.actors import Role
from loyalty.services.changes import AS_IT_WAS, AsItWas, change_members, members_of, value_or
from loyalty.services.community.honours import honours_to_name
from loyalty.services.community.policy import locked_community
from loyalty.services.community.series import take_series_named
from loyalty.services.errors import ValueRefusedError
from loyalty.services.people.areas import refuse_foreign
from loyalty.services.people.pinyin import pinyin_of
from loyalty.services.shops.certification import record_step
from loyalty.services.shops.finding import get_shop
from loyalty.services.shops.history import record_changes, values_of
from loyalty.services.shops.pledges import find_number_signed, is_pledge
from loyalty.services.work import Work

WORKED_OUT = ("name_pinyin", "series", "pledge_number", "terms", "opted_in_categories")
"""Members of a request that are not kept as they are said."""


@dataclass(frozen=True, slots=True)
class AgreedTerm:
    """What the holders of one honour pay in a shop."""

    honour: str
    """Code of the honour."""
    pay: Permille


@dataclass(frozen=True, slots=True)
class CreateShop:
    """A shop that applies."""

    name: str
    series: str
    category: str
    name_pinyin: str | None = None
    """The sort key; None takes the commonest reading of the name."""
    stall: str | None = None
    contact: str | None = None
    hours: str | None = None
    offer: str | None = None
    is_model: bool = False
    owner_id: UUID | None = None
    """The account that may void its sales and pair its tills."""
    liaison_id: UUID | None = None
    """The account of the member of staff who keeps touch with it."""
    area_id: UUID | None = None
    pledged_on: date | None = None
    pledge_number: int | None = None
    """Which version it signed; None takes the one that was in force on that day."""
    terms: Sequence[AgreedTerm] = ()
    opted_in_categories: Sequence[str] = ()
    discountable_per_sale_fen: int | None = None
    uses_per_shop_day: int | None = None
    import_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class ChangeShop:
    """New values of some members of a shop."""

    shop_id: UUID
    version: int
    """The version that was read; another one by now is refused."""
    name: str | AsItWas = AS_IT_WAS
    name_pinyin: str | AsItWas = AS_IT_WAS
    series: str | AsItWas = AS_IT_WAS
    category: str | AsItWas = AS_IT_WAS
    stall: str | AsItWas | None = AS_IT_WAS
    contact: str | AsItWas | None = AS_IT_WAS
    hours: str | AsItWas | None = AS_IT_WAS
    offer: str | AsItWas | None = AS_IT_WAS
    is_model: bool | AsItWas = AS_IT_WAS
    owner_id: UUID | AsItWas | None = AS_IT_WAS
    liaison_id: UUID | AsItWas | None = AS_IT_WAS
    area_id: UUID | AsItWas | None = AS_IT_WAS
    pledged_on: date | AsItWas | None = AS_IT_WAS
    pledge_number: int | AsItWas | None = AS_IT_WAS
    """None takes the version that was in force on that day; so does a new day without a version."""
    terms: Sequence[AgreedTerm] | AsItWas = AS_IT_WAS
    opted_in_categories: Sequence[str] | AsItWas = AS_IT_WAS
    discountable_per_sale_fen: int | AsItWas | None = AS_IT_WAS
    uses_per_shop_day: int | AsItWas | None = AS_IT_WAS
    reason: str | None = None
    """Why, in words; it stays with the history of the shop."""


def create_shop(work: Work, request: CreateShop) -> Shop:
    """Take in a shop that applies for a plaque."""
    community = locked_community(work.session, work.community_id)
    _refuse_account_without_shop(work, request.owner_id)
    _refuse_outsider(work, request.liaison_id)
    _refuse_last_word(request)
    refuse_foreign(work.session, work.actor, area_id=request.area_id)
    series = take_series_named(work, request.series)
    shop = Shop(
        community_id=community.id,
        **members_of(request, but=WORKED_OUT),
        name_pinyin=request.name_pinyin or pinyin_of(request.name),
        series=series.name,
        pledge_number=_number_signed(work, request.pledged_on, request.pledge_number),
        terms=_make_terms(work.session, community, request.terms, agreed_before=()),
        opted_in_categories=_clean_opted_in(request.opted_in_categories),
        state=CertificationState.APPLIED.value,
        created_at=work.now,
        updated_at=work.now,
    )
    work.session.add(shop)
    work.session.flush()
    record_step(work, shop, CertificationAction.APPLY, reason="")
    work.note("shop.created", shop)
    return shop


def change_shop(work: Work, request: ChangeShop) -> Shop:
    """Change some members of a shop; sales from now on follow it."""
    community = locked_community(work.session, work.community_id)
    shop = get_shop(work, request.shop_id, version=request.version)
    before = values_of(shop)
    _refuse_last_word(request)
    _refuse_account_without_shop(work, value_or(request.owner_id, None))
    _refuse_outsider(work, value_or(request.liaison_id, None))
    refuse_foreign(work.session, work.actor, area_id=value_or(request.area_id, None))
    if request.series is not AS_IT_WAS and request.series != shop.series:
        series = take_series_named(work, request.series)
        request = replace(request, series=series.name)
    if request.terms is not AS_IT_WAS:
        shop.terms = _make_terms(work.session, community, request.terms, agreed_before=shop.terms)
    if request.opted_in_categories is not AS_IT_WAS:
        shop.opted_in_categories = _clean_opted_in(request.opted_in_categories)
    if request.name is not AS_IT_WAS and request.name_pinyin is AS_IT_WAS:
        shop.name_pinyin = pinyin_of(request.name)
    request = replace(request, pledge_number=_new_number_signed(work, shop, request))
    members = change_members(shop, request, but=("terms", "opted_in_categories"))
    shop.updated_at = work.now
    record_changes(work, shop, before, reason=request.reason)
    work.note("shop.changed", shop, members=members)
    return shop


def refuse_terms(
    work: Work, shop: Shop, terms: Sequence[AgreedTerm], opted_in_categories: Sequence[str]
) -> None:
    """Refuse rates and goods that a shop cannot agree to, and change nothing.

    Raises:
        ValueRefusedError: as `change_shop` would.
    """
    community = locked_community(work.session, work.community_id)
    _make_terms(work.session, community, terms, agreed_before=shop.terms)
    _clean_opted_in(opted_in_categories)


def _refuse_last_word(request: CreateShop | ChangeShop) -> None:
    """Refuse an offer that keeps its own interpretation to the shop."""
    for member in ("hours", "offer"):
        text = value_or(getattr(request, member), None)
        if text is not None and claims_last_word(text):
            raise ValueRefusedError(f"/{member}", "No shop keeps the last word on its offer.")


def _refuse_account_without_shop(work: Work, owner_id: UUID | None) -> None:
    """Refuse an account that is none of the community's, or that is not for owners of shops."""
    if owner_id is not None:
        account = work.session.get(StaffAccount, (work.community_id, owner_id))
        if account is None or Role.SHOP_OWNER.value not in account.roles:
            raise ValueRefusedError("/owner_id", "The community has no such account of an owner.")


def _refuse_outsider(work: Work, liaison_id: UUID | None) -> None:
    """Refuse a contact who is none of the community's staff."""
    if liaison_id is not None:
        account = work.session.get(StaffAccount, (work.community_id, liaison_id))
        if account is None or not {Role.STAFF.value, Role.MANAGER.value} & set(account.roles):
            raise ValueRefusedError("/liaison_id", "The community has no such account of staff.")


def _new_number_signed(work: Work, shop: Shop, request: ChangeShop) -> int | AsItWas | None:
    """Return which version a shop has signed after a change."""
    day = value_or(request.pledged_on, shop.pledged_on)
    if request.pledge_number is AS_IT_WAS and day == shop.pledged_on:
        return AS_IT_WAS
    return _number_signed(work, day, value_or(request.pledge_number, None))


def _number_signed(work: Work, day: date | None, number: int | None) -> int | None:
    """Return which version a shop has signed on a day; None if it has signed none.

    Raises:
        ValueRefusedError: there is no such version, or no day on which it was signed.
    """
    if number is None:
        return None if day is None else find_number_signed(work, day)
    if day is None:
        raise ValueRefusedError("/pledge_number", "Say on which day it was signed.")
    if not is_pledge(work, number):
        raise ValueRefusedError("/pledge_number", "There is no such version of the pledge.")
    return number


def _make_terms(
    session: Session,
    community: Community,
    agreed: Sequence[AgreedTerm],
    *,
    agreed_before: Sequence[ShopTerm],
) -> list[ShopTerm]:
    """Return what was agreed as it is stored.

    Args:
        agreed_before: the shop's terms; that for a retired honour may stay, for its cards work.

    Raises:
        ValueRefusedError: an honour is unknown, retired or named twice, or a rate lies outside the
            band.
    """
    named = {term.honour_id for term in agreed_before}
    honours = honours_to_name(session, community, besides=named)
    for place, term in enumerate(agreed):
        if term.honour not in honours:
            raise ValueRefusedError(
                f"/terms/{place}/honour", "The community has no such honour, or has retired it."
            )
        if term.honour in {earlier.honour for earlier in agreed[:place]}:
            raise ValueRefusedError(f"/terms/{place}/honour", "An honour has one rate in a shop.")
        if not community.band_min_permille <= term.pay <= community.band_max_permille:
            raise ValueRefusedError(
                f"/terms/{place}/pay_permille",
                f"Must lie between {community.band_min_permille}"
                f" and {community.band_max_permille}, the community's band.",
            )
    return [ShopTerm(honour=honours[term.honour], pay_permille=term.pay) for term in agreed]


def _clean_opted_in(categories: Sequence[str]) -> list[str]:
    """Return the excluded categories a shop gives the card's price on, each once.

    Raises:
        ValueRefusedError: a category is not one that a shop may choose.
    """
    for place, category in enumerate(categories):
        if category not in OPT_IN_CATEGORIES:
            raise ValueRefusedError(
                f"/opted_in_categories/{place}", "No shop may give the card's price on this."
            )
    return sorted(set(categories))
