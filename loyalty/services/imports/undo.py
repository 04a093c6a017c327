"""Taking back what an import added, as long as nothing has come of it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Text,
    cast,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session, aliased

from loyalty.database import Identified
from loyalty.models import (
    Area,
    Candidate,
    Card,
    CertificationEvent,
    ClosedMonth,
    Complaint,
    Contribution,
    Deed,
    EvidenceFile,
    HouseholdGroup,
    ImportJob,
    Nomination,
    OfferConfirmation,
    OfferProposal,
    Redemption,
    Resident,
    Round,
    RoundList,
    Shop,
    ShopApplication,
    ShopInspection,
    ShopPin,
    ShopSeries,
    ShopVisit,
    StaffAccount,
    Stall,
    StallLet,
    Till,
)
from loyalty.rules.certification import CertificationAction

Record = TypeVar("Record", bound=Identified)

ABOUT_SHOPS: Mapping[str, FromClause] = MappingProxyType(
    {
        "visits": ShopVisit.__table__,
        "inspections": ShopInspection.__table__,
        "complaints": Complaint.__table__,
        "pins": ShopPin.__table__,
        "confirmations": OfferConfirmation.__table__,
        "proposals": OfferProposal.__table__,
        "lets": StallLet.__table__,
        "tills": Till.__table__,
        "redemptions": Redemption.__table__,
    }
)
"""What is kept of a shop besides its certification, by the code of the use."""

Added = (
    type[Resident]
    | type[Shop]
    | type[Deed]
    | type[Contribution]
    | type[Stall]
    | type[ShopVisit]
    | type[ShopApplication]
    | type[Area]
    | type[HouseholdGroup]
    | type[ShopSeries]
)

CHANGED = "changed"
"""Somebody changed what an import added, or it changed itself what was known."""

ADDED: Mapping[str, Added] = MappingProxyType(
    {
        "residents": Resident,
        "shops": Shop,
        "deeds": Deed,
        "contributions": Contribution,
        "stalls": Stall,
        "visits": ShopVisit,
        "applications": ShopApplication,
        "areas": Area,
        "groups": HouseholdGroup,
        "series": ShopSeries,
        "lets": Stall,
    }
)


def find_uses(session: Session, job: ImportJob) -> list[str]:
    """Return the codes of everything that has come of what an import added.

    What it added is locked first, so that nothing comes of it while the answer is used.
    """
    record = ADDED[job.kind]
    if record is Stall:
        touched = select(Stall.id).where(
            Stall.community_id == job.community_id, Stall.id.in_(_select_touched_stalls(job))
        )
        session.execute(touched.with_for_update())
    else:
        session.execute(select(record.id).where(*_added(record, job)).with_for_update())
    questions = {
        "residents": _select_uses_of_residents,
        "shops": _select_uses_of_shops,
        "deeds": _select_uses_of_deeds,
        "contributions": _select_uses_of_contributions,
        "stalls": _select_uses_of_stalls,
        "visits": lambda _: {},
        "applications": _select_uses_of_applications,
        "areas": _select_uses_of_areas,
        "groups": _select_uses_of_household_groups,
        "series": _select_uses_of_series,
        "lets": _select_uses_of_stalls,
    }[job.kind](job)
    used = [use for use, query in questions.items() if session.scalar(select(exists(query)))]
    return [CHANGED, *used] if job.changed and CHANGED not in used else used


def remove_added(session: Session, job: ImportJob) -> None:
    """Remove the records an import added."""
    record = ADDED[job.kind]
    if record is Resident:
        _forget_whose_accounts(session, job)
    if record is Stall:
        _take_turns_back(session, job)
    session.execute(delete(record).where(*_added(record, job)))


def _forget_whose_accounts(session: Session, job: ImportJob) -> None:
    """Let no account be one of the residents who go."""
    session.execute(
        update(StaffAccount)
        .where(
            StaffAccount.community_id == job.community_id,
            StaffAccount.resident_id.in_(select(Resident.id).where(*_added(Resident, job))),
        )
        .values(resident_id=None)
        .execution_options(synchronize_session=False)
    )


def _take_turns_back(session: Session, job: ImportJob) -> None:
    """Let each stall stand as it did before."""
    session.execute(
        delete(StallLet).where(
            StallLet.community_id == job.community_id, StallLet.import_id == job.id
        )
    )


def _added(record: Added, job: ImportJob) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions of what an import added."""
    return record.community_id == job.community_id, record.import_id == job.id


def _of(record: type[Record], job: ImportJob) -> Select[Any]:
    """Return the query for what the import's community has of one kind."""
    return select(record.id).where(record.__table__.c.community_id == job.community_id)


def _select_uses_of_residents(job: ImportJob) -> dict[str, Select[Any]]:
    added = select(Resident.id).where(*_added(Resident, job))
    return {
        CHANGED: added.where(Resident.version > 1),
        "deeds": _of(Deed, job).where(Deed.resident_id.in_(added)),
        "candidates": _of(Candidate, job).where(Candidate.resident_id.in_(added)),
        "cards": _of(Card, job).where(Card.resident_id.in_(added)),
    }


def _select_uses_of_shops(job: ImportJob) -> dict[str, Select[Any]]:
    added = select(Shop.id).where(*_added(Shop, job))
    return {
        CHANGED: added.where(Shop.version > 1),
        "certification": _of(CertificationEvent, job).where(
            CertificationEvent.shop_id.in_(added),
            CertificationEvent.action != CertificationAction.APPLY.value,
        ),
        **{
            use: select(table.c.shop_id).where(
                table.c.community_id == job.community_id, table.c.shop_id.in_(added)
            )
            for use, table in ABOUT_SHOPS.items()
        },
    }


def _select_uses_of_deeds(job: ImportJob) -> dict[str, Select[Any]]:
    """A deed has been used once a round that counted it is frozen."""
    doers = select(Deed.resident_id).where(*_added(Deed, job))
    counted = (
        select(Candidate.id)
        .join(Candidate.round_list)
        .join(RoundList.selection_round)
        .where(
            Candidate.community_id == job.community_id,
            Candidate.resident_id.in_(doers),
            Round.frozen_at >= job.applied_at,
        )
    )
    return {"rounds": counted}


def _select_uses_of_contributions(job: ImportJob) -> dict[str, Select[Any]]:
    """An entry has been used once somebody changed, approved or withdrew it, or its month is over.

    A file that was put beside it as evidence is a use, too.
    """
    added = select(Contribution.id).where(*_added(Contribution, job))
    last = select(func.max(ClosedMonth.month)).where(ClosedMonth.community_id == job.community_id)
    closed = func.date_trunc("month", Contribution.happened_on) <= last.scalar_subquery()
    return {
        CHANGED: added.where(Contribution.version > 1),
        "closed_months": added.where(closed),
        "evidence_files": _of(EvidenceFile, job).where(EvidenceFile.contribution_id.in_(added)),
    }


def _select_touched_stalls(job: ImportJob) -> Select[Any]:
    """Return the query for the stalls that an import let, gave back, or added."""
    turns = select(StallLet.stall_id).where(
        StallLet.community_id == job.community_id, StallLet.import_id == job.id
    )
    return turns.union(select(Stall.id).where(*_added(Stall, job))).subquery().select()


def _select_uses_of_stalls(job: ImportJob) -> dict[str, Select[Any]]:
    """A stall has been used once it changes hands again, whoever writes it down."""
    turn = aliased(StallLet)
    earlier = select(turn.stall_id).where(
        turn.community_id == job.community_id,
        turn.import_id == job.id,
        turn.stall_id == StallLet.stall_id,
        turn.since < StallLet.since,
    )
    others = select(StallLet.stall_id).where(
        StallLet.community_id == job.community_id, StallLet.import_id.is_distinct_from(job.id)
    )
    is_new = StallLet.stall_id.in_(select(Stall.id).where(*_added(Stall, job)))
    return {"lets": others.where(or_(is_new, exists(earlier)))}


def _select_uses_of_applications(job: ImportJob) -> dict[str, Select[Any]]:
    added = select(ShopApplication.id).where(*_added(ShopApplication, job))
    return {"decided": added.where(ShopApplication.decided_at.is_not(None))}


def _select_uses_of_areas(job: ImportJob) -> dict[str, Select[Any]]:
    added = select(Area.id).where(*_added(Area, job))
    lying: Mapping[str, type[HouseholdGroup | Resident | Shop | Stall]] = {
        "household_groups": HouseholdGroup,
        "residents": Resident,
        "shops": Shop,
        "stalls": Stall,
    }
    counted = func.jsonb_exists(RoundList.area_minimums, cast(Area.id, Text))
    return {
        CHANGED: added.where(Area.version > 1),
        **{use: _of(one, job).where(one.area_id.in_(added)) for use, one in lying.items()},
        "rounds": _of(RoundList, job).join(Area, counted).where(*_added(Area, job)),
    }


def _select_uses_of_household_groups(job: ImportJob) -> dict[str, Select[Any]]:
    added = select(HouseholdGroup.id).where(*_added(HouseholdGroup, job))
    return {
        CHANGED: added.where(HouseholdGroup.version > 1),
        "residents": _of(Resident, job).where(Resident.household_group_id.in_(added)),
        "nominations": _of(Nomination, job).where(Nomination.household_group_id.in_(added)),
    }


def _select_uses_of_series(job: ImportJob) -> dict[str, Select[Any]]:
    """A series is named by its shops, and by those that apply for it, as it is called."""
    added = select(ShopSeries.id).where(*_added(ShopSeries, job))
    named = select(ShopSeries.name).where(*_added(ShopSeries, job))
    return {
        CHANGED: added.where(ShopSeries.version > 1),
        "shops": _of(Shop, job).where(Shop.series.in_(named)),
        "applications": _of(ShopApplication, job).where(ShopApplication.series.in_(named)),
    }
