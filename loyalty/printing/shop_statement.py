"""What the printed statement of a shop's month says, in the reader's language."""

from decimal import Decimal

from babel.dates import format_skeleton
from flask_babel import format_date, get_locale, gettext, ngettext

from loyalty.models import Shop
from loyalty.reports.shop_statement import StatedFigure, StatementSheet, draw_shop_statement
from loyalty.rules.calendar import Month
from loyalty.rules.money import Fen
from loyalty.services.community.policy import community_of
from loyalty.services.ledger.benefit import Sums
from loyalty.services.ledger.new_people import NEW_AFTER
from loyalty.services.ledger.shop_statement import ShopStatement
from loyalty.services.work import Work


def print_shop_statement(work: Work, told: ShopStatement, *, language: str) -> bytes:
    """Return the statement as a PDF of one page.

    Args:
        work: of whoever prints it.
        told: the month.
        language: as HTML writes it.
    """
    community = community_of(work.session, work.actor)
    running = told.month == Month.of(work.now.date())
    title = gettext("%(month)s对账单", month=_month(told.month))
    sheet = StatementSheet(
        language=language,
        community=community.name,
        title=title,
        shop=told.shop.name,
        details=_details(told.shop, running=running),
        figures=_figures(told),
        months_title=gettext("前几个月"),
        columns=(gettext("月份"), gettext("人次"), gettext("实收（元）"), gettext("让利（元）")),
        months=[_row(month, sums) for month, sums in told.before],
        people_title=gettext("来了多少人"),
        people=[
            (gettext("用卡的人"), _count(told.people)),
            (gettext("新来的"), _count(told.new_people)),
            (gettext("来过的"), _count(told.known_people)),
        ],
        notes=[
            gettext(
                "新来的：这个月之前%(days)s天没在本店用过卡。只数人，不记是谁；不到5人的不写，写“—”。",
                days=NEW_AFTER.days,
            ),
            gettext("数字来自收银设备和补录的纸质登记。哪一笔不对，在“我的店”里查，或者告诉社区。"),
        ],
        footer=gettext("%(day)s打印", day=format_date(work.now.date(), "long")),
        demonstration=gettext("演示：这里的人和卡都是虚构的。")
        if community.demonstration
        else None,
    )
    return draw_shop_statement(sheet, drawn_at=work.now)


def _details(shop: Shop, *, running: bool) -> str:
    plaque = gettext("牌号%(number)s", number=shop.plaque_number) if shop.plaque_number else None
    so_far = gettext("这个月还没有过完，数字算到现在。") if running else None
    return " · ".join(part for part in (shop.stall, plaque, so_far) if part)


def _figures(told: ShopStatement) -> list[StatedFigure]:
    sums = told.sums
    yuan = gettext("元")
    return [
        StatedFigure(
            gettext("用卡"),
            f"{sums.uses:,}",
            ngettext("次", "次", sums.uses),
            gettext("用卡次数，已减去整笔撤销和退货的。"),
        ),
        StatedFigure(
            gettext("持卡人付的钱"),
            _yuan(sums.payable_fen),
            yuan,
            gettext("店里实收的，撤销和退货已减去。"),
        ),
        StatedFigure(
            gettext("店里让的利"), _yuan(sums.saved_fen), yuan, gettext("原价减去实际付的钱。")
        ),
        StatedFigure(
            gettext("原价"), _yuan(sums.total_fen), yuan, gettext("这些商品不打折要卖多少。")
        ),
        StatedFigure(
            gettext("撤销和退货"),
            f"{told.taken_back:,}",
            ngettext("笔", "笔", told.taken_back),
            gettext("这个月里退回的，不管哪天卖的。"),
        ),
    ]


def _row(month: Month, sums: Sums) -> tuple[str, str, str, str]:
    return _month(month), f"{sums.uses:,}", _yuan(sums.payable_fen), _yuan(sums.saved_fen)


def _month(month: Month) -> str:
    return str(format_skeleton("yMMMM", month.first, locale=get_locale()))


def _yuan(amount: Fen) -> str:
    return f"{Decimal(amount) / 100:,.2f}"


def _count(people: int | None) -> str:
    return "—" if people is None else f"{people:,}"
