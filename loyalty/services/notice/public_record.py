"""The record of a draw, with which anyone can do it again; docs/lottery.md describes it."""

import json
from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy.orm import Session

from loyalty.models import Community, Round
from loyalty.rules.calendar import Month
from loyalty.rules.ranking import Candidate
from loyalty.rules.record import draw_lots, lines_of, lists_in, rank_round, source_in
from loyalty.rules.selection import RoundState
from loyalty.services.notice.public_notice import public_rounds
from loyalty.services.selection.seeds import find_refused_seeds

FORMAT = "loyalty-record-2"
FORMAT_WITHOUT_SOURCE = "loyalty-record-1"
"""Of lists that were frozen before their source was named."""


def public_record(
    session: Session,
    community: Community,
    month: Month,
    *,
    now: datetime,
    draw: str | None = None,
) -> dict[str, Any]:
    """Return the record of a round's draw: before the seed exists, what was frozen.

    It names none of the candidates, so it stays when the names of the notice are taken down, and
    when the round is called off: nobody freezes or draws a second time unseen.

    Args:
        draw: hash of the frozen list that is meant; None is the one that holds.

    Raises:
        UnknownRecordError: the list of the month is not frozen yet, or there is no such list.
    """
    shown, *others = public_rounds(session, community, month, draw)
    frozen, drawn = shown.frozen_list or "", shown.drawn_at is not None
    named = source_in(frozen) is not None
    return {
        "format": FORMAT if named else FORMAT_WITHOUT_SOURCE,
        "community": community.slug,
        "month": str(month),
        "hash": shown.frozen_hash,
        "frozen_at": _written(shown.frozen_at, now),
        "source": json.loads(lines_of(frozen)[0]) if named else None,
        "drawn_at": _written(shown.drawn_at, now),
        "seed": shown.seed,
        "witnesses": shown.witnesses,
        "called_off": shown.state == RoundState.CANCELLED,
        "refused_seeds": _refused_seeds(session, shown, now),
        "other_lists": [one.frozen_hash for one in others],
        "lines": _lines(frozen),
        "results": _results(shown) if drawn else [],
    }


def _written(moment: datetime | None, now: datetime) -> str | None:
    """Return an instant on the community's wall clock."""
    return None if moment is None else moment.astimezone(now.tzinfo).isoformat()


def _refused_seeds(session: Session, shown: Round, now: datetime) -> list[dict[str, Any]]:
    return [
        {"at": _written(one.at, now), "reasons": one.reasons, "seed": one.seed}
        for one in find_refused_seeds(session, shown.community_id, shown.id)
    ]


def _lines(frozen: str) -> list[dict[str, str]]:
    return [
        {"text": line, "sha256": sha256(line.encode()).hexdigest()} for line in lines_of(frozen)
    ]


def _results(shown: Round) -> list[dict[str, Any]]:
    lists = draw_lots(lists_in(shown.frozen_list or ""), shown.seed or "")
    return [
        {
            "round": frozen.reference,
            "selected": _in_order(ranking.selected),
            "reserves": _in_order(ranking.reserves),
        }
        for frozen, ranking in zip(lists, rank_round(lists), strict=True)
    ]


def _in_order(candidates: Iterable[Candidate]) -> list[dict[str, str]]:
    return [{"reference": one.reference, "lot": one.lot} for one in candidates]
