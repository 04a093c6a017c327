"""The list on which people sign for their cards, on paper and as a table, in any language."""

from collections.abc import Sequence

from babel.dates import format_skeleton
from flask_babel import get_locale, gettext, ngettext

from loyalty.clock import as_local
from loyalty.models import Card, Round
from loyalty.reports.sign_list import SignGroup, SignList, SignRow, draw_sign_list
from loyalty.reports.workbooks import write_list
from loyalty.rules.card_number import last4
from loyalty.services.cards.hand_out import AreaCards
from loyalty.services.community.policy import community_of
from loyalty.services.work import Work

_WIDTHS = (14, 8, 16, 24, 14, 28, 14)


def print_sign_list(
    work: Work, selection_round: Round, areas: Sequence[AreaCards], *, language: str
) -> bytes:
    """Return the list as a PDF, an area a page.

    Args:
        work: of whoever prints it.
        selection_round: whose cards they are.
        areas: with the cards; somebody is left to sign.
        language: as HTML writes it.
    """
    community = community_of(work.session, work.actor)
    title = title_of(selection_round)
    said = SignList(
        language=language,
        community=community.name,
        title=title,
        columns=(
            gettext("序号"),
            gettext("姓名"),
            gettext("住址"),
            gettext("末四位"),
            gettext("领卡人签名"),
            gettext("日期"),
        ),
        groups=[
            SignGroup(
                name_of(one),
                ngettext("%(num)d张卡", "%(num)d张卡", len(one.to_sign_for)),
                [_row(work, card) for card in one.to_sign_for],
            )
            for one in areas
            if one.to_sign_for
        ],
        footer=gettext("本人领卡时签名。这张表有姓名，用完交回社区保存。"),
        demonstration=gettext("演示：这里的人和卡都是虚构的。")
        if community.demonstration
        else None,
    )
    return draw_sign_list(said, drawn_at=work.now)


def write_sign_table(work: Work, selection_round: Round, areas: Sequence[AreaCards]) -> bytes:
    """Return the same list as a workbook; the area is a column, by which it is filtered."""
    headings = (
        gettext("责任区"),
        gettext("序号"),
        gettext("姓名"),
        gettext("住址"),
        gettext("末四位"),
        gettext("领卡人签名"),
        gettext("日期"),
    )
    rows = [
        (name_of(one), str(number), row.name, row.unit, row.last4, row.handed_over, "")
        for one in areas
        for number, row in enumerate((_row(work, card) for card in one.to_sign_for), start=1)
    ]
    return write_list(title_of(selection_round), headings, rows, widths=_WIDTHS)


def title_of(selection_round: Round) -> str:
    """Return what the list is called."""
    month = format_skeleton("yMMMM", selection_round.month, locale=get_locale())
    return str(gettext("%(month)s打折卡签收单", month=month))


def name_of(one: AreaCards) -> str:
    """Return what an area is called; that of nobody, too."""
    return one.area.name if one.area is not None else str(gettext("未分责任区"))


def _row(work: Work, card: Card) -> SignRow:
    day = ""
    if card.handed_over_at is not None:
        given = as_local(card.handed_over_at, work.actor.timezone)
        on = format_skeleton("MMMd", given.date(), locale=get_locale())
        day = str(gettext("%(day)s已交到", day=on))
    return SignRow(card.resident.name, card.resident.unit, last4(card.serial), day)
