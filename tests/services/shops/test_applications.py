"""Applications: taken in once per receipt, told by it, decided once."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Community, ShopApplication, ShopChange
from loyalty.rules.retention import ASKERS
from loyalty.rules.traces import FORGOTTEN
from loyalty.services.actors import Role
from loyalty.services.community.series import (
    ChangeSeries,
    CreateSeries,
    change_series,
    create_series,
    list_series,
    take_series_named,
)
from loyalty.services.errors import (
    CertificationStateError,
    UnknownRecordError,
    ValueRefusedError,
)
from loyalty.services.rounds.retention import forget_contacts, forget_words
from loyalty.services.shops.applications import (
    application_called,
    decline_application,
    find_waiting_applications,
    take_in_application,
)
from loyalty.services.shops.history import find_shop_changes
from loyalty.services.work import Work
from tests.given import NOON, given_community, given_shop, given_staff
from tests.given_stalls import given_application


@pytest.fixture
def work(session: Session, community: Community) -> Work:
    return Work(session, given_staff(session, community, Role.MANAGER), NOON)


def test_sent_again_with_its_receipt_an_application_counts_once(
    session: Session, community: Community, work: Work
) -> None:
    first = given_application(session, community, receipt="R1")

    assert given_application(session, community, receipt="R1").id == first.id
    assert find_waiting_applications(work, limit=9, after=None).items == [first]


def test_a_shop_that_is_taken_in_is_told_by_the_receipt(
    session: Session, community: Community, work: Work
) -> None:
    application = given_application(session, community, opted_in_categories=["alcohol"])

    shop = take_in_application(work, application.id)

    assert (shop.name, shop.state, shop.opted_in_categories) == ("和平馕店", "applied", ["alcohol"])
    session.expire_all()
    found = application_called(session, community, application.receipt)
    assert found.shop is shop
    assert find_waiting_applications(work, limit=9, after=None).items == []


def test_what_was_decided_is_not_decided_again(
    session: Session, community: Community, work: Work
) -> None:
    application = given_application(session, community)
    decline_application(work, application.id, "请先办营业执照")

    with pytest.raises(CertificationStateError):
        take_in_application(work, application.id)
    assert application_called(session, community, application.receipt).reason == "请先办营业执照"


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"series": "没有的系列"}, "/series"),
        ({"offer": "最终解释权归本店"}, "/offer"),
        ({"hours": "最 终 解 释 权 归本店"}, "/hours"),
        ({"opted_in_categories": ["medicine"]}, "/opted_in_categories"),
    ],
)
def test_what_no_shop_may_say_names_its_place(
    session: Session, community: Community, said: dict[str, object], pointer: str
) -> None:
    with pytest.raises(ValueRefusedError) as refusal:
        given_application(session, community, **said)

    assert refusal.value.pointer == pointer


def test_an_application_is_its_communitys_alone(
    session: Session, community: Community, work: Work
) -> None:
    elsewhere = given_community(session)
    theirs = given_application(session, elsewhere)

    with pytest.raises(UnknownRecordError):
        application_called(session, community, theirs.receipt)
    with pytest.raises(UnknownRecordError):
        take_in_application(work, theirs.id)


@pytest.mark.parametrize(("later", "kept"), [(timedelta(seconds=-1), True), (timedelta(0), False)])
def test_whom_to_call_is_forgotten_thirty_days_after_the_answer(
    session: Session, community: Community, work: Work, later: timedelta, *, kept: bool
) -> None:
    application = given_application(session, community)
    decline_application(work, application.id, "请先办营业执照")

    forget_contacts(session, community.id, now=NOON + ASKERS + later)

    session.expire_all()
    assert (
        session.get_one(ShopApplication, (community.id, application.id)).contact is None
    ) != kept


@pytest.mark.parametrize(("days", "kept"), [(179, True), (180, False)])
def test_whom_nobody_answered_is_forgotten_half_a_year_after_applying(
    session: Session, community: Community, days: int, *, kept: bool
) -> None:
    application = given_application(session, community)

    forget_contacts(session, community.id, now=NOON + timedelta(days=days))

    session.expire_all()
    assert (application.contact is not None) is kept
    assert application.name == "和平馕店"


@pytest.mark.parametrize(("days", "kept"), [(364, True), (365, False)])
def test_what_was_declined_is_emptied_a_year_later_and_what_was_taken_in_stays(
    session: Session, community: Community, work: Work, days: int, *, kept: bool
) -> None:
    declined = given_application(session, community, receipt="R1", hours="7:00-19:00", offer="送葱")
    taken = given_application(session, community, receipt="R2")
    decline_application(work, declined.id, "请先办营业执照")
    take_in_application(work, taken.id)

    forget_words(session, community.id, now=NOON + timedelta(days=days))

    session.expire_all()
    left = (declined.name, declined.hours, declined.offer, declined.reason)
    said = ("和平馕店", "7:00-19:00", "送葱", "请先办营业执照")
    assert left == (said if kept else (FORGOTTEN, None, None, FORGOTTEN))
    assert taken.name == "和平馕店"


def test_what_waits_is_read_a_page_at_a_time(
    session: Session, community: Community, work: Work
) -> None:
    first, second = (given_application(session, community, receipt=one) for one in ("R1", "R2"))

    page = find_waiting_applications(work, limit=1, after=None)
    assert (page.items, page.next) == ([first], first.id)
    page = find_waiting_applications(work, limit=1, after=page.next)
    assert (page.items, page.next) == ([second], None)


def test_a_series_that_staff_name_is_there_once_in_any_spelling(work: Work) -> None:
    first = take_series_named(work, "诚信经营示范户")

    assert take_series_named(work, "诚信 经营示范户").id == first.id
    assert take_series_named(work, "Dandelion").name == "蒲公英"
    assert first.prefix == "CXJY"
    assert len(list_series(work.session, work.community_id)) == 2


def test_a_series_that_staff_name_takes_the_first_code_that_is_free(work: Work) -> None:
    create_series(work, CreateSeries("series_2", "山花", "SH"))
    create_series(work, CreateSeries("series_3", "野花", "YH"))

    assert take_series_named(work, "荷花").code == "series_1"
    assert take_series_named(work, "菊花").code == "series_4"


def test_an_application_goes_along_with_the_name_of_its_series(
    session: Session, community: Community, work: Work
) -> None:
    waiting = given_application(session, community, receipt="R1")
    declined = given_application(session, community, receipt="R2")
    decline_application(work, declined.id, "街上的店不在市场里")
    (series,) = list_series(session, community.id)

    change_series(work, ChangeSeries(series.id, series.version, name="蒲公英店"))

    session.expire_all()
    assert take_in_application(work, waiting.id).series == "蒲公英店"
    assert len(list_series(session, community.id)) == 1
    assert declined.series == "蒲公英"


def test_the_shops_of_a_series_go_along_with_its_name(
    session: Session, community: Community, work: Work
) -> None:
    ours, theirs = given_shop(session, community), given_shop(session, given_community(session))
    (series,) = list_series(session, community.id)

    change_series(work, ChangeSeries(series.id, series.version, name="蒲公英店"))

    session.expire_all()
    assert (ours.series, theirs.series) == ("蒲公英店", "蒲公英")
    (told,) = find_shop_changes(work, ours.id, limit=10).items
    assert (told.member, told.before, told.after) == ("series", "蒲公英", "蒲公英店")
    assert told.account_id == work.actor.account_id
    assert session.scalars(select(ShopChange.shop_id)).all() == [ours.id]
