"""Publishing the notice of a round: a version for each change, kept with its hash and time."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy.orm import Session

from loyalty.models import Community, NoticeVersion, Round
from loyalty.rules.basis import standings_of
from loyalty.rules.calendar import Month
from loyalty.rules.notice import NoticeKind
from loyalty.rules.outcome import Outcome
from loyalty.rules.record import lists_in, with_lots
from loyalty.services.actors import StaffMember
from loyalty.services.audit import note
from loyalty.services.community.working_days import last_day_of
from loyalty.services.selection.at_work import RoundAtWork
from loyalty.services.selection.drawing import reference_of
from loyalty.services.selection.screening import draw_order


def publish_notice(at_work: RoundAtWork, actor: StaffMember, *, now: datetime) -> NoticeVersion:
    """Publish the first version of a round's notice, which runs for its working days."""
    session, selection_round, today = at_work.session, at_work.selection_round, now.date()
    selection_round.published_at = now
    selection_round.notice_last = last_day_of(
        session, selection_round.community_id, today, selection_round.notice_working_days
    )
    return _publish(at_work, actor, NoticeKind.FIRST, _lists(at_work), now=now)


def publish_changes(
    at_work: RoundAtWork, actor: StaffMember, *, now: datetime
) -> NoticeVersion | None:
    """Publish who stands on the lists by now; None if nothing has changed.

    Whoever has moved up has not been objected to yet, so the notice then runs for the working days
    of a supplementary notice, and never ends earlier than it would have.
    """
    session, selection_round = at_work.session, at_work.selection_round
    lists = _lists(at_work)
    published = json.loads(at_work.versions[-1].content)["lists"]
    if lists == published:
        return None
    kind = NoticeKind.CORRECTION
    if _references_in(lists) - _references_in(published):
        kind = NoticeKind.SUPPLEMENTARY
        selection_round.notice_last = _supplementary_last(session, selection_round, now.date())
    return _publish(at_work, actor, kind, lists, now=now)


def take_down(at_work: RoundAtWork, actor: StaffMember, *, now: datetime) -> None:
    """Take the notice of a round that is called off down at once, if there is one."""
    if at_work.selection_round.published_at is not None:
        _publish(at_work, actor, NoticeKind.TAKEN_DOWN, [], now=now)


def latest_version(session: Session, selection_round: Round) -> NoticeVersion:
    """Return the version of a published notice that holds now."""
    return versions_of(session, selection_round)[-1]


def versions_of(session: Session, selection_round: Round) -> Sequence[NoticeVersion]:
    """Return every version of a round's notice, the first one first."""
    return RoundAtWork(session, selection_round).versions


def _publish(
    at_work: RoundAtWork,
    actor: StaffMember,
    kind: NoticeKind,
    lists: Sequence[Mapping[str, Any]],
    *,
    now: datetime,
) -> NoticeVersion:
    session, selection_round = at_work.session, at_work.selection_round
    number = len(at_work.versions) + 1
    version = _version(selection_round, kind, number, lists, now=now)
    session.add(version)
    for newcomer in at_work.candidates_who_are(Outcome.SELECTED):
        newcomer.notice_last = newcomer.notice_last or selection_round.notice_last
    session.flush()
    note(
        session,
        actor,
        f"notice.{kind}",
        community_id=selection_round.community_id,
        subject_id=version.id,
        now=now,
        number=number,
    )
    return version


def _version(
    selection_round: Round,
    kind: NoticeKind,
    number: int,
    lists: Sequence[Mapping[str, Any]],
    *,
    now: datetime,
) -> NoticeVersion:
    first_day = now.date()
    last_day = max(selection_round.notice_last or first_day, first_day)
    members = {
        "month": str(Month.of(selection_round.month)),
        "number": number,
        "kind": kind,
        "first_day": first_day.isoformat(),
        "last_day": last_day.isoformat(),
        "frozen_hash": selection_round.frozen_hash,
        "lists": lists,
    }
    content = json.dumps(members, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return NoticeVersion(
        community_id=selection_round.community_id,
        round_id=selection_round.id,
        number=number,
        kind=kind.value,
        published_at=now,
        first_day=first_day,
        last_day=last_day,
        content=content,
        sha256=sha256(content.encode()).hexdigest(),
    )


def _references_in(lists: Sequence[Mapping[str, Any]]) -> set[str]:
    return {line["reference"] for one in lists for line in one["lines"]}


def _supplementary_last(session: Session, selection_round: Round, today: date) -> date:
    community = session.get_one(Community, selection_round.community_id)
    last = last_day_of(session, community.id, today, community.supplementary_notice_working_days)
    return max(selection_round.notice_last or last, last)


def _lists(at_work: RoundAtWork) -> list[dict[str, Any]]:
    """Return who stands on each list and why, as it is published: references, no names."""
    selection_round = at_work.selection_round
    drawn = with_lots(lists_in(selection_round.frozen_list or ""), selection_round.seed or "")
    standings = standings_of(drawn)
    standing = sorted(at_work.candidates_who_are(Outcome.SELECTED), key=lambda one: one.place or 0)
    return [
        {
            "honour": round_list.honour.code,
            "quota": round_list.quota,
            "lines": [
                {
                    # The place in the draw, so that a line keeps its number when another goes.
                    "line": one.place,
                    "reference": one.reference,
                    **asdict(standings[reference_of(selection_round, round_list), one.reference]),
                }
                for one in standing
                if one.list_id == round_list.id
            ],
        }
        for round_list in sorted(selection_round.lists, key=draw_order)
    ]
