"""Lists that may be imported again: their headings are those of our own forms."""

from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from loyalty.models import Area, Contribution, Deed, HouseholdGroup, Resident, Shop
from loyalty.pages.staff.lists.office_list import ListTable, read_all
from loyalty.rules.benefit import Label, Party
from loyalty.rules.contributions import ContributionState, Unit
from loyalty.rules.money import Fen, Permille, format_yuan, pay_in_words
from loyalty.services.deeds.points import format_points
from loyalty.services.imports.accounts import label_accounts
from loyalty.services.imports.asks import NO, YES
from loyalty.services.imports.contributions import EVERYBODY, LABEL_NAMES, UNIT_NAMES
from loyalty.services.imports.jobs import ImportKind, make_intake
from loyalty.services.imports.shops import BETWEEN, CATEGORY_NAMES, TERM
from loyalty.services.ledger.contributions import WITH_NAMES
from loyalty.services.people.residents import FindResidents, find_residents
from loyalty.services.shops.finding import FindShops, find_shops
from loyalty.services.work import Work
from loyalty.words.contributions import CONTRIBUTION_STATES

STATE = "状态"
"""Heading of what is told and never taken in again."""

Cells = Mapping[str, str]
"""The cells of one row, by the field of their columns."""

SIDE_NAMES = {party: name for name, party in EVERYBODY.items()}
LABELS = {label: name for name, label in LABEL_NAMES}


def list_residents(work: Work) -> ListTable:
    """Return the residents that the community knows, those who moved away included."""
    places = {**_names(work, Area), **_names(work, HouseholdGroup)}
    found = read_all(
        lambda limit, after: find_residents(work, FindResidents(limit=limit, after=after))
    )
    known = (one for one in found if one.state != "erased")
    return write_rows(work, ImportKind.RESIDENTS, (_tell_resident(one, places) for one in known))


def _tell_resident(one: Resident, places: Mapping[UUID | None, str]) -> Cells:
    ticks = ("adult", "consent_membership", "consent_publicity", "consent_contact")
    return {
        "name": one.name,
        "unit": one.unit,
        "phone": one.phone or "",
        "household_ref": one.household_ref,
        "area_id": places.get(one.area_id, ""),
        "household_group_id": places.get(one.household_group_id, ""),
        **{name: YES if getattr(one, name) else NO for name in ticks},
    }


def list_shops(work: Work) -> ListTable:
    """Return the shops with what they agreed to."""
    areas, accounts = list_area_names(work), label_accounts(work, of_staff=True)
    found = read_all(lambda limit, after: find_shops(work, FindShops(limit=limit, after=after)))
    rows = (_tell_shop(shop, areas, accounts) for shop in found)
    return write_rows(work, ImportKind.SHOPS, rows)


def _tell_shop(shop: Shop, areas: Mapping[UUID | None, str], accounts: Mapping[UUID, str]) -> Cells:
    terms = {
        TERM + term.honour.code: pay_in_words(Permille(term.pay_permille)) for term in shop.terms
    }
    return {
        "name": shop.name,
        "series": shop.series,
        "category": shop.category,
        "stall": shop.stall or "",
        "contact": shop.contact or "",
        "hours": shop.hours or "",
        "offer": shop.offer or "",
        "area_id": areas.get(shop.area_id, ""),
        "is_model": YES if shop.is_model else NO,
        "opted_in_categories": tell_categories(shop.opted_in_categories),
        "liaison_id": accounts.get(shop.liaison_id, "") if shop.liaison_id else "",
        "pledged_on": shop.pledged_on.isoformat() if shop.pledged_on else "",
        **_tell_limits(shop),
        **terms,
    }


def _tell_limits(shop: Shop) -> Cells:
    most, uses = shop.discountable_per_sale_fen, shop.uses_per_shop_day
    return {
        "discountable_per_sale_fen": format_yuan(Fen(most)) if most else "",
        "uses_per_shop_day": str(uses) if uses else "",
    }


def tell_categories(codes: Sequence[str]) -> str:
    """Return what a table calls the categories that a shop has chosen."""
    names = {code: name for name, code in reversed(CATEGORY_NAMES)}
    return BETWEEN.join(names[code] for code in codes)


def list_deeds(work: Work) -> ListTable:
    """Return the good deeds of those who are known, the oldest first."""
    query = (
        select(Deed, Resident)
        .join(
            Resident,
            (Resident.community_id == Deed.community_id) & (Resident.id == Deed.resident_id),
        )
        .where(Deed.community_id == work.community_id, Resident.state == "active")
        .options(joinedload(Deed.kind))
        .order_by(Deed.done_on, Deed.id)
    )
    rows = work.session.execute(query).tuples()
    return write_rows(work, ImportKind.DEEDS, (_tell_deed(deed, doer) for deed, doer in rows))


def _tell_deed(deed: Deed, doer: Resident) -> Cells:
    return {
        "name": doer.name,
        "unit": doer.unit,
        "household_ref": doer.household_ref,
        "kind": deed.kind.name,
        "points_hundredths": format_points(deed.points_hundredths),
        "done_on": deed.done_on.isoformat(),
        "source": deed.source,
    }


def list_contributions(work: Work) -> ListTable:
    """Return what parties gave, the oldest first; those that do not count say so."""
    query = (
        work.select(Contribution)
        .options(*WITH_NAMES)
        .order_by(Contribution.happened_on, Contribution.id)
    )
    found = work.session.scalars(query).all()
    table = write_rows(work, ImportKind.CONTRIBUTIONS, map(_tell_contribution, found))
    states = [str(CONTRIBUTION_STATES[ContributionState(one.state)]) for one in found]
    return ListTable(
        [*table.headings, STATE],
        [[*row, state] for row, state in zip(table.rows, states, strict=True)],
    )


def _tell_contribution(one: Contribution) -> Cells:
    amount = format_yuan(Fen(one.amount_fen)) if one.amount_fen else ""
    return {
        "happened_on": one.happened_on.isoformat(),
        "kind": one.kind.name,
        "giver_name": one.giving.name if one.giving else SIDE_NAMES[Party(one.giver)],
        "receiver_name": one.receiving.name if one.receiving else SIDE_NAMES[Party(one.receiver)],
        "amount_fen": amount,
        "quantity_hundredths": format_points(one.quantity_hundredths) if one.unit else "",
        "counted_in": UNIT_NAMES[Unit(one.unit)][0] if one.unit else "",
        "label": LABELS[Label(one.label)],
        "evidence": one.evidence or "",
    }


def write_rows(work: Work, kind: ImportKind, rows: Iterable[Cells]) -> ListTable:
    """Return rows below the headings of the form of a kind, as far as there is something to say."""
    columns = [one for one in make_intake(work, kind).columns if one.field not in NEVER_WRITTEN]
    return ListTable(
        [column.heading for column in columns],
        [[cells.get(column.field, "") for column in columns] for cells in rows],
    )


NEVER_WRITTEN = frozenset({"resident_id", "evidence_again"})
"""Columns that answer what only a new table raises."""


def list_area_names(work: Work) -> dict[UUID | None, str]:
    """Return what the areas of the community are called."""
    return _names(work, Area)


def _names(work: Work, part: type[Area] | type[HouseholdGroup]) -> dict[UUID | None, str]:
    rows = work.session.execute(
        select(part.id, part.name).where(part.community_id == work.community_id)
    )
    return dict(rows.tuples().all())
