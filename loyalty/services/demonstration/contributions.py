"""What was given beside the discount in the demonstration: the figures that its model reports."""

from datetime import timedelta

from sqlalchemy.orm import Session

from loyalty.rules.benefit import Label
from loyalty.rules.contributions import ContributionState, Unit
from loyalty.rules.money import Fen
from loyalty.services.demonstration.cast import Cast
from loyalty.services.ledger.contributions import (
    RecordContribution,
    approve_contribution,
    record_contribution,
)
from loyalty.services.work import Work

GIVEN: tuple[tuple[str, int, int, Unit | None, str], ...] = (
    ("directed_purchase", 3_705_000, 89, Unit.ENTERPRISES, "对口消费台账"),
    ("subsidised_loan", 2_090_000, 47, Unit.SHOPS, "贴息贷款名册"),
    ("rent_relief", 284_000, 109, Unit.SHOPS, "房租暖气减免名册"),
    ("promotion", 175_000, 3_500, Unit.VISITS, "节日促销总结"),
    ("night_market", 1_800_000, 1_500, Unit.VISITS, "夜市客流记录（一晚）"),
    ("facility", 470_000, 1, Unit.ITEMS, "舞台验收单"),
    ("station_fund", 100_000, 0, None, "党群服务站拨款单"),
    ("station_fund", 100_000, 0, None, "工会服务站拨款单"),
    ("new_jobs", 0, 14, Unit.JOBS, "用工登记"),
    ("free_meal", 0, 5, Unit.SHOPS, "爱心餐厅名单"),
    ("service_day", 0, 2, Unit.DAYS, "16日和28日志愿服务签到表"),
)
"""Kind, yuan, how many of which unit, and where it is written down."""


def give_what_was_reported(session: Session, cast: Cast) -> None:
    """Let the clerk have entered last month's contributions, and the manager approved the large."""
    month = cast.story.this_month.plus(-1)
    for place, (kind, yuan, quantity, unit, evidence) in enumerate(GIVEN):
        day = month.first + timedelta(days=place)
        request = RecordContribution(
            kind=kind,
            happened_on=day,
            label=Label.ATTESTED,
            amount_fen=Fen(yuan * 100),
            quantity_hundredths=quantity * 100,
            unit=unit,
            evidence=evidence,
        )
        entry = record_contribution(Work(session, cast.clerk, cast.story.at(day, 16)), request)
        if entry.state == ContributionState.WAITING:
            approve_contribution(Work(session, cast.manager, cast.story.at(day, 17)), entry.id)
