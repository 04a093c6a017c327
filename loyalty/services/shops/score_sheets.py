"""The score sheets of a community: the one it begins with, and its later versions."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import ScoreSheet
from loyalty.rules.score_sheet import (
    Head,
    Sheet,
    SheetItem,
    SheetVeto,
    find_sheet_fault,
)
from loyalty.services.community.policy import locked_community
from loyalty.services.errors import StaleRecordError, ValueRefusedError
from loyalty.services.work import Work


def _names(written: str) -> Mapping[str, str]:
    return dict(zip(("zh_Hans", "zh_Hant", "en"), written.split("|"), strict=True))


FIRST_ITEMS = (
    ("licence", Head.PAPERS, 15, "营业执照在墙上|營業執照在牆上|Licence on the wall"),
    ("permits", Head.PAPERS, 15, "许可证、健康证齐全|許可證、健康證齊全|Permits complete"),
    ("prices", Head.CONDUCT, 15, "明码标价|明碼標價|Prices marked"),
    ("scales", Head.CONDUCT, 15, "秤准、检定没过期|秤準、檢定沒過期|Scales right and in date"),
    ("service", Head.CONDUCT, 10, "待客有礼，退换照办|待客有禮，退換照辦|Takes goods back"),
    ("passage", Head.PREMISES, 15, "消防通道畅通|消防通道暢通|Fire ways free"),
    ("clean", Head.PREMISES, 15, "店内店外干净|店內店外乾淨|Clean inside and outside"),
)
FIRST_VETOES = (
    ("no_licence", "没有营业执照|沒有營業執照|No licence"),
    ("spoilt_goods", "卖假货或过期货|賣假貨或過期貨|Sells fake or expired goods"),
    ("short_weight", "缺斤短两|缺斤短兩|Gives short weight"),
)
FIRST_SHEET = Sheet(
    items=[
        SheetItem(code, head, _names(names), points) for code, head, points, names in FIRST_ITEMS
    ],
    vetoes=[SheetVeto(code, _names(names)) for code, names in FIRST_VETOES],
    pass_points=80,
)
"""What a community begins with; its manager makes another version."""


@dataclass(frozen=True, slots=True)
class MakeScoreSheet:
    """A new version of the sheet."""

    sheet: Sheet
    number: int
    """The version it takes the place of; another one in force by now is refused."""


def find_newest_sheet(work: Work) -> ScoreSheet | None:
    """Return the version in force as it is stored; None where `FIRST_SHEET` is still untouched."""
    return work.session.scalar(work.select(ScoreSheet).order_by(ScoreSheet.number.desc()).limit(1))


def get_sheet_in_force(work: Work) -> tuple[int, Sheet]:
    """Return the number and the content of the version in force."""
    stored = find_newest_sheet(work)
    return (1, FIRST_SHEET) if stored is None else (stored.number, read_sheet(stored))


def store_first_sheet(session: Session, community_id: UUID, *, now: datetime) -> ScoreSheet:
    """Return the version in force as it is stored, so that an inspection may refer to it.

    The community is locked, so that one first version is stored.
    """
    stored = session.scalar(
        select(ScoreSheet)
        .where(ScoreSheet.community_id == community_id)
        .order_by(ScoreSheet.number.desc())
        .limit(1)
    )
    if stored is None:
        stored = _make_row(community_id, FIRST_SHEET, number=1, account_id=None, now=now)
        session.add(stored)
        session.flush()
    return stored


def make_score_sheet(work: Work, request: MakeScoreSheet) -> ScoreSheet:
    """Put a new version of the sheet into force; inspections keep the version they were made by.

    Raises:
        ValueRefusedError: a head is empty, a name stands twice, or nobody could pass.
        StaleRecordError: somebody has made another version meanwhile.
    """
    locked_community(work.session, work.community_id)
    if fault := find_sheet_fault(request.sheet):
        raise ValueRefusedError("/sheet", f"This sheet cannot be used: {fault}.")
    earlier = store_first_sheet(work.session, work.community_id, now=work.now)
    if earlier.number != request.number:
        raise StaleRecordError("There is a newer score sheet; read that one first.")
    row = _make_row(
        work.community_id,
        request.sheet,
        number=earlier.number + 1,
        account_id=work.actor.account_id,
        now=work.now,
    )
    work.session.add(row)
    work.note("score_sheet.made", row, number=row.number)
    return row


def read_sheet(row: ScoreSheet) -> Sheet:
    """Return the content of a version."""
    items = [SheetItem(**{**item, "head": Head(item["head"])}) for item in row.items]
    return Sheet(items, [SheetVeto(**veto) for veto in row.vetoes], row.pass_points)


def _make_row(
    community_id: UUID, sheet: Sheet, *, number: int, account_id: UUID | None, now: datetime
) -> ScoreSheet:
    return ScoreSheet(
        community_id=community_id,
        number=number,
        items=[_as_json(item) for item in sheet.items],
        vetoes=[_as_json(veto) for veto in sheet.vetoes],
        pass_points=sheet.pass_points,
        account_id=account_id,
        made_at=now,
    )


def _as_json(one: SheetItem | SheetVeto) -> dict[str, Any]:
    return {name: dict(value) if isinstance(value, Mapping) else value
            for name, value in asdict(one).items()}  # fmt: skip
