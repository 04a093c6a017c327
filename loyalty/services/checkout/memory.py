"""What the till's hot path keeps in memory: tills with their shop and policy, keys, cards' terms.

Every query of the hot path brings the version of the community's directory along; triggers in the
database move it on with each change of that community, or of an honour, shop, term, till or key of
it. A worker that meets another version forgets what it knew of this community and asks again, so a
revoked till is refused on its very next call.
"""

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from psycopg import Connection
from psycopg.rows import dict_row

from loyalty.cards.rotating import unseal_secret
from loyalty.cards.token import CardClaims, read_claims, verify_token
from loyalty.rules.certification import CertificationState, gives_discount, state_on
from loyalty.rules.community_number import read_number_in_token
from loyalty.rules.discount import find_exclusions
from loyalty.rules.limits import Limits, Overrides, choose_more_generous
from loyalty.rules.money import Permille, Rounding
from loyalty.services.actors import StaffMember, Till
from loyalty.services.errors import SignInError, UnknownRecordError

MOST_REMEMBERED = 20_000
"""Tills, keys, verified codes and terms of cards, of all communities together, that one worker
keeps before it begins anew.
"""

SHOP_AND_POLICY = """
       (SELECT version FROM directory_version
         WHERE directory_version.community_id = %(community)s) AS directory_version,
       shop.id AS shop_id, shop.community_id, community.timezone, community.slug,
       shop.state, shop.certified_until, shop.category, shop.opted_in_categories,
       shop.discountable_per_sale_fen AS shop_per_sale, shop.uses_per_shop_day AS shop_uses,
       community.discountable_per_sale_fen, community.uses_per_shop_day, community.uses_per_day,
       community.saved_per_month_fen, community.rounding, community.excluded_categories,
       community.version AS rule_version, community.late_days, community.late_days_on_paper,
       (SELECT coalesce(json_object_agg(honour_id, pay_permille), '{}')
          FROM shop_term
         WHERE shop_term.community_id = %(community)s AND shop_term.shop_id = shop.id) AS terms,
       (SELECT json_object_agg(id, code) FROM honour
         WHERE honour.community_id = %(community)s) AS honours
  FROM shop
  JOIN community ON community.id = shop.community_id
"""
"""Every part names the community itself, so that a database on several nodes asks one of them."""

PAIRED_TILL = f"""
SELECT till.id AS till_id, {SHOP_AND_POLICY}
  JOIN till ON till.community_id = shop.community_id AND till.shop_id = shop.id
 WHERE till.community_id = %(community)s AND shop.community_id = %(community)s
   AND till.token_hash = %(token_hash)s AND till.revoked_at IS NULL
"""
NUMBERED = "SELECT id FROM community WHERE number = %(number)s"
WHOSE_TILL = "SELECT community_id FROM till WHERE token_hash = %(token_hash)s"
"""Whose a token is that its number does not lead to: it is of before there were numbers, or of a
community that came from another installation, where another number was its own.
"""

VERSION = "SELECT version FROM directory_version WHERE community_id = %s"

SHOP_OF_THE_DESK = f"""
SELECT {SHOP_AND_POLICY}
 WHERE shop.id = %(shop)s AND shop.community_id = %(community)s
"""

PAGE_OF_HANDLE = """
SELECT id, sealed_secret FROM own_page WHERE community_id = %(community)s AND handle = %(handle)s
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
class SignedClaims:
    """What a token says, its signature found good."""

    by: UUID
    """The community whose key has signed it."""
    claims: CardClaims


@dataclass(frozen=True, slots=True)
class CardTerms:
    """What never changes of a card."""

    card_id: UUID
    serial: str
    community_id: UUID
    honour_id: UUID
    pay_permille: Permille
    valid_from: date
    valid_until: date


class Remembered(NamedTuple):
    """Something that holds for one community, as long as its directory has one version."""

    community_id: UUID
    version: int | None
    """None where no query has told one yet."""
    value: Any


class Directory:
    """The memory of one worker. It is always safe to forget.

    What is remembered of a community holds under the version of its directory that was met last;
    a change in one community makes the worker forget nothing of the others.

    Args:
        sealing_key: opens the secrets of rotating codes; without it they cannot be read.
    """

    def __init__(self, sealing_key: bytes = b"") -> None:
        self._sealing_key = sealing_key
        self._versions: dict[UUID, int] = {}
        self._remembered: dict[tuple[object, ...], Remembered] = {}

    def met(self, community_id: UUID, version: int) -> None:
        """Take note of the version a query brought along; under another one all is forgotten."""
        self._versions[community_id] = version

    def look(self, connection: Connection[Any], token: str) -> None:
        """Ask for the version, where no query of the call brings it along."""
        known = self._remembered.get(("till", _hash(token)))
        if known is not None:
            row = connection.execute(VERSION, (known.community_id,)).fetchone()
            self.met(known.community_id, row[0] if row else 0)

    def refuse_revoked(self, connection: Connection[Any], token: str) -> None:
        """Refuse a till that was revoked, where it is answered without a query of the call.

        Raises:
            SignInError: the till was revoked.
        """
        self.look(connection, token)
        self.counter(connection, token)

    def known_counter(self, token: str) -> Counter | None:
        """Return the till of a token if it is remembered, without asking."""
        known: Counter | None = self._recall("till", _hash(token))
        return known

    def counter(self, connection: Connection[Any], token: str) -> Counter:
        """Return the till of a token with its shop and policy.

        Raises:
            SignInError: the till was revoked, or never paired.
        """
        if known := self.known_counter(token):
            return known
        row = _find_paired_till(connection, token)
        if row is None:
            raise SignInError("This till is not paired, or was revoked; pair it again.")
        counter = _counter(row)
        self.met(counter.community_id, counter.directory_version)
        self._remember(
            ("till", _hash(token)), counter.community_id, counter.directory_version, counter
        )
        return counter

    def key(self, connection: Connection[Any], key_id: str) -> PublicKey | None:
        """Return a public key by its id, which names its community; None if there is none."""
        known: PublicKey | None = self._recall("key", key_id)
        if known is None:
            row = connection.execute(PUBLIC_KEY, (key_id,)).fetchone()
            if row is None:
                return None
            known = PublicKey(*row)
            self._remember_of(known.community_id, ("key", key_id), known)
        return known

    def signed(self, connection: Connection[Any], token: str) -> SignedClaims | None:
        """Return what a token says, and by whom; None if nobody has its key.

        Raises:
            BadTokenError, ForgedTokenError: as `verify_token`.
        """
        key = self.key(connection, read_claims(token).key_id)
        return None if key is None else SignedClaims(key.community_id, verify_token(token, key.raw))

    def serial_in(self, community_id: UUID, code: str) -> str | None:
        """Return the serial that the token in a code of this very spelling was found to name."""
        serial: str | None = self._recall("code", community_id, code)
        return serial

    def remember_serial(self, community_id: UUID, code: str, serial: str) -> None:
        """Keep which card of a community a code names, its signature found good.

        One spelling of each card, so that no till fills the memory with those of a single one.
        """
        spelt = ("spelt", community_id, serial)
        if self._recall(*spelt) is None:
            self._remember_of(community_id, spelt, True)  # noqa: FBT003  # the value kept
            self._remember_of(community_id, ("code", community_id, code), serial)

    def secret(self, connection: Connection[Any], community_id: UUID, handle: str) -> bytes | None:
        """Return what makes the rotating codes of a handle; None if no page has it.

        A handle never gets another secret. One that is dead is found dead by the card's own query.
        """
        name = ("handle", community_id, handle)
        known: bytes | None = self._recall(*name)
        if known is None:
            wanted = {"community": community_id, "handle": handle}
            row = connection.execute(PAGE_OF_HANDLE, wanted).fetchone()
            if row is None:
                return None
            known = unseal_secret(row[1], row[0], sealing_key=self._sealing_key)
            self._remember_of(community_id, name, known)
        return known

    def card(self, shop: SellingShop, shown: str) -> CardTerms | None:
        """Return the terms of a card of the shop's community that was met before.

        Args:
            shown: its serial, or the handle under which it was shown on a day.
        """
        card: CardTerms | None = self._recall("card", shop.community_id, shown)
        return card

    def remember_card(self, shop: SellingShop, shown: str, card: CardTerms) -> None:
        """Keep the terms of a card for its next sale."""
        self._remember_of(shop.community_id, ("card", shop.community_id, shown), card)

    def has_guessed(self, counter: Counter) -> bool:
        """Whether this worker has seen a till ask for too many numbers that nobody has."""
        return self._recall("guessing", counter.till.till_id) is not None

    def remember_guessing(self, counter: Counter) -> None:
        """Keep that a till has asked for too many."""
        self._remember_of(counter.community_id, ("guessing", counter.till.till_id), True)  # noqa: FBT003  # the value kept

    def _recall(self, *name: object) -> Any:
        known = self._remembered.get(name)
        if known is None or known.version != self._versions.get(known.community_id):
            return None
        return known.value

    def _remember_of(self, community_id: UUID, name: tuple[object, ...], value: Any) -> None:
        """Keep what no version of the directory changes, until the next one all the same."""
        self._remember(name, community_id, self._versions.get(community_id), value)

    def _remember(
        self, name: tuple[object, ...], community_id: UUID, version: int | None, value: Any
    ) -> None:
        if len(self._remembered) >= MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[name] = Remembered(community_id, version, value)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _find_paired_till(connection: Connection[Any], token: str) -> dict[str, Any] | None:
    """Return the till of a token among those of its community."""
    wanted = {"token_hash": _hash(token), "number": read_number_in_token(token)}
    for asked in (NUMBERED, WHOSE_TILL):
        whose = connection.execute(asked, wanted).fetchone()
        if whose is not None:
            found = connection.cursor(row_factory=dict_row)
            till = found.execute(PAIRED_TILL, {**wanted, "community": whose[0]}).fetchone()
            if till is not None:
                return till
    return None


def desk_at(connection: Connection[Any], clerk: StaffMember, shop_id: UUID) -> Desk:
    """Return the desk of an account, for a shop of its community.

    Raises:
        UnknownRecordError: the community has no such shop.
    """
    row = (
        connection.cursor(row_factory=dict_row)
        .execute(SHOP_OF_THE_DESK, {"shop": shop_id, "community": clerk.community_id})
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
        "limits": choose_more_generous(community, shop),
        "rounding": Rounding(row["rounding"]),
        "excluded_categories": find_exclusions(
            frozenset(row["excluded_categories"]), frozenset(row["opted_in_categories"])
        ),
        "rule_version": row["rule_version"],
        "late_days": row["late_days"],
        "late_days_on_paper": row["late_days_on_paper"],
        "directory_version": row["directory_version"],
    }
