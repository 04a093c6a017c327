"""Issuing: the winners of a round get their cards."""

from loyalty.models import Candidate, Community, Round
from loyalty.rules.calendar import Month, find_validity
from loyalty.services.cards.revocations import publish_revocations
from loyalty.services.cards.signing import Award, sign_cards
from loyalty.services.selection.at_work import RoundAtWork
from loyalty.services.selection.waiting_lines import ready_lines


def issue_cards(at_work: RoundAtWork, *, sealing_key: bytes) -> None:
    """Sign the cards of all lines that wait for nothing and have none: all of them or none.

    The caller holds the round's row, so that two who issue at once do so one after the other.
    """
    session, selection_round, now = at_work.session, at_work.selection_round, at_work.now
    awards = [_award_of(selection_round, winner) for winner in ready_lines(at_work)]
    sign_cards(session, selection_round, awards, sealing_key=sealing_key, now=now)
    # Tills get a list with the first cards, so that none has to accept them without one.
    community = session.get_one(Community, selection_round.community_id)
    publish_revocations(session, community, sealing_key=sealing_key, now=now)


def _award_of(selection_round: Round, winner: Candidate) -> Award:
    round_list = winner.round_list
    _, valid_until = find_validity(Month.of(selection_round.month), round_list.months_valid)
    return Award(
        resident_id=winner.resident_id,
        honour=round_list.honour,
        pay_permille=round_list.pay_permille,
        valid_until=valid_until,
        notice_last=winner.notice_last,
    )
