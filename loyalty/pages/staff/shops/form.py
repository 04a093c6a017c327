"""The form of a shop: what is asked when it is taken in, and when it is changed."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext, lazy_gettext
from wtforms import BooleanField

from loyalty.models import Community, Honour, Shop
from loyalty.pages.forms import (
    Form,
    amount,
    calendar_day,
    choice,
    label_field,
    options,
    passage,
    record,
    text_field,
    ticks,
    whole_number,
)
from loyalty.pages.staff.changes import ChangeForm
from loyalty.rules.discount import OPT_IN_CATEGORIES
from loyalty.rules.money import Permille
from loyalty.rules.typed_text import LONGEST_REASON
from loyalty.services.actors import Role
from loyalty.services.community.honours import active_honours, proposed_rate
from loyalty.services.community.policy import community_of
from loyalty.services.community.series import list_series
from loyalty.services.people.areas import list_areas
from loyalty.services.shops.pledges import list_pledges
from loyalty.services.shops.shops import AgreedTerm
from loyalty.services.staff.accounts import find_accounts
from loyalty.services.work import Work
from loyalty.words.categories import CATEGORIES
from loyalty.words.honours import honour_name
from loyalty.words.pledge import pledge_called
from loyalty.words.rates import list_rates_offered
from loyalty.words.series import series_name

MOST_ACCOUNTS = 500
MOST_USES = 1000

STAFF = frozenset({Role.STAFF.value, Role.MANAGER.value})
"""Whoever may be the contact of a shop."""


def _number_in(code: int | str | None) -> int | None:
    return int(code) if code else None


class ShopForm(Form):
    """A shop that applies for a plaque."""

    name = label_field(lazy_gettext("店名"))
    series = choice(lazy_gettext("系列"))
    category = label_field(lazy_gettext("行业"))
    stall = label_field(lazy_gettext("摊位（可不填）"), needed=False)
    contact = text_field(lazy_gettext("联系人（可不填）"), needed=False)
    hours = text_field(lazy_gettext("营业时间（可不填）"), needed=False)
    offer = text_field(lazy_gettext("优惠说明（可不填）"), needed=False, longest=LONGEST_REASON)


class ShopChangeForm(ShopForm, ChangeForm):
    """What is known of a shop, as staff correct it."""

    name_pinyin = text_field(lazy_gettext("拼音"))
    owner_id = record(lazy_gettext("店主账号"))
    liaison_id = record(lazy_gettext("社区联系人"))
    area_id = record(lazy_gettext("责任区"))
    pledged_on = calendar_day(lazy_gettext("承诺书签于（可不填）"), needed=False)
    pledge_number = choice(lazy_gettext("签的是哪一版"), coerce=_number_in)
    discountable_per_sale_fen = amount(lazy_gettext("每笔最多打折的金额（元，可不填）"))
    uses_per_shop_day = whole_number(
        lazy_gettext("一张卡一天在本店最多用几次（可不填）"), 1, MOST_USES
    )
    opted_in_categories = ticks(lazy_gettext("照样打折的商品"))
    is_model = BooleanField(lazy_gettext("诚信经营示范户"))
    reason = passage(lazy_gettext("为什么改（可不填）"), longest=LONGEST_REASON, needed=False)


class TermsForm(ChangeForm):
    """What decides a price in a shop, as its owner would have it."""

    opted_in_categories = ticks(lazy_gettext("照样打折的商品"))
    reason = passage(lazy_gettext("为什么改（可不填）"), longest=LONGEST_REASON, needed=False)


def new_shop_form(work: Work) -> tuple[ShopForm, Sequence[Honour]]:
    """Return the form for a new shop, with the honours it has a rate for."""
    honours = active_honours(work)
    community = community_of(work.session, work.actor)
    rates = {honour: proposed_rate(honour, community) for honour in honours}
    form: ShopForm = _with_rates(ShopForm, rates, community)()
    form.series.choices = _series_offered(work)
    return form, honours


def change_shop_form(work: Work, shop: Shop) -> tuple[ShopChangeForm, Sequence[Honour]]:
    """Return the form of a shop as it stands, with the honours it has or may have a rate for."""
    form, honours = _fill_rates(ShopChangeForm, work, shop)
    form.series.choices = _series_offered(work, besides=shop.series)
    areas = {str(one.area.id): one.area.name for one in list_areas(work)}
    form.area_id.choices = options({"": gettext("不分责任区")} | areas)
    accounts = find_accounts(work, limit=MOST_ACCOUNTS, after=None).items
    owners = {str(one.id): one.display_name for one in accounts if Role.SHOP_OWNER in one.roles}
    form.owner_id.choices = options({"": gettext("没有账号")} | owners)
    form.pledge_number.choices = _pledges_offered(work)
    staff = {str(one.id): one.display_name for one in accounts if STAFF & set(one.roles)}
    form.liaison_id.choices = options({"": gettext("没有定")} | staff)
    return form, honours


def terms_form(work: Work, shop: Shop) -> tuple[TermsForm, Sequence[Honour]]:
    """Return the form of what decides a price in a shop, with the honours of its rates."""
    return _fill_rates(TermsForm, work, shop)


def _fill_rates(kind: type[Any], work: Work, shop: Shop) -> tuple[Any, Sequence[Honour]]:
    """Return a form of a shop as it stands, with a rate for each honour it has or may have one."""
    community = community_of(work.session, work.actor)
    agreed = {term.honour: Permille(term.pay_permille) for term in shop.terms}
    rates: dict[Honour, Permille | None] = {one: agreed.get(one) for one in active_honours(work)}
    rates |= agreed
    stored = {_field_of(honour): str(rate or "") for honour, rate in rates.items()}
    form = _with_rates(kind, rates, community)(obj=shop, **stored)
    form.opted_in_categories.choices = options(
        {code: CATEGORIES[code] for code in sorted(OPT_IN_CATEGORIES)}
    )
    return form, list(rates)


def agreed_terms(form: Form, honours: Sequence[Honour]) -> list[AgreedTerm]:
    """Return the rates that were chosen; an honour without one pays what its card says."""
    chosen = {honour.code: form[_field_of(honour)].data for honour in honours}
    return [AgreedTerm(code, Permille(int(rate))) for code, rate in chosen.items() if rate]


def _series_offered(work: Work, *, besides: str | None = None) -> Any:
    """Return the series that a shop may hang, and the one it has."""
    found = list_series(work.session, work.community_id)
    return options(
        {one.name: series_name(one) for one in found if one.active or one.name == besides}
        | ({} if besides is None or besides in {one.name for one in found} else {besides: besides})
    )


def _pledges_offered(work: Work) -> Any:
    """Return the versions that a shop may have signed; none is the one of the day of signing."""
    versions = list_pledges(work.session, work.community_id)
    offered = {str(one.number): pledge_called(one.number) for one in versions}
    return options({"": gettext("签字那天用的那一版")} | offered)


def _field_of(honour: Honour) -> str:
    return f"rate_{honour.code}"


def _with_rates(
    form: type[Any], rates: Mapping[Honour, Permille | None], community: Community
) -> type[Any]:
    """Return a form with a rate for each honour: one is proposed, any of the band offered."""
    low, high = Permille(community.band_min_permille), Permille(community.band_max_permille)
    fields = {
        _field_of(honour): choice(
            lazy_gettext("%(honour)s付多少", honour=honour_name(honour)),
            {"": gettext("按卡上的折数")} | list_rates_offered(low, high, besides=rate),
            default=str(rate or ""),
        )
        for honour, rate in rates.items()
    }
    return type(f"{form.__name__}WithRates", (form,), fields)
