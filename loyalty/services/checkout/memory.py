"""What the till's hot path keeps in memory: tills with their shop and policy, keys, cards' terms.

Every query of the hot path brings the directory's version along; triggers in the database move it
on with each change of a community, honour, shop, term, till or key. A worker that meets another
version forgets what it knew and asks again, so a revoked till is refused on its very next call.
"""

import hashlib
from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from psycopg import Connection
from psycopg.rows import dict_row

from loyalty.cards.token import CardClaims, verify_token
from loyalty.rules.certification import CertificationState, gives_discount, state_on
from loyalty.rules.discount import effective_exclusions
from loyalty.rules.limits import Limits, Overrides, more_generous
from loyalty.rules.money import Permille, Rounding
from loyalty.services.actors import StaffMember, Till
from loyalty.services.errors import SignInError, UnknownRecordError

MOST_REMEMBERED = 20_000
"""Verified tokens, and terms of cards, that one worker keeps before it begins anew."""

SHOP_AND_POLICY = """
       (SELECT version FROM directory_version) AS directory_version,
       shop.id AS shop_id, shop.community_id, community.timezone, community.slug,
       shop.state, shop.certified_until, shop.category, shop.opted_in_categories,
       shop.discountable_per_sale_fen AS shop_per_sale, shop.uses_per_shop_day AS shop_uses,
       community.discountable_per_sale_fen, community.uses_per_shop_day, community.uses_per_day,
       community.saved_per_month_fen, community.rounding, community.excluded_categories,
       community.version AS rule_version, community.late_days, community.late_days_on_paper,
       (SELECT coalesce(json_object_agg(honour_id, pay_permille), '{}')
          FROM shop_term
         WHERE shop_term.community_id = shop.community_id AND shop_term.shop_id = shop.id) AS terms,
       (SELECT json_object_agg(id, code) FROM honour
         WHERE honour.community_id = community.id) AS honours
  FROM shop
  JOIN community ON community.id = shop.community_id
"""

PAIRED_TILL = f"""
SELECT till.id AS till_id, {SHOP_AND_POLICY}
  JOIN till ON till.community_id = shop.community_id AND till.shop_id = shop.id
 WHERE till.token_hash = %s AND till.revoked_at IS NULL
"""

SHOP_OF_THE_DESK = f"""
SELECT {SHOP_AND_POLICY}
 WHERE shop.id = %s AND shop.community_id = %s
"""

PUBLIC_KEY = "SELECT public_key, community_id FROM signing_key WHERE key_id = %s"


@dataclass(frozen=True, slots=True, kw_only=True)
class SellingShop:
    """A shop with all that decides a sale there and changes seldom."""

    shop_id: UUID
    community_id: UUID
    timezone: str
    community_slug: str
    state: CertificationState
    """The shop's, as last decided."""
    certified_until: date | None
    category: str
    terms: dict[UUID, Permille]
    """The shop's agreed rate by honour."""
    honours: dict[UUID, str]
    """Codes of the community's honours."""
    limits: Limits
    rounding: Rounding
    excluded_categories: frozenset[str]
    """After the shop's own opt-ins."""
    rule_version: int
    late_days: int
    """How many days after it was made a sale may arrive without staff looking at it."""
    late_days_on_paper: int
    directory_version: int
    """Under which all this was read."""

    def certified_on(self, day: date) -> bool:
        """Whether the shop's certification holds on a day."""
        return gives_discount(state_on(self.state, self.certified_until, day))


@dataclass(frozen=True, slots=True, kw_only=True)
class Counter(SellingShop):
    """A till in its shop."""

    till: Till


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk(SellingShop):
    """The community's desk, where an account writes down what a shop sold by paper."""

    clerk: StaffMember


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The public half of a signing key, and whose it is."""

    raw: bytes
    community_id: UUID


@dataclass(frozen=True, slots=True)
class CardTerms:
    """What never changes of a card."""

    card_id: UUID
    community_id: UUID
    honour_id: UUID
    pay_permille: Permille
    valid_from: date
    valid_until: date


@dataclass(slots=True)
class Snapshot:
    """What one worker remembers under one version of the directory."""

    version: int = 0
    counters: dict[bytes, Counter] = field(default_factory=dict)
    keys: dict[str, PublicKey] = field(default_factory=dict)
    tokens: dict[str, CardClaims] = field(default_factory=dict)
    """Verified tokens by their one spelling."""
    cards: dict[tuple[UUID, str], CardTerms] = field(default_factory=dict)
    """By community and serial."""


class Directory:
    """The memory of one worker. It is always safe to forget."""

    def __init__(self) -> None:
        self._snapshot = Snapshot()

    def met(self, version: int) -> None:
        """Take note of the version a query brought along, and forget all if it is another."""
        if version != self._snapshot.version:
            self._snapshot = Snapshot(version=version)

    def look(self, connection: Connection[Any]) -> None:
        """Ask for the version, where no query of the call brings it along."""
        row = connection.execute("SELECT version FROM directory_version").fetchone()
        self.met(row[0] if row else 0)

    def counter(self, connection: Connection[Any], token: str) -> Counter:
        """Return the till of a token with its shop and policy.

        Raises:
            SignInError: the till was revoked, or never paired.
        """
        token_hash = hashlib.sha256(token.encode()).digest()
        known = self._snapshot.counters.get(token_hash)
        if known is not None:
            return known
        cursor = connection.cursor(row_factory=dict_row)
        row = cursor.execute(PAIRED_TILL, (token_hash,)).fetchone()
        if row is None:
            raise SignInError("This till is not paired, or was revoked; pair it again.")
        counter = _counter(row)
        self.met(counter.directory_version)
        snapshot = self._snapshot
        if snapshot.version == counter.directory_version:
            snapshot.counters[token_hash] = counter
        return counter

    def key(self, connection: Connection[Any], key_id: str) -> PublicKey | None:
        """Return a public key by its id; None if nobody here has such a key."""
        known = self._snapshot.keys.get(key_id)
        if known is None:
            row = connection.execute(PUBLIC_KEY, (key_id,)).fetchone()
            if row is None:
                return None
            known = self._snapshot.keys[key_id] = PublicKey(*row)
        return known

    def verified(self, token: str, key: PublicKey) -> CardClaims:
        """Return what a token says; its signature is looked at once and remembered.

        Raises:
            BadTokenError, ForgedTokenError: as `verify_token`.
        """
        tokens = self._snapshot.tokens
        if (claims := tokens.get(token)) is None:
            claims = verify_token(token, key.raw)
            _remember(tokens, token, claims)
        return claims

    def card(self, community_id: UUID, serial: str) -> CardTerms | None:
        """Return the terms of a community's card that was met before."""
        return self._snapshot.cards.get((community_id, serial))

    def remember_card(self, serial: str, card: CardTerms) -> None:
        """Keep the terms of a card for its next sale."""
        _remember(self._snapshot.cards, (card.community_id, serial), card)


def _remember(memory: dict[Any, Any], key: Hashable, value: Any) -> None:
    if len(memory) >= MOST_REMEMBERED:
        memory.clear()
    memory[key] = value


def desk_at(connection: Connection[Any], clerk: StaffMember, shop_id: UUID) -> Desk:
    """Return the desk of an account, for a shop of its community.

    Raises:
        UnknownRecordError: the community has no such shop.
    """
    row = (
        connection.cursor(row_factory=dict_row)
        .execute(SHOP_OF_THE_DESK, (shop_id, clerk.community_id))
        .fetchone()
    )
    if row is None:
        raise UnknownRecordError("The community has no such shop.")
    return Desk(clerk=clerk, **_shop_and_policy(row))


def _counter(row: dict[str, Any]) -> Counter:
    till = Till(
        till_id=row["till_id"],
        shop_id=row["shop_id"],
        community_id=row["community_id"],
        timezone=row["timezone"],
    )
    return Counter(till=till, **_shop_and_policy(row))


def _shop_and_policy(row: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of `SellingShop` from a row of `SHOP_AND_POLICY`."""
    community = Limits(
        discountable_per_sale=row["discountable_per_sale_fen"],
        uses_per_shop_day=row["uses_per_shop_day"],
        uses_per_day=row["uses_per_day"],
        saved_per_month=row["saved_per_month_fen"],
    )
    shop = Overrides(discountable_per_sale=row["shop_per_sale"], uses_per_shop_day=row["shop_uses"])
    return {
        "shop_id": row["shop_id"],
        "community_id": row["community_id"],
        "timezone": row["timezone"],
        "community_slug": row["slug"],
        "state": CertificationState(row["state"]),
        "certified_until": row["certified_until"],
        "category": row["category"],
        "terms": {UUID(honour): Permille(pay) for honour, pay in row["terms"].items()},
        "honours": {UUID(honour): code for honour, code in row["honours"].items()},
        "limits": more_generous(community, shop),
        "rounding": Rounding(row["rounding"]),
        "excluded_categories": effective_exclusions(
            frozenset(row["excluded_categories"]), frozenset(row["opted_in_categories"])
        ),
        "rule_version": row["rule_version"],
        "late_days": row["late_days"],
        "late_days_on_paper": row["late_days_on_paper"],
        "directory_version": row["directory_version"],
    }
