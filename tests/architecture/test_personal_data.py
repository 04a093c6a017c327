"""Whatever is kept of a person is told to them, and taken out when they are erased."""

from sqlalchemy import ARRAY, CHAR, Column, String, Text
from sqlalchemy.dialects.postgresql import JSONB

from loyalty.database import Model
from loyalty.models.sealed import is_sealed
from loyalty.services.privacy.export import NOT_TOLD, PARTS
from loyalty.services.privacy.texts import FREE_TEXTS, WRITTEN_ONCE
from tests.two_communities import OF_NO_COMMUNITY

BY_WAY_OF_STAFF = "staff_account"
"""Nearly every table names who wrote something down; by that way all would be about everybody."""

EMPTIED = {
    "resident": {"name", "name_key", "name_pinyin", "unit", "unit_key", "phone", "phone_key",
                 "household_ref", "household_key"},
    "staff_account": {"username", "display_name", "password_hash"},
    "import_job": {"kept_table", "answers", "valid_rows", "errors", "notes"},
    "candidate": {"reasons", "grounds"},
    "own_page": {"activation_hash", "pin_hash", "handle"},
    "card_month": {"uses"},
    "message_recipient": {"reference", "device", "service"},
    "message": {"failure"},
}  # fmt: skip
"""Texts that erasing empties, or takes out with their rows, without looking what stands in them."""

OF_NOBODY = {
    "account_link.purpose": "a code",
    "area.name": "a part of the community",
    "audit_event.detail": "codes and ids",
    "audit_link.head": "a hash",
    "audit_link.previous_head": "a hash",
    "audit_link.rows_hash": "a hash of codes, ids and amounts",
    "audit_link.signature": "signs a hash",
    "card.serial": "a random number; the card it stands on no longer works",
    "card.token": "the same number, signed",
    "card_event.reason_code": "a code",
    "certification_event.action": "a code",
    "closed_month.figures": "sums, and the names of shops",
    "closed_month.head": "a hash",
    "closed_month.previous_head": "a hash",
    "closed_month.text": "what is published: sums, none about fewer than five people",
    "consent_event.source": "a code",
    "contribution.unit": "what a quantity is counted in",
    "evidence_file.media_type": "a code",
    "job.wanted": "ids of cards, and how they are printed",
    "message.event": "ids, codes, amounts, and the last four digits of a card's number",
    "message.subject": "an id, or a month",
    "message_hook.channel": "a code",
    "message_hook.address": "a receiver of the community's",
    "message_hook.events": "codes",
    "message_hook.failure": "a code",
    "nomination.source": "a code",
    "nomination.unit": "emptied with the voices for the person; others who live there keep theirs",
    "community.name": "the community's own",
    "community.telephone": "the community's own",
    "community.excluded_categories": "kinds of goods",
    "deed_kind.name": "a kind of deed",
    "contribution_kind.name": "a kind of contribution",
    "contribution_kind.name_zh_hant": "likewise",
    "contribution_kind.name_en": "likewise",
    "contribution_kind.units": "codes of units",
    "floor_plan.name": "a floor, or a part of the market",
    "honour.name": "a kind of recognition",
    "honour.name_zh_hant": "likewise",
    "honour.name_en": "likewise",
    "household_group.name": "ten households",
    "ledger_party.name": "an enterprise, department, shop or group",
    "ledger_party.name_key": "likewise",
    "notice_version.content": "names people by random references",
    "part_change.before": "what a part of the community is called",
    "part_change.after": "likewise",
    "picture.purpose": "a code",
    "pledge.clauses": "what every shop promises",
    "offer_proposal.terms": "rates by honour",
    "quarantined_sale.basket": "goods",
    "redemption.lines": "goods",
    "revocation_list.document": "hashes of random numbers",
    "round_list.area_minimums": "numbers by area",
    "score_sheet.items": "what an inspection looks at",
    "score_sheet.vetoes": "likewise",
    "shop_inspection.marks": "points of a shop",
    "shop_inspection.vetoes": "codes",
    "selection_round.frozen_list": "names people by random references",
    "selection_round.seed": "was thrown in public",
    "selection_round.witnesses": "who saw a draw is published with it, and proves it",
    "shop.name": "the shop's own",
    "shop.name_pinyin": "the shop's own",
    "shop_application.name": "the shop's own",
    "shop_application.stall": "where the shop is",
    "shop_series.name": "a kind of plaque",
    "shop_series.name_zh_hant": "likewise",
    "shop_series.name_en": "likewise",
    "shop_series.prefix": "letters",
    "market_stall.name": "a place",
    "market_stall.name_key": "likewise",
    "stall_let.tenant": "what a shop is called",
    "shop_signal.facts": "figures, days and ids of sales",
    "shop.stall": "where the shop is",
    "till.name": "a device",
    "upkeep_report.facts": "numbers and days, or what a program said of a copy",
    "working_day_override.note": "why a day is no working day",
}
"""Texts that name no resident, and why."""

CODES = {
    "action", "actor_kind", "category", "code", "colour", "consent", "decision",
    "device", "device_public_key", "face", "flag", "frozen_hash", "giver", "key", "key_id", "kind",
    "label", "lot", "member", "opted_in_categories", "outcome", "part", "plaque_number",
    "raised_by", "receipt", "receiver", "reference", "roles", "rounding", "serial", "series",
    "sha256", "slug", "state", "subject", "timezone", "trade", "verdict",
}  # fmt: skip
"""Columns that hold what the programme itself has chosen, or random letters."""


def tables_about_a_person() -> set[str]:
    """Return the tables from which a way of references leads to a resident."""
    found = {"resident"}
    while True:
        more = {
            table.name
            for table in Model.metadata.tables.values()
            if table.name not in found
            and any(
                key.referred_table.name in found - {BY_WAY_OF_STAFF}
                for key in table.foreign_key_constraints
            )
        }
        if not more:
            return found
        found |= more


def holds_text(column: Column[object]) -> bool:
    """Whether words can stand in a column, sealed or plain."""
    text = isinstance(column.type, String | Text | CHAR | JSONB | ARRAY)
    return text or is_sealed(column.table.name, column.name)


def test_every_table_about_a_person_is_told_or_named_with_its_reason() -> None:
    told = {part.name for part in PARTS}

    assert tables_about_a_person() - told - NOT_TOLD.keys() == set()
    assert NOT_TOLD.keys() <= tables_about_a_person()
    assert all(NOT_TOLD.values())


def test_no_column_of_them_is_left_out_without_a_reason() -> None:
    for part in PARTS:
        columns = set(part.model.__table__.columns.keys())
        assert part.left_out.keys() <= columns, part.name
        assert all(part.left_out.values())
        assert columns == {*part.columns, *part.left_out, "community_id"}, part.name


def test_every_text_is_cleared_of_whoever_is_erased_or_named_with_its_reason() -> None:
    cleared = {
        f"{table}.{column}"
        for places in (FREE_TEXTS, WRITTEN_ONCE, EMPTIED)
        for table, columns in places.items()
        for column in columns
    }
    texts = {
        f"{table.name}.{column.name}"
        for table in Model.metadata.tables.values()
        if table.name not in OF_NO_COMMUNITY
        for column in table.columns
        if holds_text(column)
    }
    coded = {name for name in texts if name.partition(".")[2] in CODES}

    assert texts - cleared - coded - OF_NOBODY.keys() == set()
    assert cleared | OF_NOBODY.keys() <= texts


def test_a_new_table_or_column_would_be_noticed() -> None:
    assert "redemption" in tables_about_a_person()
    assert "shop" not in tables_about_a_person()
    assert "deed.source" not in OF_NOBODY
