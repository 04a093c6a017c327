"""The notice of a round as anyone may read it: names are shown as the people agree right now."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from loyalty.models import (
    Area,
    Candidate,
    Community,
    NoticeVersion,
    Objection,
    Resident,
    Round,
    RoundList,
)
from loyalty.rules.basis import Basis
from loyalty.rules.calendar import Month
from loyalty.rules.masking import masked
from loyalty.rules.notice import last_day_shown
from loyalty.rules.selection import RoundState
from loyalty.services.errors import NoticeTakenDownError, UnknownRecordError
from loyalty.services.notices import versions_of
from loyalty.services.rounds import LISTS
from loyalty.services.waiting_lines import disputable_lines
from loyalty.services.working_days import years_without_table


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
    quota: int
    lines: Sequence[NoticeLine]


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
    versions: Sequence[NoticeVersion]
    """The last one holds; none before the notice is published."""
    content: str | None
    """Text of the version that holds, as it was hashed."""
    last_day: date | None
    """Last day of the notice, included, and so of objections."""
    shown_until: date | None
    """Last day on which the notice can be read."""
    official_calendar: bool
    """Whether the working days were counted with the year's own holidays, published or entered."""
    lists: Sequence[NoticeList]
    open_objections: int
    answered: Sequence[Answered]


def public_notice(
    session: Session, community: Community, month: Month, *, now: datetime
) -> PublicNotice:
    """Return what anyone may read of a round; before the notice that is the list's hash.

    Raises:
        NoticeTakenDownError: it ended more than thirty days ago, or the round was called off.
        UnknownRecordError: nothing of the month is public yet.
    """
    shown = public_round(session, community, month, today=now.date())
    versions = versions_of(session, shown)
    objections = session.scalars(
        select(Objection).where(Objection.round_id == shown.id).order_by(Objection.decided_at)
    ).all()
    years = {day.year for one in versions for day in (one.first_day, one.last_day)}
    return PublicNotice(
        community=community.slug,
        month=month,
        state=RoundState(shown.state),
        frozen_hash=shown.frozen_hash,
        frozen_at=shown.frozen_at,
        versions=versions,
        content=versions[-1].content if versions else None,
        last_day=shown.notice_last,
        shown_until=last_day_shown(versions[-1].last_day) if versions else None,
        official_calendar=not any(
            years_without_table(session, community.id, year, year) for year in years
        ),
        lists=_lists(session, shown, versions[-1], now=now) if versions else (),
        open_objections=sum(one.decided_at is None for one in objections),
        answered=[
            Answered(one.decided_at.astimezone(now.tzinfo).date(), bool(one.upheld), one.reason)
            for one in objections
            if one.decided_at is not None and one.reason is not None
        ],
    )


def public_round(session: Session, community: Community, month: Month, *, today: date) -> Round:
    """Return the round of a month, if anything of it is public.

    Raises:
        NoticeTakenDownError: its notice has been taken down.
        UnknownRecordError: its list is not frozen yet, or it has none.
    """
    rounds = session.scalars(
        select(Round)
        .where(Round.community_id == community.id, Round.month == month.first)
        .options(LISTS)
        .order_by(Round.state == RoundState.CANCELLED, Round.created_at.desc())
    ).all()
    found = next((one for one in rounds if one.frozen_at is not None), None)
    if found is None or (found.state == RoundState.CANCELLED and found.published_at is None):
        raise UnknownRecordError(f"Nothing of {month} is public.")
    versions = versions_of(session, found)
    over = bool(versions) and today > last_day_shown(versions[-1].last_day)
    if found.state == RoundState.CANCELLED or over:
        raise NoticeTakenDownError(f"The notice of {month} has been taken down.")
    return found


def _lists(
    session: Session, shown: Round, version: NoticeVersion, *, now: datetime
) -> list[NoticeList]:
    standing = _standing(session, shown)
    disputable = {one.id for one in disputable_lines(session, shown, now=now)}
    areas = {
        str(area.id): area.name
        for area in session.scalars(select(Area).where(Area.community_id == shown.community_id))
    }
    honours = {one.honour.code: one.honour for one in shown.lists}
    return [
        NoticeList(
            honour=one["honour"],
            honour_name=honours[one["honour"]].name,
            quota=one["quota"],
            lines=[
                _line(line, candidate, areas, disputable=candidate.id in disputable)
                for line in one["lines"]
                for candidate in [standing[one["honour"], line["reference"]]]
            ],
        )
        for one in json.loads(version.content)["lists"]
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


def _standing(session: Session, shown: Round) -> Mapping[tuple[str, str], Candidate]:
    """Return honour and reference → who has a place in the draw, with the resident."""
    candidates = session.scalars(
        select(Candidate)
        .join(Candidate.round_list)
        .where(RoundList.round_id == shown.id, Candidate.place.is_not(None))
        .options(
            joinedload(Candidate.resident),
            joinedload(Candidate.round_list).joinedload(RoundList.honour),
        )
    )
    return {(one.round_list.honour.code, one.reference): one for one in candidates}


def publicly_named(resident: Resident) -> str:
    """Return a resident's name, masked unless they agree that it is published."""
    return resident.name if resident.consent_publicity else masked(resident.name)
