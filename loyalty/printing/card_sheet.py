"""What cards say on paper, in the reader's language, and the files that are printed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Any

from flask_babel import format_date, gettext
from sqlalchemy.orm import Session

from loyalty.cards.token import make_card_url
from loyalty.models import Community
from loyalty.printing.activation_slips import make_slips, make_slips_for_each
from loyalty.reports.activation_slips import ActivationSlip
from loyalty.reports.calibration import Calibration, draw_calibration
from loyalty.reports.card_face import HONOURS, CardFace, CodeGrain, draw_back, draw_front
from loyalty.reports.card_sheet import CardSheet, draw_card_sheet
from loyalty.reports.card_svg import svg_of
from loyalty.reports.month_pattern import pattern_of
from loyalty.reports.sheet_layout import SheetLayout
from loyalty.rules.calendar import Month
from loyalty.rules.card_number import group_digits, number_of
from loyalty.rules.honours import HonourColour
from loyalty.rules.masking import mask_name
from loyalty.rules.money import Permille
from loyalty.services.cards.sheets import PrintedCard
from loyalty.services.community.policy import community_of
from loyalty.services.shops.finding import find_rates_given
from loyalty.services.work import Work
from loyalty.words.honours import honour_name
from loyalty.words.rates import span_in_two_parts

SAMPLE_SERIAL = "000000000000"
"""No card has it."""


@dataclass(frozen=True, slots=True)
class Printing:
    """How cards are put on paper, beside where they stand."""

    language: str
    """As HTML writes it."""
    base_url: str
    """Where the service is reached; it begins the address in the QR."""
    now: datetime
    """On the wall clock of the community."""
    names: bool = False
    """Whether each card bears its holder's name, masked."""


def print_cards(
    work: Work, cards: Sequence[PrintedCard], layout: SheetLayout, printing: Printing
) -> bytes:
    """Return cards of the actor's community as a PDF to print, cut and hand out.

    With them come slips, each with a code that opens its holder's own page; they are made here, on
    pages of their own or within the fold.
    """
    community = community_of(work.session, work.actor)
    faces = card_faces(work.session, community, cards, printing)
    batch = gettext("批次%(batch)s", batch=faces[0].batch)
    held = [one.card for one in cards]
    slips: Sequence[ActivationSlip] = ()
    inside: Sequence[ActivationSlip | None] = ()
    if layout.code_inside:
        inside = make_slips_for_each(work, held, base_url=printing.base_url)
    else:
        slips = make_slips(work, held, base_url=printing.base_url)
    sheet = CardSheet(
        language=printing.language,
        title=f"{community.name} {faces[0].title} {batch}",
        faces=faces,
        footer=" · ".join((community.name, batch, gettext("按原大打印，不要缩放"))),
        front_name=gettext("正面"),
        back_name=gettext("背面"),
        slips=slips,
        inside=inside,
    )
    return draw_card_sheet(sheet, layout, drawn_at=printing.now)


def picture_card(
    session: Session,
    community: Community,
    card: PrintedCard,
    printing: Printing,
    *,
    back: bool = False,
) -> str:
    """Return one side of a card as SVG."""
    (face,) = card_faces(session, community, [card], printing)
    draw = draw_back if back else draw_front
    return svg_of(draw(face, CodeGrain()), language=printing.language)


def print_calibration(work: Work, layout: SheetLayout, *, language: str) -> bytes:
    """Return the sheet by which a printer is measured, drawn as the cards would be."""
    said = Calibration(
        language=language,
        title=gettext("校准页"),
        steps=(
            gettext("1. 按原大打印这一页，不要缩放，和打卡用同一台打印机、同一个纸盒。"),
            gettext("2. 用尺量纸的左边到竖线、上边到横线，都应是20毫米。"),
            gettext("3. 差多少，就把差数加进打印页的“右移”“下移”：少了填正数，多了填负数。"),
            gettext("4. 量两条竖线之间，应是150毫米；比例 = 150 ÷ 量得的数 × 100%。"),
            gettext("5. 再打印一次这一页，量准了就不用再动，这台电脑会记住。"),
        ),
        settings=gettext(
            "这一页：右移%(right)s毫米，下移%(down)s毫米，比例%(scale)s%%。",
            right=f"{layout.offset_x_mm:g}",
            down=f"{layout.offset_y_mm:g}",
            scale=f"{layout.scale * 100:g}",
        ),
        left=gettext("左边20毫米"),
        top=gettext("上边20毫米"),
        across=gettext("两线之间150毫米"),
        down=gettext("两线之间240毫米"),
        back=gettext("背面：对着光看，中间的十字应当和正面的重合。差一毫米以内，裁卡没有关系。"),
    )
    return draw_calibration(said, layout, drawn_at=work.now)


def card_faces(
    session: Session, community: Community, cards: Sequence[PrintedCard], printing: Printing
) -> Sequence[CardFace]:
    """Return what each card says; the rate is the one that its own page says."""
    spans: dict[tuple[int, str], tuple[Permille, Permille]] = {}
    for one in cards:
        pay, honour = Permille(one.card.pay_permille), one.card.honour.code
        if (pay, honour) not in spans:
            spans[pay, honour] = find_rates_given(
                session, community, pay, honour, today=printing.now.date()
            )
    face = partial(_face, community, printing, batch=f"{printing.now:%Y%m%d-%H%M}")
    return [face(one, spans[one.card.pay_permille, one.card.honour.code]) for one in cards]


def picture_sample(*, language: str, day: date) -> str:
    """Return the front of a card that belongs to nobody, for those who have not seen one."""
    number = number_of(SAMPLE_SERIAL)
    face = _say(
        language=language,
        community=gettext("社区"),
        honour=gettext("好邻居"),
        colour=HONOURS[HonourColour.BLUE],
        span=(Permille(850), Permille(850)),
        valid_until=Month.of(day).last,
        month=day,
        pattern=pattern_of(bytes(32), day.month),
        number=number,
        address="",
        batch="",
    )
    return svg_of(draw_front(face, CodeGrain()), language=language)


def picture_blank(*, language: str) -> str:
    """Return the front of a card that says neither whose it is nor what it gives nor until when.

    It shows where the codes are, and nothing that could be taken for the answer about a card.
    """
    number = number_of(SAMPLE_SERIAL)
    face = _say(
        language=language,
        community="",
        honour=gettext("打折卡"),
        colour=HONOURS[HonourColour.BLUE],
        span=(Permille(850), Permille(850)),
        valid_until=date.min,
        month=date.min,
        pattern=pattern_of(bytes(32), date.min.month),
        number=number,
        address="",
        batch="",
    )
    said = replace(face, rate="", share="", until_name="", until="", month="")
    return svg_of(draw_front(said, CodeGrain()), language=language)


def _face(
    community: Community,
    printing: Printing,
    printed: PrintedCard,
    span: tuple[Permille, Permille],
    *,
    batch: str,
) -> CardFace:
    """Return what one card says."""
    card, telephone = printed.card, community.telephone
    return _say(
        language=printing.language,
        community=community.name,
        honour=honour_name(card.honour),
        colour=HONOURS[HonourColour(card.honour.colour)],
        span=span,
        valid_until=card.valid_until,
        holder=mask_name(card.resident.name) if printing.names else "",
        month=printed.month,
        pattern=pattern_of(printed.public_key, printed.month.month),
        number=number_of(card.serial),
        address=make_card_url(printing.base_url, card.token),
        telephone=gettext("社区电话 %(number)s", number=telephone) if telephone else "",
        batch=batch,
        demonstration=gettext("演示") if community.demonstration else "",
    )


def _say(
    *,
    span: tuple[Permille, Permille],
    valid_until: date,
    month: date,
    number: str,
    holder: str = "",
    telephone: str = "",
    demonstration: str = "",
    **known: Any,
) -> CardFace:
    """Return a face with what is the same on all cards, in the reader's language."""
    rate, share = span_in_two_parts(*span)
    return CardFace(
        title=gettext("打折卡"),
        rate=rate,
        share=share,
        rate_note=gettext("以店内公示为准") if span[0] != span[1] else "",
        until_name=gettext("有效至"),
        until=format_date(valid_until, "long"),
        holder_name=gettext("持卡人"),
        holder=holder,
        # The skeleton of the same name stands for months that Babel shares between languages: which
        # one is asked for first, all others get.
        month=format_date(month, "MMM"),
        number=number,
        printed_number=group_digits(number),
        qr_name=gettext("扫码查卡"),
        rules=(
            gettext("在挂牌的爱心店铺用，结账前出示。"),
            gettext("折数以店内公示为准。"),
            gettext("扫左边的码，看卡能不能用、哪里能用。"),
            gettext("丢了请马上到社区挂失、补卡。"),
            gettext("店铺不给打折，请告诉社区。"),
        ),
        telephone=telephone,
        promise=gettext("不得转借 · 无储值 · 免费发放"),
        demonstration=demonstration,
        **known,
    )
