"""What has come of a table keeps it from being taken back, and nothing of it is lost."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.models import (
    Area,
    Community,
    Complaint,
    Contribution,
    EvidenceFile,
    HouseholdGroup,
    ImportJob,
    Nomination,
    OfferConfirmation,
    OfferProposal,
    RoundList,
    Shop,
    ShopInspection,
    ShopPin,
    StallLet,
)
from loyalty.services.errors import ImportStateError
from loyalty.services.imports.jobs import undo_import
from loyalty.services.work import Work
from tests.given import NOON, given_account, given_round, given_shop, given_staff
from tests.given_contributions import given_contribution
from tests.given_inspections import given_inspection
from tests.given_notices import given_complaint
from tests.given_offers import given_proposal
from tests.given_pictures import given_pin
from tests.given_rounds import given_nomination, list_of
from tests.given_stalls import given_stall


@pytest.fixture
def work(session: Session, community: Community) -> Work:
    return Work(session, given_staff(session, community), NOON)


def applied(work: Work, kind: str) -> ImportJob:
    """An import that was taken in."""
    job = ImportJob(
        community_id=work.community_id,
        kind=kind,
        row_count=1,
        valid_rows=[],
        errors=[],
        uploaded_at=NOON,
        applied_at=NOON,
    )
    work.session.add(job)
    work.session.flush()
    return job


def let_a_stall(session: Session, shop: Shop) -> None:
    community = session.get_one(Community, shop.community_id)
    account = given_account(session, community)
    stall = given_stall(session, community, account)
    session.add(
        StallLet(
            community_id=community.id,
            stall_id=stall.id,
            since=NOON.date(),
            tenant=shop.name,
            shop_id=shop.id,
            account_id=account.id,
            recorded_at=NOON,
        )
    )
    session.flush()


def propose(session: Session, shop: Shop) -> None:
    community = session.get_one(Community, shop.community_id)
    given_proposal(session, shop, given_account(session, community))


USES = [
    (given_inspection, {"inspections": ShopInspection}),
    (given_complaint, {"complaints": Complaint}),
    (given_pin, {"pins": ShopPin}),
    (propose, {"confirmations": OfferConfirmation, "proposals": OfferProposal}),
    (let_a_stall, {"lets": StallLet}),
]


@pytest.mark.parametrize(("use", "kept"), USES)
def test_what_is_known_of_a_shop_keeps_its_import(
    session: Session,
    community: Community,
    work: Work,
    use: Callable[[Session, Shop], object],
    kept: dict[str, type[StallLet | ShopPin | Complaint]],
) -> None:
    job = applied(work, "shops")
    shop = given_shop(session, community, import_id=job.id)
    use(session, shop)

    with pytest.raises(ImportStateError) as refused:
        undo_import(work, job.id)

    assert [*refused.value.missing] == [*kept]
    for record in kept.values():
        own = (record.community_id == community.id, record.shop_id == shop.id)
        assert session.scalar(select(func.count()).select_from(record).where(*own)) == 1


@pytest.mark.parametrize(("use", "kept"), USES)
def test_what_is_known_of_another_shop_does_not(
    session: Session,
    community: Community,
    work: Work,
    use: Callable[[Session, Shop], object],
    kept: object,
) -> None:
    assert kept
    job = applied(work, "shops")
    shop_id = given_shop(session, community, import_id=job.id).id
    use(session, given_shop(session, community))

    undo_import(work, job.id)

    own = (Shop.community_id == community.id, Shop.id == shop_id)
    assert session.scalar(select(func.count()).select_from(Shop).where(*own)) == 0


def test_a_file_beside_a_contribution_keeps_its_import(
    session: Session, community: Community, work: Work
) -> None:
    job = applied(work, "contributions")
    entry = given_contribution(session, community, import_id=job.id)
    session.add(
        EvidenceFile(
            community_id=community.id,
            contribution_id=entry.id,
            media_type="application/pdf",
            content=b"%PDF-1.7 %%EOF",
            added_by=entry.recorded_by,
            added_at=NOON,
        )
    )
    session.flush()

    with pytest.raises(ImportStateError) as refused:
        undo_import(work, job.id)

    assert [*refused.value.missing] == ["evidence_files"]
    assert session.scalars(work.select(Contribution)).one().id == entry.id


def given_area(session: Session, community: Community, name: str, job: ImportJob) -> Area:
    area = Area(community_id=community.id, name=name, import_id=job.id)
    session.add(area)
    session.flush()
    return area


@pytest.mark.parametrize("counts_on_it", [True, False])
def test_an_area_that_a_round_counts_on_keeps_its_import(
    session: Session, community: Community, work: Work, *, counts_on_it: bool
) -> None:
    job, another = applied(work, "areas"), applied(work, "areas")
    area, elsewhere = (
        given_area(session, community, name, one)
        for name, one in (("东区", job), ("西区", another))
    )
    round_list = list_of(session, given_round(session, community))
    round_list.area_minimums = {str(area.id if counts_on_it else elsewhere.id): 1}
    session.flush()

    if counts_on_it:
        with pytest.raises(ImportStateError) as refused:
            undo_import(work, job.id)
        assert [*refused.value.missing] == ["rounds"]
    else:
        undo_import(work, job.id)

    assert session.scalar(select(func.count()).select_from(work.select(RoundList).subquery())) == 1
    left = session.scalars(work.select(Area).order_by(Area.id)).all()
    assert [one.name for one in left] == (["东区", "西区"] if counts_on_it else ["西区"])


def test_a_household_group_that_has_nominated_keeps_its_import(
    session: Session, community: Community, work: Work
) -> None:
    job = applied(work, "groups")
    group = HouseholdGroup(community_id=community.id, name="东一", import_id=job.id)
    session.add(group)
    session.flush()
    selection_round = given_round(session, community)
    given_nomination(session, selection_round, source="group", household_group_id=group.id)

    with pytest.raises(ImportStateError) as refused:
        undo_import(work, job.id)

    assert [*refused.value.missing] == ["nominations"]
    assert session.scalars(work.select(Nomination)).one().household_group_id == group.id
