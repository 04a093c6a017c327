from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from threading import Barrier
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from loyalty.database import transaction
from loyalty.models import Community, Shop, WorkingDayOverride
from loyalty.rules.certification import CertificationAction, CertificationState, state_on
from loyalty.services.actors import Role, StaffMember
from loyalty.services.errors import CertificationStateError, NotAllowedError
from loyalty.services.shops.certification import MoveCertification, move_certification
from loyalty.services.shops.finding import FindShops, find_shops
from loyalty.services.work import Work
from tests.given import NOON, given_community, given_shop, given_staff

YESTERDAY = NOON.date() - timedelta(days=1)


@pytest.fixture
def manager(session: Session, community: Community) -> StaffMember:
    return given_staff(session, community, Role.MANAGER)


def published(session: Session, community: Community, series: str = "蒲公英") -> Shop:
    return given_shop(
        session,
        community,
        series=series,
        state="notice",
        notice_last=YESTERDAY,
        plaque_number=None,
        certified_until=None,
    )


def certify(session: Session, manager: StaffMember, shop_id: UUID) -> str | None:
    step = MoveCertification(shop_id, CertificationAction.CERTIFY)
    return move_certification(Work(session, manager, NOON), step).plaque_number


def test_the_plaques_of_a_series_are_numbered_one_by_one(
    session: Session, community: Community, manager: StaffMember
) -> None:
    series = ("蒲公英", "蒲公英", "诚信经营示范户", "caring shop", "蒲公英", "···")

    plaques = [certify(session, manager, published(session, community, name).id) for name in series]

    assert plaques == ["PGY-0001", "PGY-0002", "CXJY-0001", "CS-0001", "PGY-0003", "P-0001"]


def test_each_community_counts_its_own_plaques(
    session: Session, community: Community, manager: StaffMember
) -> None:
    given_shop(session, given_community(session), plaque_number="PGY-0041")

    assert certify(session, manager, published(session, community).id) == "PGY-0001"


def test_the_number_after_9999_follows(
    session: Session, community: Community, manager: StaffMember
) -> None:
    given_shop(session, community, plaque_number="PGY-9999")

    assert certify(session, manager, published(session, community).id) == "PGY-10000"
    assert certify(session, manager, published(session, community).id) == "PGY-10001"


def test_a_shop_that_is_certified_again_keeps_its_plaque(
    session: Session, community: Community, manager: StaffMember
) -> None:
    shop = published(session, community)
    shop.plaque_number = "PGY-0007"

    assert certify(session, manager, shop.id) == "PGY-0007"


def test_two_shops_certified_at_once_hang_two_plaques(
    app: Flask, session: Session, community: Community, manager: StaffMember
) -> None:
    shops = [published(session, community).id for _ in range(2)]
    session.commit()
    together = Barrier(2)

    def certified(shop_id: UUID) -> str | None:
        with app.app_context(), transaction() as own:
            together.wait(timeout=120)
            return certify(own, manager, shop_id)

    with ThreadPoolExecutor(max_workers=2) as managers:
        assert set(managers.map(certified, shops)) == {"PGY-0001", "PGY-0002"}


@pytest.mark.parametrize("until", [None, YESTERDAY, NOON.date()])
def test_the_database_reads_a_state_as_the_rule_does(
    session: Session, community: Community, manager: StaffMember, until: date | None
) -> None:
    stored = [state for state in CertificationState if state is not CertificationState.LAPSED]
    shops = {
        given_shop(session, community, state=state.value, certified_until=until).id: state
        for state in stored
    }

    for wanted in CertificationState:
        request = FindShops(limit=50, state=wanted)
        found = {shop.id for shop in find_shops(Work(session, manager, NOON), request).items}
        assert found == {
            shop_id
            for shop_id, state in shops.items()
            if state_on(state, until, NOON.date()) is wanted
        }


@pytest.mark.parametrize(
    ("state", "role", "renewed"),
    [
        ("warned", Role.STAFF, False),
        ("warned", Role.MANAGER, True),
        ("certified", Role.STAFF, True),
    ],
)
def test_the_end_of_the_year_does_not_lead_around_a_warning(
    session: Session, community: Community, state: str, role: Role, *, renewed: bool
) -> None:
    shop = given_shop(
        session, community, state=state, certified_until=YESTERDAY, put_right_by=YESTERDAY
    )
    work = Work(session, given_staff(session, community, role), NOON)

    request = MoveCertification(shop.id, CertificationAction.RENEW)
    if renewed:
        assert move_certification(work, request).state == "certified"
    else:
        with pytest.raises(NotAllowedError):
            move_certification(work, request)
        assert (shop.state, shop.put_right_by) == ("warned", YESTERDAY)


def test_a_notice_of_a_shop_into_a_year_without_calendar_waits_for_it(
    session: Session, community: Community, manager: StaffMember
) -> None:
    shop = given_shop(session, community, state="inspected", certified_until=None)
    work = Work(session, manager, NOON + timedelta(days=20))
    publish = MoveCertification(shop.id, CertificationAction.PUBLISH)
    with pytest.raises(CertificationStateError) as refused:
        move_certification(work, publish)
    assert refused.value.missing == ("calendar_missing",)

    session.add(WorkingDayOverride(community_id=community.id, day=date(2027, 1, 2), works=False))

    assert move_certification(work, publish).notice_last == date(2027, 1, 6)
