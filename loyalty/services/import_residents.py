"""Residents from an uploaded table."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import Area, HouseholdGroup, Resident
from loyalty.rules.typed_text import name_key, reference_key
from loyalty.services.actors import StaffMember
from loyalty.services.import_cells import called, named, one_of, phone, yes_or_no
from loyalty.services.import_intake import Intake
from loyalty.services.import_layout import Column, RowFaultCode
from loyalty.services.residents import CreateResident, new_resident


def resident_intake(
    session: Session, actor: StaffMember, *, now: datetime
) -> Intake[CreateResident]:
    """Return how rows of residents are judged, as of now, and taken in."""

    def add(requests: Sequence[CreateResident], import_id: UUID) -> None:
        session.add_all(
            new_resident(actor, request, now=now, import_id=import_id) for request in requests
        )

    return Intake(
        columns=_columns(session, actor),
        request_of=lambda values: CreateResident(**values),
        key_of=lambda request: (
            name_key(request.name),
            reference_key(request.unit),
            reference_key(request.household_ref),
        ),
        known=frozenset(
            tuple(row)
            for row in session.execute(
                select(Resident.name_key, Resident.unit_key, Resident.household_key).where(
                    Resident.community_id == actor.community_id
                )
            )
        ),
        add=add,
    )


def _columns(session: Session, actor: StaffMember) -> list[Column]:
    areas = _ids_by_name(session, actor, Area)
    groups = _ids_by_name(session, actor, HouseholdGroup)
    unknown_group = RowFaultCode.UNKNOWN_HOUSEHOLD_GROUP
    return [
        Column("name", "姓名", ("居民姓名", "name"), named, required=True),
        Column(
            "unit",
            "住址",
            ("楼栋房号", "住址/楼栋房号", "地址", "unit", "address"),
            called,
            required=True,
        ),
        Column("phone", "电话", ("手机", "手机号", "电话号码", "联系电话", "phone"), phone),
        Column("adult", "成年", ("是否成年", "adult"), yes_or_no, required=True),
        Column("household_ref", "户号", ("household", "household ref"), called, required=True),
        Column("area_id", "责任区", ("area",), one_of(areas, RowFaultCode.UNKNOWN_AREA)),
        Column(
            "household_group_id", "联户单元", ("household group",), one_of(groups, unknown_group)
        ),
        Column("consent_membership", "同意参加", ("consent membership",), yes_or_no),
        Column("consent_publicity", "同意公示姓名", ("同意公示", "consent publicity"), yes_or_no),
        Column("consent_contact", "同意联系", ("同意联络", "consent contact"), yes_or_no),
    ]


def _ids_by_name(
    session: Session, actor: StaffMember, part: type[Area] | type[HouseholdGroup]
) -> list[tuple[str, UUID]]:
    rows = session.execute(
        select(part.name, part.id).where(part.community_id == actor.community_id)
    )
    return [(name, part_id) for name, part_id in rows]  # a row is no pair to mypy
