"""The parties of the ledger by name: enterprises, departments, shops and groups."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from uuid import UUID

from sqlalchemy import update

from loyalty.models import Contribution, LedgerParty
from loyalty.rules.benefit import Party
from loyalty.rules.contributions import PartyKind
from loyalty.rules.typed_text import make_reference_key
from loyalty.services.community.policy import locked_community
from loyalty.services.errors import UnknownRecordError, ValueRefusedError
from loyalty.services.paging import Page, fetch_page
from loyalty.services.people.new_names import add_under_new_name
from loyalty.services.work import Work

TAKEN = "There is a party with this name already, perhaps written otherwise."

NEWCOMERS: Mapping[Party, PartyKind] = MappingProxyType(
    {
        Party.COMMUNITY: PartyKind.DEPARTMENT,
        Party.ENTERPRISES: PartyKind.ENTERPRISE,
        Party.SHOPS: PartyKind.SHOP,
        Party.RESIDENTS: PartyKind.GROUP,
    }
)
"""What somebody is taken to be who is named first on one of the four sides."""


@dataclass(frozen=True, slots=True)
class CreateParty:
    """Somebody who gives or gains."""

    name: str
    kind: PartyKind


def find_parties(
    work: Work, *, limit: int, after: UUID | None, kind: PartyKind | None = None
) -> Page[LedgerParty]:
    """Return the parties that were not merged into others, the oldest first."""
    query = work.select(LedgerParty).where(LedgerParty.merged_into_id.is_(None))
    if kind is not None:
        query = query.where(LedgerParty.kind == kind.value)
    return fetch_page(work.session, query, LedgerParty, limit=limit, after=after)


def create_party(work: Work, request: CreateParty) -> LedgerParty:
    """Add a party.

    Raises:
        AlreadyExistsError: one has the name, but for blanks, case or width.
    """
    party = LedgerParty(
        community_id=work.community_id,
        kind=request.kind.value,
        name=request.name,
        name_key=make_reference_key(request.name),
    )
    add_under_new_name(work.session, party, TAKEN)
    work.note("party.created", party, kind=party.kind)
    return party


def find_party_by_name(work: Work, name: str) -> LedgerParty | None:
    """Return the party with a name however it is written; None if there is none.

    A name of one that was merged leads to the one it went into.
    """
    key = make_reference_key(name)
    found = work.session.scalar(work.select(LedgerParty).where(LedgerParty.name_key == key))
    if found is None or found.merged_into_id is None:
        return found
    return work.find(LedgerParty, found.merged_into_id)


def read_parties(work: Work) -> dict[str, LedgerParty]:
    """Return all parties by the keys of their names; a merged one leads to where it went."""
    found = {party.id: party for party in work.session.scalars(work.select(LedgerParty))}
    return {
        party.name_key: found[party.merged_into_id] if party.merged_into_id else party
        for party in found.values()
    }


def take_party(work: Work, name: str | None, side: Party) -> UUID | None:
    """Return the id of the party with a name, added if there is none yet; None for no name.

    Args:
        side: to which of the four it belongs if it is new.
    """
    if name is None:
        return None
    # Two who name the same two new parties in other order would wait for each other.
    locked_community(work.session, work.community_id)
    found = find_party_by_name(work, name)
    return (found or create_party(work, CreateParty(name, NEWCOMERS[side]))).id


def merge_parties(
    work: Work, party_id: UUID, *, into_id: UUID, version: int | None = None
) -> LedgerParty:
    """Make one of two parties that are the same; return the one that stays.

    Entries of the other are those of the one that stays, and so is its name from now on.

    Raises:
        StaleRecordError: somebody else changed the first meanwhile.
        ValueRefusedError: both are one, of different kinds, or merged already.
    """
    # An entry that names a party meanwhile is entered before, or refused.
    locked_community(work.session, work.community_id)
    party = work.find(LedgerParty, party_id, version=version)
    stays = _find_to_merge_into(work, party, into_id)
    for column in (Contribution.giver_id, Contribution.receiver_id):
        work.session.execute(
            update(Contribution)
            .where(Contribution.community_id == work.community_id, column == party.id)
            .values({column: stays.id})
        )
    work.session.execute(
        update(LedgerParty)
        .where(
            LedgerParty.community_id == work.community_id, LedgerParty.merged_into_id == party.id
        )
        .values(merged_into_id=stays.id)
    )
    party.merged_into_id = stays.id
    work.note("party.merged", party, into=str(stays.id))
    return stays


def _find_to_merge_into(work: Work, party: LedgerParty, into_id: UUID) -> LedgerParty:
    try:
        stays = work.find(LedgerParty, into_id)
    except UnknownRecordError as error:
        raise ValueRefusedError("/into_id", str(error)) from error
    merged = party.merged_into_id or stays.merged_into_id
    if stays is party or stays.kind != party.kind or merged:
        raise ValueRefusedError(
            "/into_id", "Two parties of one kind are merged, neither of which was merged before."
        )
    return stays
