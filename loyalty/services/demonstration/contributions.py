"""What was given beside the discount in the demonstration: the figures that its model reports."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import product

from sqlalchemy.orm import Session

from loyalty.models import Contribution, ImportJob
from loyalty.rules.benefit import Label
from loyalty.rules.calendar import Month
from loyalty.rules.contributions import ContributionState, Unit
from loyalty.rules.money import NOTHING, Fen
from loyalty.services.demonstration.cast import Cast
from loyalty.services.imports.jobs import ImportKind
from loyalty.services.ledger.contributions import RecordContribution, approve_contribution
from loyalty.services.ledger.many_contributions import NamedContribution, record_many
from loyalty.services.work import Work

PLACES = ("天山", "昆仑", "和平", "北门", "友谊", "光明", "红旗", "新华", "胜利")
MAKERS = [
    "面粉厂",
    "纺织厂",
    "机械厂",
    "乳业",
    "果品公司",
    "建材厂",
    "印刷厂",
    "服装厂",
    "食品厂",
    "运输公司",
]

ENTERPRISES = [place + maker for maker, place in product(MAKERS, PLACES)]

LISTS = (
    ("directed_purchase", (3_705_000, 89), Unit.ENTERPRISES, "对口消费合同", ENTERPRISES),
    ("subsidised_loan", (2_090_000, 47), Unit.LOANS, "借据", None),
    ("rent_relief", (284_000, 109), Unit.SHOPS, "减免单", None),
)
"""Kind, yuan and by how many it is shared, in which unit they count, their papers, who gave."""

RESTAURANTS = ("老王家常菜", "雪莲抓饭", "北门拌面", "清真一品", "幸福小厨")
VOLUNTEER_DAYS = (16, 28)

Given = tuple[str, int, int, Unit | None, str]

OTHERS: tuple[Given, ...] = (
    ("promotion", 175_000, 3_500, Unit.VISITS, "节日促销总结"),
    ("night_market", 1_800_000, 1_500, Unit.VISITS, "夜市客流记录（一晚）"),
    ("facility", 470_000, 1, Unit.ITEMS, "舞台验收单"),
    ("station_fund", 100_000, 0, None, "党群服务站拨款单"),
    ("station_fund", 100_000, 0, None, "工会服务站拨款单"),
    ("new_jobs", 0, 14, Unit.JOBS, "用工登记"),
)
"""Kind, yuan, how many of which unit, and where it is written down."""


def give_what_was_reported(session: Session, cast: Cast) -> None:
    """Let the clerk have taken in last month's lists, and the manager approved what is large."""
    month = cast.story.this_month.plus(-1)
    rows = [*_list_rows(month)]
    at = cast.story.at(month.last, 16)
    work = Work(session, cast.clerk, at)
    job = ImportJob(
        community_id=work.community_id,
        kind=ImportKind.CONTRIBUTIONS.value,
        row_count=len(rows),
        valid_rows=[{"row": place, "cells": {}} for place in range(2, len(rows) + 2)],
        errors=[],
        uploaded_by=cast.clerk.account_id,
        uploaded_at=at,
        applied_at=at,
    )
    session.add(job)
    work.note("import.applied", job, kind=job.kind, rows=len(rows), right=len(rows))
    for entry in record_many(work, rows, import_id=job.id):
        _approve(session, cast, entry)


def _approve(session: Session, cast: Cast, entry: Contribution) -> None:
    if entry.state == ContributionState.WAITING:
        approve_contribution(
            Work(session, cast.manager, cast.story.at(entry.happened_on, 17)), entry.id
        )


def _list_rows(month: Month) -> Iterator[NamedContribution]:
    """Yield what the model of the demonstration reports of a month, each with its evidence."""
    for kind, (yuan, parts), unit, paper, names in LISTS:
        for place, share in enumerate(_share_out(yuan, parts)):
            day = _day(month, place)
            evidence = f"{paper}{place + 1:03d}号"
            yield _row(day, (kind, share, 1, unit, evidence), names[place] if names else None)
    for place, other in enumerate(OTHERS):
        yield _row(_day(month, place), other)
    for name in RESTAURANTS:
        yield _row(month.first, ("free_meal", 0, 1, Unit.SHOPS, f"爱心餐厅协议（{name}）"), name)
    for number in VOLUNTEER_DAYS:
        paper = f"{number}日志愿服务签到表"
        yield _row(_day(month, number - 1), ("service_day", 0, 1, Unit.DAYS, paper))


def _row(day: date, given: Given, giver: str | None = None) -> NamedContribution:
    kind, yuan, quantity, unit, evidence = given
    return NamedContribution(
        RecordContribution(
            kind=kind,
            happened_on=day,
            label=Label.ATTESTED,
            amount_fen=Fen(yuan * 100) if yuan else NOTHING,
            quantity_hundredths=quantity * 100,
            unit=unit,
            evidence=evidence,
        ),
        giver_name=giver,
        receiver_name=None,
    )


def _day(month: Month, after: int) -> date:
    return month.first + timedelta(days=after % month.last.day)


def _share_out(total: int, parts: int) -> list[int]:
    """Divide an amount into whole parts that add up to it."""
    each, rest = divmod(total, parts)
    return [each + (place < rest) for place in range(parts)]
