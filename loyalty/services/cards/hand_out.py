"""Cards on their way into the hands of those they are for, many at a time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from loyalty.models import Area, Card
from loyalty.rules.card_action import CardAction, CardObstacle, find_obstacles, next_state
from loyalty.rules.card_number import last4
from loyalty.rules.card_state import WORKING, CardState
from loyalty.services.audit import note
from loyalty.services.cards.acts import HOLDER, FindCards, find_cards, make_event
from loyalty.services.cards.sheets import as_walked
from loyalty.services.errors import UnknownRecordError, ValueRefusedError
from loyalty.services.work import Work

MOST_AT_ONCE = 1000
"""How many cards a program may hand over in one call; all of a round are more at the console."""

MOST_OF_A_ROUND = 10_000


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A card that was not handed over: something was done with it meanwhile."""

    card: Card
    obstacles: Sequence[CardObstacle]


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What became of cards that were to be handed over."""

    done: Sequence[Card]
    left_out: Sequence[LeftOut]


@dataclass(frozen=True, slots=True)
class AreaCards:
    """The cards of one liaison area, in the order of their homes."""

    area: Area | None
    """None for the cards of people whose area nobody has entered."""
    cards: Sequence[Card]

    @property
    def waiting(self) -> Sequence[Card]:
        """Those that nobody has handed over yet."""
        return [card for card in self.cards if card.state == CardState.ISSUED]

    @property
    def to_sign_for(self) -> Sequence[Card]:
        """Those that work, so that nobody signs for a card that is lost or stopped."""
        return [card for card in self.cards if card.state in WORKING]


def hand_over_cards(work: Work, card_ids: Iterable[UUID]) -> HandedOver:
    """Write down that cards are in their holders' hands; what changed meanwhile is left out.

    Raises:
        UnknownRecordError: the community does not have all of these cards; then none is changed.
        ValueRefusedError: there are none.
    """
    wanted = set(card_ids)
    if not wanted:
        raise ValueRefusedError("/card_ids", "There is no card to hand over.")
    cards = _lock_cards(work, wanted)
    if len(cards) < len(wanted):
        raise UnknownRecordError("The community has no such card.")
    left_out = [LeftOut(card, found) for card in cards if (found := _obstacles_of(work, card))]
    stopped = {one.card.id for one in left_out}
    done = [card for card in cards if card.id not in stopped]
    for card in done:
        _hand_over(work, card)
    work.session.flush()
    return HandedOver(done, left_out)


def cards_by_area(work: Work, round_id: UUID) -> Sequence[AreaCards]:
    """Return the living cards of a round, an area after the other by name, the arealess last."""
    wanted = FindCards(round_id=round_id, living=True)
    found = find_cards(work, wanted, limit=MOST_OF_A_ROUND, after=None).items
    areas = {area.id: area for area in work.session.scalars(work.select(Area))}
    by_area: dict[UUID | None, list[Card]] = {}
    for card in as_walked(found):
        by_area.setdefault(card.resident.area_id, []).append(card)
    named = [AreaCards(areas[one], cards) for one, cards in by_area.items() if one is not None]
    rest = [AreaCards(None, by_area[None])] if None in by_area else []
    return [*sorted(named, key=_name_of_area), *rest]


def cards_ending_in(cards: Iterable[Card], digits: Iterable[str]) -> dict[str, list[Card]]:
    """Return which cards have each of some last four digits: one, none, or several."""
    found: dict[str, list[Card]] = {one: [] for one in digits}
    for card in cards:
        if (ending := last4(card.serial)) in found:
            found[ending].append(card)
    return found


def _lock_cards(work: Work, wanted: set[UUID]) -> Sequence[Card]:
    """Return cards as they stand now; in one order, so that two clerks wait and do not block."""
    query = (
        work.select(Card)
        .where(Card.id.in_(wanted))
        .order_by(Card.id)
        .options(*HOLDER)
        .with_for_update(of=Card)
        .execution_options(populate_existing=True)
    )
    return work.session.scalars(query).all()


def _obstacles_of(work: Work, card: Card) -> Sequence[CardObstacle]:
    return find_obstacles(
        CardAction.HAND_OVER,
        CardState(card.state),
        valid_until=card.valid_until,
        today=work.now.date(),
    )


def _hand_over(work: Work, card: Card) -> None:
    card.state = next_state(CardAction.HAND_OVER, CardState(card.state))
    card.handed_over_at = work.now
    work.session.add(make_event(work, card, CardAction.HAND_OVER, None))
    note(
        work.session,
        work.actor,
        f"card.{CardAction.HAND_OVER}",
        community_id=work.community_id,
        subject_id=card.id,
        now=work.now,
    )


def _name_of_area(one: AreaCards) -> str:
    return one.area.name if one.area is not None else ""
