"""What follows from an action on a round, in figures and dates, said before it is done."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from flask_babel import gettext
from sqlalchemy.orm import Session

from loyalty.models import Candidate, Round
from loyalty.pages.staff.confirmation import NamedPeople
from loyalty.pages.values import full_day, listed
from loyalty.rules.calendar import Month, validity
from loyalty.rules.outcome import Outcome
from loyalty.rules.selection import RoundAction
from loyalty.services.rounds.progress import NoticeDays, Progress, notice_days
from loyalty.services.selection.screening import candidates_of
from loyalty.services.selection.waiting_lines import lines_without_card, ready_lines
from loyalty.words.honours import honour_name
from loyalty.words.obstacles import reason_name

TOMORROW = timedelta(days=1)


def preview_of(
    session: Session,
    selection_round: Round,
    progress: Progress,
    action: RoundAction,
    *,
    now: datetime,
) -> list[str]:
    """Return what an action will do to this round, a sentence each."""
    told = {
        RoundAction.OPEN: lambda: [_quotas(selection_round)],
        RoundAction.SCREEN: lambda: _of_screening(progress),
        RoundAction.START_REVIEW: lambda: _of_panel(progress),
        RoundAction.FREEZE: lambda: _of_panel(progress),
        RoundAction.DRAW: lambda: [_hash(selection_round)],
        RoundAction.PUBLISH: lambda: [
            _winners(progress),
            *_of_notice(notice_days(session, selection_round, today=now.date())),
        ],
        RoundAction.CONFIRM: lambda: [
            _winners(progress),
            *_of_running(selection_round),
            *_of_waiting(session, selection_round, now=now),
        ],
        RoundAction.ISSUE: lambda: [
            _winners(progress),
            *_of_waiting(session, selection_round, now=now),
            *_validity(selection_round),
        ],
    }
    return told[action]() if action in told else []


def people_of(
    session: Session, selection_round: Round, action: RoundAction
) -> Sequence[NamedPeople]:
    """Return whom an action is about, by name: whoever says yes has seen it."""
    match action:
        case RoundAction.START_REVIEW:
            return _screened_out(session, selection_round)
        case RoundAction.PUBLISH | RoundAction.CONFIRM | RoundAction.ISSUE:
            return _selected(session, selection_round)
        case _:
            return []


def _hash(selection_round: Round) -> str:
    return str(gettext("封存名单的校验码：%(hash)s", hash=selection_round.frozen_hash))


def _quotas(selection_round: Round) -> str:
    lists = [
        gettext("%(honour)s%(quota)s名", honour=honour_name(one.honour), quota=one.quota)
        for one in selection_round.lists
    ]
    return str(gettext("名额：%(lists)s。", lists=listed(lists)))


def _of_screening(progress: Progress) -> list[str]:
    sentences = [gettext("现在有%(people)s位候选人。", people=progress.people())]
    if progress.pending:
        sentences.append(
            gettext("还有%(pending)s条居民推荐没有核对，届时不算数。", pending=progress.pending)
        )
    return sentences


def _of_panel(progress: Progress) -> list[str]:
    names = listed(one.account.display_name for one in progress.panel)
    sentences = [
        gettext("合格的%(people)s人进入名单。", people=progress.people(Outcome.ELIGIBLE)),
        *_of_households(progress),
        gettext("评委：%(names)s。", names=names)
        if names
        else gettext("没有请评委，只按好事积分排列。"),
    ]
    sentences += [
        gettext(
            "%(name)s还缺%(owed)s份打分。",
            name=one.account.display_name,
            owed=progress.owed[one.id],
        )
        for one in progress.panel
        if one.id in progress.owed
    ]
    if progress.unscorable:
        sentences.append(
            gettext("有%(people)s人全体评委都要回避，请添一位评委。", people=progress.unscorable)
        )
    return sentences


def _of_households(progress: Progress) -> list[str]:
    """Return how many lines the list will have, where members of a household stand on it."""
    if progress.lines == progress.people(Outcome.ELIGIBLE):
        return []
    return [
        gettext(
            "一张名单上一户只排得分高的一位；上了几张名单就占几行，封存时最多%(lines)s行。",
            lines=progress.lines,
        )
    ]


def _winners(progress: Progress) -> str:
    winners = gettext(
        "%(selected)s人入选，%(reserve)s人候补。",
        selected=progress.people(Outcome.SELECTED),
        reserve=progress.people(Outcome.RESERVE),
    )
    return str(winners)


def _screened_out(session: Session, selection_round: Round) -> list[NamedPeople]:
    """Return who has not passed the screening, and why."""
    out = [
        gettext(
            "%(name)s（%(reasons)s）",
            name=_called(one),
            reasons=listed(reason_name(code) for code in one.reasons),
        )
        for one in candidates_of(session, selection_round, Outcome.SCREENED_OUT)
    ]
    # Whoever stands on two lists is named once.
    return [NamedPeople(gettext("不合条件"), list(dict.fromkeys(out)))] if out else []


def _selected(session: Session, selection_round: Round) -> list[NamedPeople]:
    """Return who is selected, list by list, the first place first."""
    selected = sorted(
        candidates_of(session, selection_round, Outcome.SELECTED), key=lambda one: one.place or 0
    )
    return [
        NamedPeople(
            honour_name(one.honour), [_called(each) for each in selected if each.list_id == one.id]
        )
        for one in selection_round.lists
    ]


def _called(candidate: Candidate) -> str:
    return f"{candidate.resident.name} {candidate.resident.unit}"


def _of_notice(days: NoticeDays) -> list[str]:
    sentences = [
        gettext(
            "今天张榜，公示到%(last)s止，%(next)s起可以确认。",
            last=full_day(days.last),
            next=full_day(days.last + TOMORROW),
        )
    ]
    return sentences if days.official else [*sentences, no_official_days()]


def _of_running(selection_round: Round) -> list[str]:
    last = selection_round.notice_last
    if last is None:
        return []
    return [
        gettext(
            "公示到%(last)s止，%(next)s起可以确认。",
            last=full_day(last),
            next=full_day(last + TOMORROW),
        )
    ]


def _of_waiting(session: Session, selection_round: Round, *, now: datetime) -> list[str]:
    """Return how many have their cards first, where others have to wait."""
    ready = len(ready_lines(session, selection_round, now=now))
    waiting = len(lines_without_card(session, selection_round)) - ready
    if not ready or not waiting:
        return []
    return [
        gettext(
            "这一批%(ready)s人；其余%(waiting)s人等异议答复、公示期满，以后另发。",
            ready=ready,
            waiting=waiting,
        )
    ]


def _validity(selection_round: Round) -> list[str]:
    month = Month.of(selection_round.month)
    periods = {one.months_valid: validity(month, one.months_valid) for one in selection_round.lists}
    return [
        gettext("卡从%(first)s起用，到%(last)s止。", first=full_day(first), last=full_day(last))
        for first, last in periods.values()
    ]


def no_official_days() -> str:
    """Return the warning that the days were reckoned without the published calendar."""
    return str(gettext("放假安排还没有公布，先按周一到周五算。"))
