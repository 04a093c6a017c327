"""Lists that nobody imports: cards, cases, matters, complaints, accounts, what a community sets."""

from datetime import datetime

from flask_babel import gettext

from loyalty.clock import as_local
from loyalty.pages.staff.lists.office_list import ListTable, read_all
from loyalty.rules.benefit import Party
from loyalty.rules.calendar import Month
from loyalty.rules.card_number import last4
from loyalty.rules.complaint import ComplaintKind
from loyalty.rules.contributions import Unit
from loyalty.rules.money import Fen, Permille, format_yuan, pay_in_words
from loyalty.rules.sale_case import CaseDecision, CaseKind
from loyalty.rules.selection import RoundState
from loyalty.services.cards.acts import FindCards, find_cards
from loyalty.services.community.contribution_kinds import list_contribution_kinds
from loyalty.services.community.honours import honours_of
from loyalty.services.deeds.deeds import list_deed_kinds
from loyalty.services.deeds.points import format_points
from loyalty.services.late_sales.cases import FindCases, find_cases
from loyalty.services.matters.matters import (
    FindMatters,
    MatterKind,
    MatterState,
    Raiser,
    find_matters,
)
from loyalty.services.selection.planning import rounds_page
from loyalty.services.shops.complaints import FindComplaints, find_complaints
from loyalty.services.staff.accounts import find_accounts
from loyalty.services.work import Work
from loyalty.words.cases import DECISIONS, case_words
from loyalty.words.complaints import COMPLAINT_KINDS, complaint_words
from loyalty.words.contributions import PARTIES, UNITS, kind_name
from loyalty.words.deeds import deed_kind_name
from loyalty.words.honours import honour_name
from loyalty.words.matters import MATTER_KINDS, MATTER_STATES, RAISERS
from loyalty.words.roles import ROLES
from loyalty.words.states import ROUND_STATES, card_state_words


def list_cards(work: Work) -> ListTable:
    """Return the cards, the latest first, each told by its last four digits."""
    found = read_all(lambda limit, after: find_cards(work, FindCards(), limit=limit, after=after))
    return ListTable(
        [
            gettext("持卡人"),
            gettext("住址"),
            gettext("末四位"),
            gettext("荣誉"),
            gettext("有效到"),
            gettext("状态"),
        ],
        [
            [
                card.resident.name,
                card.resident.unit,
                last4(card.serial),
                honour_name(card.honour),
                card.valid_until.isoformat(),
                str(card_state_words(card, today=work.now.date())),
            ]
            for card in found
        ],
    )


def list_cases(work: Work) -> ListTable:
    """Return the cases about sales, the newest first, decided or not."""
    found = read_all(
        lambda limit, after: find_cases(work, FindCases(limit=limit, after=after, open=None))
    )
    return ListTable(
        [
            gettext("哪天"),
            gettext("店名"),
            gettext("什么事"),
            gettext("怎么处理的"),
            gettext("为什么"),
        ],
        [
            [
                _day(work, case.opened_at),
                case.shop.name,
                str(case_words(CaseKind(case.kind), kept=case.quarantined_sale is not None).word),
                "" if case.decision is None else str(DECISIONS[CaseDecision(case.decision)].word),
                case.reason or "",
            ]
            for case in found
        ],
    )


def list_matters(work: Work) -> ListTable:
    """Return what was raised and how it was answered, the latest first; not who wants to know."""
    found = read_all(lambda limit, after: find_matters(work, FindMatters(limit, after)))
    return ListTable(
        [
            gettext("编号"),
            gettext("清单"),
            gettext("什么事"),
            gettext("谁提的"),
            gettext("答复期限"),
            gettext("状态"),
            gettext("答复"),
        ],
        [
            [
                str(matter.number),
                str(MATTER_KINDS[MatterKind(matter.kind)]),
                matter.text,
                str(RAISERS[Raiser(matter.raised_by)]),
                matter.due_on.isoformat() if matter.due_on else "",
                str(MATTER_STATES[MatterState(matter.state)]),
                matter.answer or "",
            ]
            for matter in found
        ],
    )


def list_complaints(work: Work) -> ListTable:
    """Return what was complained of, the latest first, and how it was answered; never by whom."""
    found = read_all(
        lambda limit, after: find_complaints(work, FindComplaints(limit=limit, after=after))
    )
    today = work.now.date()
    return ListTable(
        [
            gettext("店名"),
            gettext("什么事"),
            gettext("哪一天"),
            gettext("说了什么"),
            gettext("应答复"),
            gettext("状态"),
            gettext("答复"),
        ],
        [
            [
                one.shop.name,
                str(COMPLAINT_KINDS[ComplaintKind(one.kind)]),
                one.happened_on.isoformat(),
                one.text or "",
                one.due_on.isoformat(),
                str(complaint_words(one, today=today).word),
                one.answer or "",
            ]
            for one in found
        ],
    )


def list_rounds(work: Work) -> ListTable:
    """Return the rounds, the latest first."""
    found = read_all(lambda limit, after: rounds_page(work, limit=limit, after=after))
    return ListTable(
        [gettext("哪一期"), gettext("名额"), gettext("公示到"), gettext("状态")],
        [
            [
                str(Month.of(one.month)),
                gettext("、").join(f"{honour_name(of.honour)} {of.quota}" for of in one.lists),
                one.notice_last.isoformat() if one.notice_last else "",
                str(ROUND_STATES[RoundState(one.state)]),
            ]
            for one in found
        ],
    )


def list_accounts(work: Work) -> ListTable:
    """Return the accounts and what each may do."""
    found = read_all(lambda limit, after: find_accounts(work, limit=limit, after=after))
    return ListTable(
        [gettext("姓名"), gettext("登录名"), gettext("做什么"), gettext("状态")],
        [
            [
                one.display_name,
                one.username,
                gettext("、").join(str(ROLES[role]) for role in one.roles),
                gettext("可以登录") if one.active else gettext("已停用"),
            ]
            for one in found
        ],
    )


def list_honours(work: Work) -> ListTable:
    """Return the honours, those that were retired, too."""
    return ListTable(
        [gettext("荣誉"), gettext("代码"), gettext("每期几名"), gettext("折数"), gettext("状态")],
        [
            [
                honour_name(one),
                one.code,
                str(one.quota or gettext("不定")),
                pay_in_words(Permille(one.pay_permille)) if one.pay_permille else gettext("不定"),
                gettext("在评") if one.active else gettext("不再评"),
            ]
            for one in honours_of(work)
        ],
    )


def list_kinds_of_deeds(work: Work) -> ListTable:
    """Return the kinds of good deeds with their points."""
    return ListTable(
        [gettext("种类"), gettext("代码"), gettext("一次计几分"), gettext("每月最多")],
        [
            [
                deed_kind_name(kind),
                kind.code,
                format_points(kind.points_hundredths),
                format_points(kind.monthly_cap_hundredths)
                if kind.monthly_cap_hundredths
                else gettext("不限"),
            ]
            for kind in list_deed_kinds(work.session, work.community_id)
        ],
    )


def list_kinds_of_contributions(work: Work) -> ListTable:
    """Return the kinds of contributions, those that were retired, too."""
    return ListTable(
        [
            gettext("种类"),
            gettext("代码"),
            gettext("谁给的"),
            gettext("给谁的"),
            gettext("数量按什么数"),
            gettext("一个人最多记（元）"),
            gettext("状态"),
        ],
        [
            [
                kind_name(kind),
                kind.code,
                str(PARTIES[Party(kind.giver)]),
                str(PARTIES[Party(kind.receiver)]),
                gettext("、").join(str(UNITS[Unit(unit)]) for unit in kind.units),
                format_yuan(Fen(kind.alone_fen)),
                gettext("在用") if kind.active else gettext("不再用"),
            ]
            for kind in list_contribution_kinds(work.session, work.community_id)
        ],
    )


def _day(work: Work, moment: datetime) -> str:
    return as_local(moment, work.actor.timezone).date().isoformat()
