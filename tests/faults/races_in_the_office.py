"""Races about people, accounts, shops, imports and what the community counts."""

from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from uuid import UUID, uuid4

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import (
    AccessToken,
    Community,
    Deed,
    Honour,
    KeptAnswer,
    Matter,
    Resident,
    Round,
    Shop,
    StaffAccount,
    WorkingDayOverride,
)
from loyalty.rules.retention import ANSWERS
from loyalty.services.actors import Role
from loyalty.services.deeds.deeds import ensure_default_kinds
from loyalty.services.imports.answers import TableAnswers
from loyalty.services.imports.jobs import answer_import
from loyalty.services.matters.matters import MatterKind, RaiseMatter, Raiser, raise_public_matter
from loyalty.services.staff.links import LinkPurpose, UseLink, make_link, use_link
from loyalty.services.staff.passwords import password_matches
from loyalty.services.staff.sign_in import to_staff_member
from loyalty.services.work import Work
from tests.faults.overlap import Act, in_transaction
from tests.faults.races import Race, Street, given_import
from tests.given import (
    NOON,
    SEALING_KEY,
    code_of,
    given_account,
    given_honour,
    given_resident,
    given_shop,
    given_staff,
    quick_hash,
)
from tests.given_tables import HEADINGS, ZHANG, text, upload

PASSWORD = "correct horse battery staple"
MATTER = {"kind": "need", "text": "东门路灯不亮", "raised_by": "staff"}


def two_calls_that_forget_one_answer(street: Street) -> Race:
    old = KeptAnswer(
        community_id=street.community.id,
        caller_id=uuid4(),
        key=uuid4(),
        request_hash=b"",
        kept_at=NOON - ANSWERS,
    )
    street.session.add(old)
    one, two = (
        street.send("POST /areas", by=by, json={"name": name})
        for by, name in ((street.manager, "东区"), (street.other, "西区"))
    )
    return Race(one, two, lambda: street.count(KeptAnswer, KeptAnswer.key == old.key))


def one_code_shown_twice(street: Street) -> Race:
    account = given_account(street.session, street.community, password_hash=quick_hash(PASSWORD))
    shown = {"username": account.username, "password": PASSWORD, "totp": code_of(account)}
    # By no address together, so that they wait for each other at the account alone.
    one, two = (street.sign_in(shown, address) for address in ("203.0.113.7", "203.0.113.8"))
    mine = AccessToken.account_id == account.id
    return Race(one, two, lambda: street.count(AccessToken, mine))


def one_link_used_twice(street: Street) -> Race:
    account = given_account(street.session, street.community, password_hash=None)
    owner = to_staff_member(account, timezone=street.community.timezone)
    made = make_link(Work(street.session, owner, NOON), account.id, LinkPurpose.JOIN)

    def use(password: str) -> Act:
        request = UseLink(made.token, password)

        def join(own: Session) -> str:
            use_link(own, request, sealing_key=SEALING_KEY, now=NOON)
            return "joined"

        return partial(in_transaction, street.app, join)

    first, second = PASSWORD, "three other words of mine"
    street.session.commit()
    return Race(
        use(first),
        use(second),
        lambda: password_matches(first, street.read(StaffAccount.password_hash, account.id)),
    )


def two_managers_who_close_each_other(street: Street) -> Race:
    managers = StaffAccount.roles.contains([Role.MANAGER.value])
    account, other = street.session.scalars(
        select(StaffAccount.id).where(managers).order_by(StaffAccount.id)
    )
    return Race(
        street.send(f"PATCH /staff-accounts/{other}", json={"active": False}),
        street.send(f"PATCH /staff-accounts/{account}", by=street.other, json={"active": False}),
        lambda: street.count(StaffAccount, StaffAccount.active, managers),
    )


def two_matters_raised(street: Street) -> Race:
    one, two = (
        street.send("POST /matters", by=by, json=MATTER) for by in (street.manager, street.other)
    )
    return Race(one, two, lambda: street.count(Matter))


def one_matter_sent_twice(street: Street) -> Race:
    raised = RaiseMatter(MatterKind.NEED, "东门路灯不亮", Raiser.RESIDENT)
    send = partial(
        in_transaction,
        street.app,
        lambda own: (
            raise_public_matter(own, street.community, raised, receipt="ABCD", now=NOON).number
        ),
    )
    return Race(send, send, lambda: street.count(Matter))


def two_calendars_of_a_year(street: Street) -> Race:
    days = {"items": [{"day": "2027-02-08", "works": False, "note": "春节"}]}
    one, two = (
        street.send("PUT /working-days?year=2027", by=by, json=days)
        for by in (street.manager, street.other)
    )
    return Race(one, two, lambda: street.count(WorkingDayOverride))


def a_narrower_band_beside_terms_outside_it(street: Street) -> Race:
    narrow, agree = _narrower_band_and_terms(street)
    return Race(narrow, agree, lambda: street.count(Shop))


def terms_outside_it_beside_a_narrower_band(street: Street) -> Race:
    narrow, agree = _narrower_band_and_terms(street)
    lowest = Community.band_min_permille
    return Race(agree, narrow, lambda: street.read(lowest, street.community.id))


def _narrower_band_and_terms(street: Street) -> tuple[Act, Act]:
    shop = {
        "name": "便民",
        "series": "蒲公英",
        "category": "超市",
        "terms": [{"honour": "civilized_resident", "pay_permille": 800}],
    }
    return (
        street.send("PATCH /community", json={"band_min_permille": 850}),
        street.send("POST /shops", by=street.other, json=shop),
    )


def two_policies_at_once(street: Street) -> Race:
    one, two = (
        street.send("PATCH /community", by=by, json={"limits": {"uses_per_day": uses}})
        for by, uses in ((street.manager, 2), (street.other, 5))
    )
    return Race(one, two, lambda: street.read(Community.uses_per_day, street.community.id))


def two_honours_added(street: Street) -> Race:
    one, two = (
        street.send("POST /honours", by=by, json={"code": code, "names": {"zh_Hans": name}})
        for by, code, name in (
            (street.manager, "courtyard_star", "院落之星"),
            (street.other, "good_neighbour", "好邻居"),
        )
    )

    def numbers() -> list[int]:
        street.session.rollback()
        return [*street.session.scalars(select(Honour.number).order_by(Honour.number))]

    return Race(one, two, numbers)


def a_retirement_beside_a_plan(street: Street) -> Race:
    star = given_honour(street.session, street.community)
    plan = {"month": "2026-12", "lists": [{"honour": star.code, "quota": 1}]}
    return Race(
        street.send(f"PATCH /honours/{star.id}", json={"active": False}),
        street.send("POST /rounds", by=street.other, json=plan),
        lambda: street.count(Round),
    )


def two_plaques_of_a_series(street: Street) -> Race:
    yesterday = NOON.date() - timedelta(days=1)
    shops = [
        given_shop(
            street.session,
            street.community,
            state="notice",
            notice_last=yesterday,
            plaque_number=None,
            certified_until=None,
        ).id
        for _ in range(2)
    ]
    one, two = (
        street.send(f"POST /shops/{shop}/certification", by=by, json={"action": "certify"})
        for shop, by in zip(shops, (street.manager, street.other), strict=True)
    )

    def plaques() -> list[str | None]:
        street.session.rollback()
        return [*street.session.scalars(select(Shop.plaque_number).order_by(Shop.id))]

    return Race(one, two, plaques)


def one_sheet_written_down_twice(street: Street) -> Race:
    ensure_default_kinds(street.session, street.community)
    resident = given_resident(street.session, street.community)
    sheet = {
        "date": "2026-12-01",
        "kind": "hygiene",
        "source": "签到表",
        "entries": [{"resident_id": str(resident.id)}],
    }
    one, two = (
        street.send("POST /deeds/sheet", by=by, json=sheet) for by in (street.manager, street.other)
    )
    return Race(one, two, lambda: street.count(Deed))


def one_table_taken_in_from_two_uploads(street: Street) -> Race:
    jobs = [
        upload(street.app.test_client(), street.manager, text(HEADINGS, ZHANG)).json["import_id"]
        for _ in range(2)
    ]
    one, two = (
        street.send(f"POST /imports/{job}/apply", by=by, json={})
        for job, by in zip(jobs, (street.manager, street.other), strict=True)
    )
    return Race(one, two, lambda: street.count(Resident))


def a_taking_in_beside_an_answer(street: Street) -> Race:
    take_in, answer = _taking_in_and_answer(street, ZHANG)
    return Race(take_in, answer, lambda: street.count(Resident))


def an_answer_beside_a_taking_in(street: Street) -> Race:
    take_in, answer = _taking_in_and_answer(street, ("张小明", "3号楼501", "", "H-1"))
    return Race(answer, take_in, lambda: street.count(Resident))


def _taking_in_and_answer(street: Street, row: Sequence[str]) -> tuple[Act, Act]:
    sent = upload(street.app.test_client(), street.manager, text(HEADINGS, row)).json
    clerk = given_staff(street.session, street.community)
    said = TableAnswers(everywhere={"adult": "是"})

    def answer(own: Session) -> int:
        return len(answer_import(Work(own, clerk, NOON), UUID(sent["import_id"]), said).valid_rows)

    return (
        street.send(f"POST /imports/{sent['import_id']}/apply", json={}),
        partial(in_transaction, street.app, answer),
    )


def _applied(street: Street) -> tuple[UUID, UUID]:
    """Return an import that has been applied, and the resident it added."""
    job = given_import(street, "residents")
    return job, given_resident(street.session, street.community, import_id=job).id


def one_import_undone_twice(street: Street) -> Race:
    job, _ = _applied(street)
    one, two = (
        street.send(f"POST /imports/{job}/undo", by=by) for by in (street.manager, street.other)
    )
    return Race(one, two, lambda: street.count(Resident))


def an_undoing_beside_a_deed(street: Street) -> Race:
    undo, record = _undoing_and_deed(street)
    return Race(record, undo, lambda: street.count(Resident))


def a_deed_beside_an_undoing(street: Street) -> Race:
    undo, record = _undoing_and_deed(street)
    return Race(undo, record, lambda: street.count(Resident))


def _undoing_and_deed(street: Street) -> tuple[Act, Act]:
    ensure_default_kinds(street.session, street.community)
    job, resident = _applied(street)
    deed = {
        "resident_id": str(resident),
        "kind": "hygiene",
        "points": "1.50",
        "date": "2026-12-01",
        "source": "签到表",
    }
    return (
        street.send(f"POST /imports/{job}/undo"),
        street.send("POST /deeds", by=street.other, json=deed),
    )


def an_undoing_beside_a_change(street: Street) -> Race:
    job, resident = _applied(street)
    return Race(
        street.send(f"PATCH /residents/{resident}", by=street.other, json={"name": "李秀英"}),
        street.send(f"POST /imports/{job}/undo"),
        lambda: street.count(Resident),
    )
