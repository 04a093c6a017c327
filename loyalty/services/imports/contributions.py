"""What parties gave, from an uploaded table."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from loyalty.models import Contribution, ContributionKind, LedgerParty
from loyalty.rules.benefit import Label, Party
from loyalty.rules.calendar import Month
from loyalty.rules.contributions import Unit
from loyalty.rules.likeness import stem_of_party
from loyalty.rules.typed_text import make_reference_key
from loyalty.services.community.contribution_kinds import list_contribution_kinds
from loyalty.services.imports import cells
from loyalty.services.imports.amounts import add_wan, read_amount, read_quantity
from loyalty.services.imports.asks import ATTESTED, ESTIMATED, list_contribution_asks
from loyalty.services.imports.days import make_year_adder, read_day
from loyalty.services.imports.headings import CONTRIBUTIONS
from loyalty.services.imports.intake import Intake, Spelling
from loyalty.services.imports.layout import CellRefusedError, Column, RowFaultCode
from loyalty.services.imports.table_cells import CellMark
from loyalty.services.ledger.contributions import RecordContribution, find_last_closed
from loyalty.services.ledger.many_contributions import NamedContribution, record_many
from loyalty.services.ledger.parties import read_parties
from loyalty.services.work import Work

UNIT_NAMES: Mapping[Unit, Sequence[str]] = {
    Unit.VISITS: ("人次", "人次到店"),
    Unit.PEOPLE: ("人", "名", "位"),
    Unit.HOUSEHOLDS: ("户",),
    Unit.ENTERPRISES: ("家企业", "企业"),
    Unit.SHOPS: ("家店铺", "店铺", "家商户", "商户"),
    Unit.LOANS: ("笔贷款", "贷款"),
    Unit.HOURS: ("小时", "工时"),
    Unit.TEAMS: ("支队伍", "支", "队伍"),
    Unit.MEALS: ("份餐", "份"),
    Unit.EVENINGS: ("个晚上", "晚", "场"),
    Unit.DAYS: ("天", "日"),
    Unit.JOBS: ("个岗位", "岗位"),
    Unit.ITEMS: ("件", "项", "个"),
}
"""What a table may call each beside its code; what our own lists write is among them."""

SHARED_UNIT = "家"
"""Of enterprises or of shops, whichever the kind is counted in."""

LABEL_NAMES = ((ATTESTED, Label.ATTESTED), (ESTIMATED, Label.ESTIMATED))

EVERYBODY: Mapping[str, Party] = {
    "社区": Party.COMMUNITY,
    "企业": Party.ENTERPRISES,
    "店铺": Party.SHOPS,
    "居民": Party.RESIDENTS,
}
"""What our own lists write where nobody is named: all on one of the four sides."""

SHARED = frozenset({CellMark.MERGED})
Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class _Known:
    """What the community has, read once for all rows."""

    kinds: Mapping[str, ContributionKind]
    today: date
    last_closed: Month | None
    entries: frozenset[Key]
    evidence: frozenset[str]
    parties: Mapping[str, LedgerParty]
    """By the key of each name; one that was merged leads to the one it went into."""


def make_contribution_intake(work: Work) -> Intake[NamedContribution]:
    """Return how rows of contributions are judged, as of now, and taken in."""
    known = _read_known(work)
    names = Spelling(
        [party.name for party in known.parties.values()],
        stem_of_party,
        RowFaultCode.PARTY_SPELLING,
    )

    def add(requests: Sequence[NamedContribution], import_id: UUID) -> None:
        record_many(work, requests, import_id=import_id)

    return Intake(
        columns=_make_columns(known),
        request_of=lambda values: _make_request(values, known),
        key_of=lambda request: _key_of(request, known),
        known=known.entries,
        add=add,
        asks=list_contribution_asks(
            [kind.name for kind in known.kinds.values()],
            today=known.today,
        ),
        spelt_alike={"giver_name": names, "receiver_name": names},
    )


def _read_known(work: Work) -> _Known:
    found = list_contribution_kinds(work.session, work.community_id)
    rows = work.session.scalars(work.select(Contribution)).all()
    return _Known(
        kinds={kind.code: kind for kind in found if kind.active},
        today=work.now.date(),
        last_closed=find_last_closed(work),
        entries=frozenset(_key_of_entry(row) for row in rows),
        evidence=frozenset(row.evidence_key for row in rows if row.evidence_key),
        parties=read_parties(work),
    )


def _key_of_entry(entry: Contribution) -> Key:
    return (
        entry.kind_id,
        entry.happened_on,
        entry.label,
        entry.amount_fen,
        entry.quantity_hundredths,
        entry.unit,
        entry.giver_id,
        entry.receiver_id,
        entry.evidence_key,
    )


def _key_of(row: NamedContribution, known: _Known) -> Key:
    """Return by what two rows, or a row and an entry, are known to say the same."""
    wanted = row.request
    named = (_who(name, known) for name in (row.giver_name, row.receiver_name))
    return (
        known.kinds[wanted.kind].id,
        wanted.happened_on,
        wanted.label.value,
        wanted.amount_fen,
        wanted.quantity_hundredths,
        None if wanted.unit is None else wanted.unit.value,
        *named,
        make_reference_key(wanted.evidence) if wanted.evidence else None,
    )


def _who(name: str | None, known: _Known) -> UUID | str | None:
    """Return the id of a party that is known, or the key of a name that is new."""
    if name is None:
        return None
    party = known.parties.get(make_reference_key(name))
    return make_reference_key(name) if party is None else party.id


def _make_columns(known: _Known) -> list[Column]:
    kinds = [
        (name, kind)
        for kind in known.kinds.values()
        for name in (kind.name, kind.name_zh_hant, kind.name_en, kind.code)
        if name
    ]
    labels = [*LABEL_NAMES, *((label.value, label) for _, label in LABEL_NAMES)]
    number = frozenset({CellMark.FRACTION})
    read_kind = cells.make_name_reader(kinds, RowFaultCode.UNKNOWN_CONTRIBUTION_KIND)
    read_label = cells.make_name_reader(labels, RowFaultCode.UNKNOWN_LABEL)
    return [
        _column(
            "happened_on",
            _make_day_reader(known),
            required=True,
            takes=SHARED | {CellMark.DATE},
            complete=make_year_adder(known.today),
        ),
        _column("kind", read_kind, required=True, takes=SHARED),
        _column("giver_name", _read_party, takes=SHARED),
        _column("receiver_name", _read_party, takes=SHARED),
        _column("amount_fen", read_amount, takes=number, complete=add_wan),
        _column("quantity_hundredths", read_quantity, takes=number),
        _column("counted_in", cells.read_label, takes=SHARED),
        _column("label", read_label, required=True, takes=SHARED),
        _column("evidence", cells.read_text, takes=SHARED),
        _column("evidence_again", cells.read_yes_or_no),
    ]


def _column(field: str, read: Callable[[str], Any], **more: Any) -> Column:
    heading, *others = CONTRIBUTIONS[field]
    return Column(field, heading, others, read, **more)


def _read_party(cell: str) -> str | Party:
    """Return the name of a party, or the side of which all are meant."""
    name = cells.read_label(cell)
    return EVERYBODY.get(name, name)


def _make_day_reader(known: _Known) -> Callable[[str], date]:
    def read(cell: str) -> date:
        day = read_day(cell)
        if day > known.today:
            raise CellRefusedError(RowFaultCode.FUTURE_DATE)
        if known.last_closed is not None and Month.of(day) <= known.last_closed:
            raise CellRefusedError(RowFaultCode.CLOSED_MONTH, month=str(Month.of(day)))
        return day

    return read


def _make_request(values: dict[str, Any], known: _Known) -> NamedContribution:
    kind: ContributionKind = values["kind"]
    amount, quantity = values.get("amount_fen", 0), values.get("quantity_hundredths", 0)
    if not amount and not quantity:
        raise CellRefusedError(RowFaultCode.REQUIRED, field="amount_fen")
    evidence = values.get("evidence")
    if values["label"] is Label.ATTESTED and not evidence:
        raise CellRefusedError(RowFaultCode.REQUIRED, field="evidence")
    known_by = make_reference_key(evidence) if evidence else ""
    row = NamedContribution(
        RecordContribution(
            kind=kind.code,
            happened_on=values["happened_on"],
            label=values["label"],
            amount_fen=amount,
            quantity_hundredths=quantity,
            unit=_unit_of(values, kind),
            evidence=evidence,
            evidence_again=values.get("evidence_again", False),
        ),
        _name_of_party(values, "giver_name", Party(kind.giver)),
        _name_of_party(values, "receiver_name", Party(kind.receiver)),
    )
    asked = known_by in known.evidence and not row.request.evidence_again
    # The same row once more is told as such.
    if asked and _key_of(row, known) not in known.entries:
        raise CellRefusedError(RowFaultCode.EVIDENCE_KNOWN, field="evidence_again")
    # Rows of one list have one evidence; only what stood there before is asked about.
    return replace(row, request=replace(row.request, evidence_again=True))


def _name_of_party(values: Mapping[str, Any], field: str, side: Party) -> str | None:
    """Return the name of a party; None for all on the side that the kind names."""
    found: str | Party | None = values.get(field)
    if not isinstance(found, Party):
        return found
    if found is not side:
        raise CellRefusedError(RowFaultCode.OTHER_SIDE, field=field, side=side.value)
    return None


def _unit_of(values: Mapping[str, Any], kind: ContributionKind) -> Unit | None:
    """Return the unit of a quantity, if the kind is counted in it."""
    counted, written = "quantity_hundredths" in values, values.get("counted_in")
    allowed = [Unit(unit) for unit in kind.units]
    if not counted:
        return None
    if written is None and len(allowed) == 1:
        return allowed[0]
    found = [unit for unit in allowed if written and _is_called(unit, written)]
    if len(found) != 1:
        raise CellRefusedError(
            RowFaultCode.UNKNOWN_UNIT, field="counted_in", units=list(kind.units)
        )
    return found[0]


def _is_called(unit: Unit, written: str) -> bool:
    if written == SHARED_UNIT:
        return unit in {Unit.ENTERPRISES, Unit.SHOPS}
    return written in {*UNIT_NAMES[unit], unit.value}
