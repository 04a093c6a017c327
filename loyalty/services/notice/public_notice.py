"""The notice of a round as anyone may read it: names are shown as the people agree right now.

Names are taken down thirty days after the notice has ended, and at once if the round is called off.
What proves the draw names nobody, and stays.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from loyalty.models import (
    Area,
    Candidate,
    Community,
    NoticeVersion,
    Objection,
    Resident,
    Round,
)
from loyalty.rules.basis import Basis
from loyalty.rules.calendar import Month
from loyalty.rules.masking import mask_name
from loyalty.rules.notice import find_last_day_shown
from loyalty.rules.record import chances_in
from loyalty.rules.seed_source import NamedSource
from loyalty.rules.selection import RoundState
from loyalty.services.community.names import names_of
from loyalty.services.community.working_days import years_without_table
from loyalty.services.errors import UnknownRecordError
from loyalty.services.selection.at_work import RoundAtWork, versions_of
from loyalty.services.selection.planning import LISTS
from loyalty.services.selection.screening import draw_order
from loyalty.services.selection.seeds import RefusedSeed, find_refused_seeds, source_of
from loyalty.services.selection.waiting_lines import disputable_lines


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """One person on a list."""

    line: int
    """Place in the draw; it stays the same when somebody else leaves the list."""
    reference: str
    name: str
    """Masked, unless the person agrees at this moment that it is published."""
    basis: Basis
    score_from: int
    """Band of the score, both ends included, in hundredths of a point."""
    score_to: int
    lottery_place: int | None
    lottery_of: int | None
    area: str | None
    """Name of the liaison area whose minimum gave the seat."""
    disputable: bool
    """It is not confirmed yet, so objections to it are taken in while the notice runs."""


@dataclass(frozen=True, slots=True)
class NoticeList:
    """The list of one honour."""

    honour: str
    """Code of the honour."""
    honour_name: str
    """In zh-Hans."""
    honour_names: Mapping[str, str]
    """By language."""
    quota: int
    lines: Sequence[NoticeLine]


@dataclass(frozen=True, slots=True)
class ListChances:
    """How many candidates of one list had which chance of a seat, the best chance first."""

    of: NoticeList
    """The list, without its lines."""
    people: Mapping[int, int]
    """Chance in ten-thousandths → how many candidates."""


@dataclass(frozen=True, slots=True)
class PublicDraw:
    """What is known of a draw from the freeze on."""

    source: NamedSource | None
    """What gives the seed; None where the list was frozen before sources were named."""
    seed: str | None
    """None before the draw."""
    refused_seeds: Sequence[RefusedSeed]
    """What else was entered as the seed of this list, and not taken."""
    chances: Sequence[ListChances]
    """How likely each candidate was to be selected, list by list in the order of the draw."""


@dataclass(frozen=True, slots=True)
class Answered:
    """An objection that was answered, told without anybody's name."""

    decided_on: date
    upheld: bool
    reason: str


@dataclass(frozen=True, slots=True)
class PublicNotice:
    """What is public of a round now."""

    community: str
    """Short name of the community."""
    month: Month
    state: RoundState
    frozen_hash: str | None
    frozen_at: datetime | None
    draw: PublicDraw
    versions: Sequence[NoticeVersion]
    """The last one holds; none before the notice is published."""
    content: str | None
    """Text of the version that holds, as it was hashed."""
    last_day: date | None
    """Last day of the notice, included, and so of objections."""
    shown_until: date | None
    """Last day on which the names can be read."""
    taken_down: bool
    """Whether the names have been taken down: no list has a line then."""
    other_draws: Sequence[str]
    """Hashes of the other lists that were frozen for the month, in rounds that were called off."""
    official_calendar: bool
    """Whether the working days were counted with the year's own holidays, published or entered."""
    lists: Sequence[NoticeList]
    open_objections: int
    answered: Sequence[Answered]


def public_notice(
    session: Session,
    community: Community,
    month: Month,
    *,
    now: datetime,
    draw: str | None = None,
) -> PublicNotice:
    """Return what anyone may read of a round; before the notice that is the list's hash.

    Args:
        draw: hash of the frozen list that is meant; None is the one that holds.

    Raises:
        UnknownRecordError: nothing of the month is public yet, or no such list.
    """
    shown, *others = public_rounds(session, community, month, draw)
    versions = versions_of(session, shown)
    taken_down = not names_are_shown(shown, versions, today=now.date())
    objections = [] if taken_down else _objections_to(session, shown)
    return PublicNotice(
        community=community.slug,
        month=month,
        state=RoundState(shown.state),
        frozen_hash=shown.frozen_hash,
        frozen_at=shown.frozen_at,
        draw=_draw_of(session, shown),
        versions=versions,
        content=versions[-1].content if versions else None,
        last_day=shown.notice_last,
        shown_until=find_last_day_shown(versions[-1].last_day) if versions else None,
        taken_down=taken_down,
        other_draws=[one.frozen_hash for one in others if one.frozen_hash],
        official_calendar=_is_official(session, versions),
        lists=_headings(shown) if taken_down else _lists(session, shown, versions, now=now),
        open_objections=sum(one.decided_at is None for one in objections),
        answered=_answered(objections, now),
    )


def _is_official(session: Session, versions: Sequence[NoticeVersion]) -> bool:
    """Return whether the holidays of every year that a notice runs through are known."""
    years = {
        (one.community_id, day.year) for one in versions for day in (one.first_day, one.last_day)
    }
    return not any(
        years_without_table(session, community_id, year, year) for community_id, year in years
    )


def names_are_shown(
    selection_round: Round, versions: Sequence[NoticeVersion], *, today: date
) -> bool:
    """Return whether the names of a round's notice have not been taken down yet."""
    over = bool(versions) and today > find_last_day_shown(versions[-1].last_day)
    return selection_round.state != RoundState.CANCELLED and not over


def public_rounds(
    session: Session, community: Community, month: Month, draw: str | None = None
) -> list[Round]:
    """Return the rounds of a month whose list was frozen, the one that is meant first.

    One that was called off stays, drawn or not: a second try would be hidden without the first.

    Args:
        draw: hash of the frozen list that is meant; None is the one that holds.

    Raises:
        UnknownRecordError: nothing of the month is frozen yet, or there is no such list.
    """
    rounds = list(
        session.scalars(
            select(Round)
            .where(
                Round.community_id == community.id,
                Round.month == month.first,
                Round.frozen_at.is_not(None),
            )
            .options(LISTS)
            .order_by(Round.state == RoundState.CANCELLED, Round.created_at.desc())
        )
    )
    meant = next((one for one in rounds if draw in {None, one.frozen_hash}), None)
    if meant is None:
        raise UnknownRecordError(f"Nothing of {month} is public.")
    return [meant, *(one for one in rounds if one is not meant)]


def _draw_of(session: Session, shown: Round) -> PublicDraw:
    chances = chances_in(shown.frozen_list or "")
    return PublicDraw(
        source=source_of(shown),
        seed=shown.seed,
        refused_seeds=find_refused_seeds(session, shown.community_id, shown.id),
        chances=[
            ListChances(heading, dict(sorted(Counter(of_list).items(), reverse=True)))
            for heading, of_list in zip(_headings(shown), chances, strict=True)
            if of_list
        ],
    )


def _answered(objections: Iterable[Objection], now: datetime) -> list[Answered]:
    return [
        Answered(one.decided_at.astimezone(now.tzinfo).date(), bool(one.upheld), one.reason)
        for one in objections
        if one.decided_at is not None and one.reason is not None
    ]


def _objections_to(session: Session, shown: Round) -> Sequence[Objection]:
    return session.scalars(
        select(Objection)
        .where(Objection.community_id == shown.community_id, Objection.round_id == shown.id)
        .order_by(Objection.decided_at)
    ).all()


def _headings(shown: Round) -> list[NoticeList]:
    """Return the lists without their lines, in the order of the draw."""
    return [
        NoticeList(one.honour.code, one.honour.name, names_of(one.honour), one.quota, ())
        for one in sorted(shown.lists, key=draw_order)
    ]


def _lists(
    session: Session, shown: Round, versions: Sequence[NoticeVersion], *, now: datetime
) -> list[NoticeList]:
    """Return the lists of the version that holds; none before there is one."""
    if not versions:
        return []
    at_work = RoundAtWork(session, shown, now)
    standing = {(one.round_list.honour.code, one.reference): one for one in at_work.candidates}
    disputable = {one.id for one in disputable_lines(at_work)}
    # The ids alone tell whose areas these are; the condition spares reading the others'.
    areas = {
        str(area.id): area.name
        for area in session.scalars(select(Area).where(Area.community_id == shown.community_id))
    }
    honours = {one.honour.code: one.honour for one in shown.lists}
    return [
        NoticeList(
            honour=one["honour"],
            honour_name=honours[one["honour"]].name,
            honour_names=names_of(honours[one["honour"]]),
            quota=one["quota"],
            lines=[
                _line(line, candidate, areas, disputable=candidate.id in disputable)
                for line in one["lines"]
                for candidate in [standing[one["honour"], line["reference"]]]
            ],
        )
        for one in json.loads(versions[-1].content)["lists"]
    ]


def _line(
    line: Mapping[str, Any], candidate: Candidate, areas: Mapping[str, str], *, disputable: bool
) -> NoticeLine:
    return NoticeLine(
        **{
            **line,
            "name": publicly_named(candidate.resident),
            "basis": Basis(line["basis"]),
            "area": areas.get(line["area"]),
            "disputable": disputable,
        }
    )


def publicly_named(resident: Resident) -> str:
    """Return a resident's name, masked unless they agree that it is published."""
    return resident.name if resident.consent_publicity else mask_name(resident.name)
