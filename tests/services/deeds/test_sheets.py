from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from loyalty.database import transaction
from loyalty.models import Deed
from loyalty.services.actors import StaffMember
from loyalty.services.deeds.deeds import ensure_default_kinds
from loyalty.services.deeds.sheets import RecordSheet, SheetEntry, record_sheet
from loyalty.services.errors import RowsRefusedError
from loyalty.services.work import Work
from tests.given import NOON, given_community, given_resident, given_staff


def test_one_sheet_sent_twice_at_the_same_moment_counts_once(app: Flask, session: Session) -> None:
    community = given_community(session)
    ensure_default_kinds(session, community)
    entries = [SheetEntry(given_resident(session, community).id) for _ in range(5)]
    request = RecordSheet(date(2026, 11, 16), "volunteer_service", "签到表", entries)
    actors = [given_staff(session, community) for _ in range(2)]
    session.commit()
    both_are_ready = Barrier(2)

    def send(actor: StaffMember) -> int:
        with app.app_context(), transaction() as own_session:
            both_are_ready.wait()
            try:
                return len(record_sheet(Work(own_session, actor, NOON), request))
            except RowsRefusedError as refused:
                return -len(refused.faults)

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(send, actors))

    assert outcomes == [-5, 5]
    assert session.scalar(select(func.count()).select_from(Deed)) == 5
