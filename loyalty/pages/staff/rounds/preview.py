"""What follows from an action on a round, in figures and dates, said before it is done."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from types import MappingProxyType
from typing import Any, NamedTuple

from flask_babel import gettext

from loyalty.models import Candidate, Round
from loyalty.pages.staff.confirmation import NamedPeople
from loyalty.pages.values import full_day, listed
from loyalty.rules.calendar import Month, find_validity
from loyalty.rules.outcome import Outcome
from loyalty.rules.selection import RoundAction
from loyalty.services.rounds.progress import NoticeDays, Progress, notice_days
from loyalty.services.selection.at_work import RoundAtWork
from loyalty.services.selection.seeds import source_of
from loyalty.services.selection.waiting_lines import lines_without_card, ready_lines
from loyalty.words.honours import honour_name
from loyalty.words.obstacles import reason_name
from loyalty.words.seeds import EXAMPLES, source_in_words

TOMORROW = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a preview is drawn from."""

    at_work: RoundAtWork
    progress: Progress


def _of_draw(seen: Seen) -> list[str]:
    selection_round = seen.at_work.selection_round
    told = [gettext("封存名单的校验码：%(hash)s", hash=selection_round.frozen_hash)]
    source = source_of(selection_round)
    if source is None:
        return told
    return [
        *told,
        gettext("种子：%(source)s。", source=source_in_words(source)),
        gettext("这样填：%(example)s。", example=EXAMPLES[source.code]),
    ]


def _quotas(seen: Seen) -> list[str]:
    lists = [
        gettext("%(honour)s%(quota)s名", honour=honour_name(one.honour), quota=one.quota)
        for one in seen.at_work.selection_round.lists
    ]
    return [gettext("名额：%(lists)s。", lists=listed(lists))]


def _of_screening(seen: Seen) -> list[str]:
    progress = seen.progress
    sentences = [gettext("现在有%(people)s位候选人。", people=progress.people())]
    if progress.pending:
        sentences.append(
            gettext("还有%(pending)s条居民推荐没有核对，届时不算数。", pending=progress.pending)
        )
    return sentences


def _of_panel(seen: Seen) -> list[str]:
    progress = seen.progress
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


def _of_publication(seen: Seen) -> list[str]:
    return [_winners(seen), *_of_notice(notice_days(seen.at_work))]


def _of_confirmation(seen: Seen) -> list[str]:
    return [_winners(seen), *_of_running(seen.at_work.selection_round), *_of_waiting(seen)]


def _of_issue(seen: Seen) -> list[str]:
    return [_winners(seen), *_of_waiting(seen), *_validity(seen.at_work.selection_round)]


def _winners(seen: Seen) -> str:
    winners = gettext(
        "%(selected)s人入选，%(reserve)s人候补。",
        selected=seen.progress.people(Outcome.SELECTED),
        reserve=seen.progress.people(Outcome.RESERVE),
    )
    return str(winners)


def _screened_out(seen: Seen) -> list[NamedPeople]:
    """Return who has not passed the screening, and why."""
    out = [
        gettext(
            "%(name)s（%(reasons)s）",
            name=_called(one),
            reasons=listed(reason_name(code) for code in one.reasons),
        )
        for one in seen.at_work.candidates_who_are(Outcome.SCREENED_OUT)
    ]
    # Whoever stands on two lists is named once.
    return [NamedPeople(gettext("不合条件"), list(dict.fromkeys(out)))] if out else []


def _selected(seen: Seen) -> list[NamedPeople]:
    """Return who is selected, list by list, the first place first."""
    selected = sorted(
        seen.at_work.candidates_who_are(Outcome.SELECTED), key=lambda one: one.place or 0
    )
    return [
        NamedPeople(
            honour_name(one.honour), [_called(each) for each in selected if each.list_id == one.id]
        )
        for one in seen.at_work.selection_round.lists
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


def _of_waiting(seen: Seen) -> list[str]:
    """Return how many have their cards first, where others have to wait."""
    ready = len(ready_lines(seen.at_work))
    waiting = len(lines_without_card(seen.at_work)) - ready
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
    periods = {
        one.months_valid: find_validity(month, one.months_valid) for one in selection_round.lists
    }
    return [
        gettext("卡从%(first)s起用，到%(last)s止。", first=full_day(first), last=full_day(last))
        for first, last in periods.values()
    ]


def no_official_days() -> str:
    """Return the warning that the days were reckoned without the published calendar."""
    return str(gettext("放假安排还没有公布，先按周一到周五算。"))


def _nothing(_: Seen) -> list[Any]:
    return []


class Shown(NamedTuple):
    """How one action is shown before it is taken."""

    told: Callable[[Seen], list[str]]
    """What it will do to this round, in figures and dates, a sentence each."""
    people: Callable[[Seen], Sequence[NamedPeople]] = _nothing
    """Whom it is about, by name: whoever says yes has seen it."""
    fairness: bool = False
    """The report on fairness is to be looked at before."""


SHOWN: Mapping[RoundAction, Shown] = MappingProxyType(
    {
        RoundAction.OPEN: Shown(_quotas),
        RoundAction.SCREEN: Shown(_of_screening),
        RoundAction.START_REVIEW: Shown(_of_panel, _screened_out),
        RoundAction.FREEZE: Shown(_of_panel),
        RoundAction.DRAW: Shown(_of_draw),
        RoundAction.PUBLISH: Shown(_of_publication, _selected),
        RoundAction.CONFIRM: Shown(_of_confirmation, _selected, fairness=True),
        RoundAction.ISSUE: Shown(_of_issue, _selected),
        RoundAction.CLOSE: Shown(_nothing),
        RoundAction.CANCEL: Shown(_nothing),
    }
)
