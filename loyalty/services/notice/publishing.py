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
from loyalty.rules.record import draw_lots, lists_in
from loyalty.services.community.working_days import last_day_of
from loyalty.services.selection.at_work import RoundAtWork, versions_of
from loyalty.services.selection.drawing import reference_of
from loyalty.services.selection.screening import draw_order
from loyalty.services.work import Work


def publish_notice(work: Work, at_work: RoundAtWork) -> NoticeVersion:
    """Publish the first version of a round's notice, which runs for its working days."""
    selection_round, days = at_work.selection_round, at_work.selection_round.notice_working_days
    selection_round.published_at = work.now
    selection_round.notice_last = last_day_of(
        work.session, work.community_id, work.now.date(), days
    )
    return _publish(work, at_work, NoticeKind.FIRST, _lists(at_work))


def publish_changes(work: Work, at_work: RoundAtWork) -> NoticeVersion | None:
    """Publish who stands on the lists by now; None if nothing has changed.

    Whoever has moved up has not been objected to yet, so the notice then runs for the working days
    of a supplementary notice, and never ends earlier than it would have.
    """
    lists = _lists(at_work)
    published = json.loads(at_work.versions[-1].content)["lists"]
    if lists == published:
        return None
    kind = NoticeKind.CORRECTION
    if _references_in(lists) - _references_in(published):
        kind = NoticeKind.SUPPLEMENTARY
        at_work.selection_round.notice_last = _supplementary_last(work, at_work.selection_round)
    return _publish(work, at_work, kind, lists)


def take_down(work: Work, at_work: RoundAtWork) -> None:
    """Take the notice of a round that is called off down at once, if there is one."""
    if at_work.selection_round.published_at is not None:
        _publish(work, at_work, NoticeKind.TAKEN_DOWN, [])


def latest_version(session: Session, selection_round: Round) -> NoticeVersion:
    """Return the version of a published notice that holds now."""
    return versions_of(session, selection_round)[-1]


def _publish(
    work: Work, at_work: RoundAtWork, kind: NoticeKind, lists: Sequence[Mapping[str, Any]]
) -> NoticeVersion:
    selection_round, number = at_work.selection_round, len(at_work.versions) + 1
    version = _version(selection_round, kind, number, lists, now=work.now)
    work.session.add(version)
    for newcomer in at_work.candidates_who_are(Outcome.SELECTED):
        newcomer.notice_last = newcomer.notice_last or selection_round.notice_last
    work.note(f"notice.{kind}", version, number=number)
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


def _supplementary_last(work: Work, selection_round: Round) -> date:
    days = work.session.get_one(Community, work.community_id).supplementary_notice_working_days
    last = last_day_of(work.session, work.community_id, work.now.date(), days)
    return max(selection_round.notice_last or last, last)


def _lists(at_work: RoundAtWork) -> list[dict[str, Any]]:
    """Return who stands on each list and why, as it is published: references, no names."""
    selection_round = at_work.selection_round
    drawn = draw_lots(lists_in(selection_round.frozen_list or ""), selection_round.seed or "")
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
