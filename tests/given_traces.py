"""One person with a name like nobody's, who stands in every text that anybody can write."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Table, func, select, text, update
from sqlalchemy.orm import Session

from loyalty.database import Model
from loyalty.models import (
    Card,
    Community,
    Complaint,
    ImportJob,
    Matter,
    Nomination,
    Resident,
    Round,
    SaleCase,
    ShopApplication,
    ShopSignal,
)
from loyalty.models.sealed import is_sealed, list_sealed
from loyalty.services.kept_answers import KeyedCall, claim_key, keep_answer
from loyalty.services.privacy.texts import FREE_TEXTS, WRITTEN_ONCE
from tests.given import NOON, SEALING_KEY, given_account, given_staff
from tests.given_everything import Everything, given_everything
from tests.given_notices import given_waiting_objection
from tests.given_rounds import given_candidate

NAME, PINYIN = "轩辕破晓", "xuan yuan po xiao"
UNIT, HOME = "紫竹院9号楼3单元1207", "紫竹院9-3-1207"
PHONE, DIALLED = "+8613712345678", "137 1234 5678"

TOLD = f"听{NAME}（{UNIT}，{DIALLED}）说的"
TRACES = ("轩辕", "破晓", PINYIN, "xuanyuan", "紫竹院", "13712345678", DIALLED)
"""What must not be found anywhere once the person has been erased."""

BESIDE_OTHERS = {
    "matter": ("answer",),
    "nomination": ("name",),
    "objection": ("reason",),
    "sale_case": ("reason",),
    "shop_application": ("reason",),
    "shop_objection": ("reason",),
    "shop_signal": ("reason",),
}
"""Texts that stand there only together with something else."""

ROWS = "SELECT t::text FROM {} AS t"


def given_traces(session: Session, community: Community) -> Everything:
    """Everything a community can have, and the resident of it in every text."""
    everything = given_everything(session, community)
    resident = session.get_one(Resident, (community.id, UUID(everything.ids["resident_id"])))
    resident.name, resident.name_pinyin, resident.phone = NAME, PINYIN, PHONE
    resident.unit, resident.household_ref = UNIT, HOME
    session.flush()
    _take_part(session, community, resident)
    _work_here(session, community, resident)
    _keep_tables_and_answers(session, community)
    _decide_cases(session, community)
    _write_everywhere(session, community)
    session.commit()
    return everything


def _take_part(session: Session, community: Community, resident: Resident) -> None:
    """Somebody who won a month ago, was spoken for and objected to, and stands on a new list."""
    for state in ("issued", "open"):
        selection_round = session.scalars(
            select(Round).where(Round.community_id == community.id, Round.state == state)
        ).first()
        assert selection_round is not None
        won = given_candidate(session, selection_round, resident_id=resident.id)
        won.outcome = "selected" if state == "issued" else "nominated"
        won.reasons, won.grounds = ["declined"], [{"reason": "declined"}]
        voice = {"source": "staff", "at": NOON, "statement": TOLD}
        own = {"community_id": community.id, "list_id": won.list_id}
        session.add(Nomination(**own, candidate_id=won.id, **voice))
        decider = given_account(session, community).id
        objection = given_waiting_objection(session, won)
        objection.name, objection.contact, objection.text = NAME, PHONE, TOLD
        objection.upheld, objection.reason, objection.decided_at = False, TOLD, NOON
        objection.decided_by = decider
    pending = session.scalars(
        select(Nomination).where(
            Nomination.community_id == community.id, Nomination.state == "pending"
        )
    ).first()
    assert pending is not None
    pending.name, pending.unit = NAME, UNIT
    session.flush()


def _work_here(session: Session, community: Community, resident: Resident) -> None:
    """An account that has been closed."""
    given_account(
        session, community, display_name=NAME, username=NAME, active=False, resident_id=resident.id
    )


def _keep_tables_and_answers(session: Session, community: Community) -> None:
    fault = {"row": 2, "column": "姓名", "code": "unknown", "values": {"name": NAME}}
    jobs = select(ImportJob).where(ImportJob.community_id == community.id)
    for job in session.scalars(jobs):
        job.kept_table = {"rows": [{"number": 1, "cells": [NAME, UNIT]}]}
        job.valid_rows = [{"row": 1, "cells": {"name": NAME, "phone": PHONE}}]
        job.answers = {"people": {"2": NAME}}
        job.errors = job.notes = [fault]
    session.flush()
    staff = given_staff(session, community)
    call = KeyedCall(staff, uuid4(), b"hash")
    claim_key(session, call, sealing_key=SEALING_KEY, now=NOON - timedelta(minutes=1))
    body = json.dumps({"name": NAME, "unit": UNIT, "phone": PHONE})
    answer = json.dumps({"status": 201, "headers": {}, "body": body}).encode()
    keep_answer(session, call, answer, sealing_key=SEALING_KEY)


def _decide_cases(session: Session, community: Community) -> None:
    decided = {"decision": "accept", "reason": TOLD, "decided_at": NOON}
    session.execute(
        update(SaleCase)
        .where(SaleCase.community_id == community.id)
        .values(**decided, decided_by=given_account(session, community).id)
    )


def _write_everywhere(session: Session, community: Community) -> None:
    """Let the person stand in every column that is looked through, beside what stands there."""
    _answer_everybody(session, community)
    session.execute(text("SET LOCAL session_replication_role = replica"))
    for places in (FREE_TEXTS, WRITTEN_ONCE):
        for name, columns in places.items():
            table = Model.metadata.tables[name]
            for column in columns:
                if not is_sealed(name, column):
                    _write(session, table, column, community)
    for model, column, _ in list_sealed():
        if column in {**FREE_TEXTS, **WRITTEN_ONCE}.get(model.__tablename__, ()):
            own = select(model).where(model.community_id == community.id)
            for record in session.scalars(own.execution_options(populate_existing=True)):
                setattr(record, column, (getattr(record, column) or "") + TOLD)
    session.flush()
    session.execute(text("SET LOCAL session_replication_role = origin"))


def _answer_everybody(session: Session, community: Community) -> None:
    """Let everything be decided that has a reason or an answer only then."""
    by = given_account(session, community).id
    answered = {"answer": "好", "answered_at": NOON}
    decided: Mapping[Any, Mapping[str, Any]] = {
        Matter: {**answered, "state": "answered"},
        Complaint: {**answered, "answered_by": by, "upheld": True},
        ShopApplication: {"shop_id": None, "reason": "好", "decided_at": NOON, "decided_by": by},
        ShopSignal: {"reason": "好", "put_away_at": NOON, "put_away_by": by},
    }
    for model, values in decided.items():
        of_community = update(model).where(model.community_id == community.id)
        session.execute(of_community.values(**values))


def _write(session: Session, table: Table, column: str, community: Community) -> None:
    written = func.coalesce(table.c[column], "") + TOLD
    query = update(table).where(table.c.community_id == community.id)
    if column in BESIDE_OTHERS.get(table.name, ()):
        query = query.where(table.c[column].is_not(None))
    session.execute(query.values({column: written}))


def dump_tables(session: Session) -> dict[str, str]:
    """Return every row of every table, as text, by the table."""
    return {
        name: "\n".join(session.scalars(text(ROWS.format(f'"{name}"'))))
        for name in sorted(Model.metadata.tables)
    }


def dump_sealed(session: Session) -> str:
    """Return all that lies sealed in any row of any table, opened."""
    session.flush()
    return "\n".join(
        json.dumps(getattr(record, column), ensure_ascii=False)
        for model, column, _ in list_sealed()
        for record in session.scalars(
            select(model)
            .order_by(*model.__table__.primary_key)
            .execution_options(populate_existing=True)
        )
    )


def dump(session: Session) -> str:
    """Return every row of every table, as text, and what lies sealed in them."""
    return "\n".join((*dump_tables(session).values(), dump_sealed(session)))


def traces_in(said: str) -> list[str]:
    """Return what is found of the person in a text."""
    return [trace for trace in TRACES if trace.casefold() in said.casefold()]


def cards_of(session: Session, resident_id: UUID) -> list[Card]:
    """Return the cards of a resident, as they stand now."""
    return [
        *session.scalars(
            select(Card)
            .where(Card.resident_id == resident_id)
            .execution_options(populate_existing=True)
        )
    ]
