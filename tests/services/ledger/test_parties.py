"""Parties of the ledger are found by name, also by the one they had before they were merged."""

import pytest
from sqlalchemy.orm import Session

from loyalty.models import Community
from loyalty.rules.contributions import PartyKind
from loyalty.services.ledger.parties import (
    find_parties,
    find_party_by_name,
    merge_parties,
)
from loyalty.services.work import Work
from tests.given import NOON, given_community, given_staff
from tests.given_contributions import given_party


@pytest.fixture
def work(session: Session, community: Community) -> Work:
    return Work(session, given_staff(session, community), NOON)


def test_a_name_of_before_leads_to_the_party_that_stays(
    session: Session, community: Community, work: Work
) -> None:
    mill, factory = (given_party(session, community, name) for name in ("天山面粉厂", "面粉公司"))
    assert find_party_by_name(work, "面粉 公司") is factory

    merge_parties(work, factory.id, into_id=mill.id)

    assert find_party_by_name(work, "面粉公司") is mill
    assert find_party_by_name(work, "天山面粉厂") is mill
    assert find_party_by_name(work, "没有的厂") is None


def test_of_one_kind_no_other_is_listed_and_nobody_elses(
    session: Session, community: Community, work: Work
) -> None:
    mill = given_party(session, community)
    group = given_party(session, community, "红石榴志愿队", "group")
    given_party(session, given_community(session), "和平粮油")

    assert find_parties(work, limit=10, after=None).items == [mill, group]
    for kind, found in ((PartyKind.ENTERPRISE, [mill]), (PartyKind.GROUP, [group])):
        assert find_parties(work, limit=10, after=None, kind=kind).items == found
    assert find_parties(work, limit=10, after=None, kind=PartyKind.SHOP).items == []
