"""Many contributions written down at once, as a table says them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import func, select

from loyalty.models import Contribution, ContributionKind, LedgerParty
from loyalty.rules.benefit import Party
from loyalty.rules.contributions import SIDES, ContributionState, PartyKind, state_of_entry
from loyalty.rules.money import Fen
from loyalty.rules.typed_text import make_reference_key
from loyalty.services.community.contribution_kinds import list_contribution_kinds
from loyalty.services.community.policy import locked_community
from loyalty.services.ledger.contributions import RecordContribution, fill_in
from loyalty.services.ledger.parties import NEWCOMERS, read_parties
from loyalty.services.work import Work


@dataclass(frozen=True, slots=True)
class NamedContribution:
    """What one party gave another once, both by name."""

    request: RecordContribution
    giver_name: str | None
    """None for all of those that the kind names; so is `receiver_name`."""
    receiver_name: str | None


@dataclass(slots=True)
class _Parties:
    """The parties by the keys of their names; whoever is named first is added."""

    work: Work
    by_key: dict[str, LedgerParty]

    def take(self, name: str | None, side: Party) -> LedgerParty | None:
        """Return the party with a name; None for no name."""
        if name is None:
            return None
        key = make_reference_key(name)
        if key not in self.by_key:
            kind = NEWCOMERS[side].value
            party = LedgerParty(
                community_id=self.work.community_id, kind=kind, name=name, name_key=key
            )
            self.work.session.add(party)
            self.by_key[key] = party
        return self.by_key[key]


def record_many(
    work: Work, rows: Sequence[NamedContribution], *, import_id: UUID
) -> Sequence[Contribution]:
    """Write down what a table says; large amounts wait for a second person, as each would alone.

    Args:
        rows: that make sense: the import has judged them, under the same lock.
        import_id: of the table.
    """
    locked_community(work.session, work.community_id)
    kinds = {kind.code: kind for kind in list_contribution_kinds(work.session, work.community_id)}
    parties = _Parties(work, read_parties(work))
    beside = _sum_by_evidence(work)
    named = [
        (row, parties.take(row.giver_name, Party(kinds[row.request.kind].giver)),
         parties.take(row.receiver_name, Party(kinds[row.request.kind].receiver)))
        for row in rows
    ]  # fmt: skip
    # New parties get their ids before entries refer to them.
    work.session.flush()
    entries = []
    for row, giver, receiver in named:
        kind = kinds[row.request.kind]
        entry = Contribution(community_id=work.community_id, import_id=import_id)
        fill_in(work, entry, row.request, kind)
        _name_sides(entry, kind, giver, receiver)
        known = beside[entry.evidence_key or ""] if entry.evidence_key else 0
        entry.state = state_of_entry(row.request.amount_fen, Fen(known), Fen(kind.alone_fen)).value
        beside[entry.evidence_key or ""] += row.request.amount_fen
        entries.append(entry)
    work.session.add_all(entries)
    work.session.flush()
    return entries


def _name_sides(
    entry: Contribution,
    kind: ContributionKind,
    giver: LedgerParty | None,
    receiver: LedgerParty | None,
) -> None:
    entry.giver = SIDES[PartyKind(giver.kind)].value if giver else kind.giver
    entry.receiver = SIDES[PartyKind(receiver.kind)].value if receiver else kind.receiver
    entry.giver_id = giver.id if giver else None
    entry.receiver_id = receiver.id if receiver else None


def _sum_by_evidence(work: Work) -> defaultdict[str, int]:
    """Return what each evidence stands for so far, in fen; what was withdrawn is left out."""
    query = (
        select(Contribution.evidence_key, func.sum(Contribution.amount_fen))
        .where(
            Contribution.community_id == work.community_id,
            Contribution.evidence_key.is_not(None),
            Contribution.state != ContributionState.WITHDRAWN.value,
        )
        .group_by(Contribution.evidence_key)
    )
    rows = work.session.execute(query)
    return defaultdict(int, {key or "": int(amount) for key, amount in rows})
