"""Say whose every row is, and begin every key with it."""

from collections.abc import Iterable

from alembic import op

revision = "20261129_1700"
down_revision = "20261129_1610"
branch_labels = None
depends_on = None

OWNED_THROUGH = {
    "round_list": ("round_id", "selection_round"),
    "panellist": ("round_id", "selection_round"),
    "notice_version": ("round_id", "selection_round"),
    "objection": ("round_id", "selection_round"),
    "candidate": ("list_id", "round_list"),
    "nomination": ("list_id", "round_list"),
    "conflict_of_interest": ("panellist_id", "panellist"),
    "ballot": ("panellist_id", "panellist"),
    "card_event": ("card_id", "card"),
    "card_month": ("card_id", "card"),
    "shop_term": ("shop_id", "shop"),
    "certification_event": ("shop_id", "shop"),
    "numbered_sale": ("till_id", "till"),
    "quarantined_sale": ("till_id", "till"),
    "access_token": ("account_id", "staff_account"),
}
"""Tables that did not say whose their rows are: by which column the owner is found, and where."""

REFERENCES = {
    "access_token": {"account_id": "staff_account"},
    "ballot": {
        "candidate_id": "candidate",
        "entered_by": "staff_account",
        "panellist_id": "panellist",
    },
    "candidate": {"list_id": "round_list", "resident_id": "resident"},
    "card": {
        "honour_id": "honour",
        "reissue_of_id": "card",
        "resident_id": "resident",
        "round_id": "selection_round",
    },
    "card_event": {"account_id": "staff_account", "card_id": "card"},
    "card_month": {"card_id": "card"},
    "certification_event": {"account_id": "staff_account", "shop_id": "shop"},
    "conflict_of_interest": {
        "entered_by": "staff_account",
        "panellist_id": "panellist",
        "resident_id": "resident",
    },
    "deed": {
        "import_id": "import_job",
        "kind_id": "deed_kind",
        "recorded_by": "staff_account",
        "resident_id": "resident",
    },
    "household_group": {"area_id": "area"},
    "import_job": {"uploaded_by": "staff_account"},
    "matter": {"owner_id": "staff_account"},
    "nomination": {
        "account_id": "staff_account",
        "candidate_id": "candidate",
        "decided_by": "staff_account",
        "household_group_id": "household_group",
        "list_id": "round_list",
    },
    "notice_version": {"round_id": "selection_round"},
    "numbered_sale": {"till_id": "till"},
    "objection": {
        "candidate_id": "candidate",
        "decided_by": "staff_account",
        "round_id": "selection_round",
    },
    "panellist": {
        "account_id": "staff_account",
        "named_by": "staff_account",
        "round_id": "selection_round",
    },
    "quarantined_sale": {"till_id": "till"},
    "redemption": {
        "account_id": "staff_account",
        "card_id": "card",
        "honour_id": "honour",
        "of_id": "redemption",
        "shop_id": "shop",
        "till_id": "till",
    },
    "resident": {
        "area_id": "area",
        "household_group_id": "household_group",
        "import_id": "import_job",
    },
    "round_list": {"honour_id": "honour", "round_id": "selection_round"},
    "sale_case": {
        "decided_by": "staff_account",
        "other_redemption_id": "redemption",
        "quarantined_sale_id": "quarantined_sale",
        "redemption_id": "redemption",
        "shop_id": "shop",
        "till_id": "till",
    },
    "selection_round": {"confirmed_by": "staff_account", "created_by": "staff_account"},
    "shop": {"import_id": "import_job", "owner_id": "staff_account"},
    "shop_term": {"honour_id": "honour", "shop_id": "shop"},
    "staff_account": {"resident_id": "resident"},
    "till": {"shop_id": "shop"},
}

GONE_WITH = {
    ("access_token", "account_id"),
    ("ballot", "candidate_id"),
    ("ballot", "panellist_id"),
    ("candidate", "list_id"),
    ("certification_event", "shop_id"),
    ("conflict_of_interest", "panellist_id"),
    ("conflict_of_interest", "resident_id"),
    ("nomination", "candidate_id"),
    ("nomination", "list_id"),
    ("notice_version", "round_id"),
    ("objection", "candidate_id"),
    ("objection", "round_id"),
    ("panellist", "round_id"),
    ("round_list", "round_id"),
    ("shop_term", "shop_id"),
}
"""References that are removed together with what they name."""

COMMUNITY_IMPLIED = ("card", "deed", "redemption", "sale_case", "selection_round", "till")
"""Tables whose other references say already that the community exists."""

KEYS = {
    "card_month": "card_id, month",
    "numbered_sale": "till_id, number, digest",
    "shop_term": "shop_id, honour_id",
}
"""The primary keys that are not `id`."""

IDENTIFIED = (
    *("access_token", "area", "audit_event", "ballot", "candidate", "card", "card_event"),
    *("certification_event", "conflict_of_interest", "deed", "deed_kind", "honour"),
    *("household_group", "import_job", "matter", "nomination", "notice_version", "objection"),
    *("panellist", "quarantined_sale", "redemption", "resident", "revocation_list", "round_list"),
    *("sale_case", "selection_round", "shop", "signing_key", "staff_account", "till"),
    "working_day_override",
)

UNIQUE = (
    ("ballot", "panellist_id", "candidate_id"),
    ("candidate", "list_id", "reference"),
    ("candidate", "list_id", "resident_id"),
    ("conflict_of_interest", "panellist_id", "resident_id"),
    ("matter", "receipt"),
    ("nomination", "receipt"),
    ("notice_version", "round_id", "number"),
    ("objection", "receipt"),
    ("quarantined_sale", "till_id", "idempotency_key"),
    ("redemption", "till_id", "idempotency_key"),
    ("round_list", "round_id", "honour_id"),
    ("sale_case", "till_id", "kind", "idempotency_key"),
)
"""What is unique in one community from now on."""

UNIQUE_AND_SOUGHT = (
    ("access_token", "token_hash"),
    ("card", "serial"),
    ("staff_account", "username"),
    ("till", "pairing_hash"),
    ("till", "token_hash"),
)
"""The same, where the community may have to be found by it: it stands behind in these."""

INDEXES = (
    ("ballot", "candidate_id"),
    ("candidate", "resident_id"),
    ("card", "resident_id"),
    ("card", "round_id"),
    ("card_event", "card_id"),
    ("certification_event", "shop_id"),
    ("deed", "import_id"),
    ("deed", "resident_id", "done_on"),
    ("kept_answer", "kept_at"),
    ("nomination", "candidate_id"),
    ("nomination", "list_id"),
    ("objection", "round_id"),
    ("redemption", "card_id", "happened_on"),
    ("redemption", "till_id", "happened_on"),
    ("resident", "import_id"),
    ("sale_case", "redemption_id"),
    ("shop", "import_id"),
    ("shop", "owner_id"),
    ("till", "shop_id"),
)

NAMED_INDEXES = {
    "uq_card_one_living_card_a_month": (
        "UNIQUE INDEX",
        "card",
        "resident_id, valid_from",
        "state <> 'revoked'",
    ),
    "uq_panellist_one_seat": (
        "UNIQUE INDEX",
        "panellist",
        "round_id, account_id",
        "left_at IS NULL",
    ),
    "uq_redemption_one_void_a_sale": ("UNIQUE INDEX", "redemption", "of_id", "kind = 'void'"),
    "uq_redemption_one_line_of_a_paper_tally": (
        "UNIQUE INDEX",
        "redemption",
        "shop_id, idempotency_key",
        "till_id IS NULL AND idempotency_key IS NOT NULL",
    ),
    "ix_redemption_of": ("INDEX", "redemption", "of_id", "of_id IS NOT NULL"),
    "uq_sale_case_open_without_key": (
        "UNIQUE INDEX",
        "sale_case",
        "till_id, kind",
        "idempotency_key IS NULL AND decided_at IS NULL",
    ),
}

IMPLIED_INDEXES = {
    "ix_audit_event_community_id_id": ("audit_event", "community_id, id"),
    "ix_card_community_id_id": ("card", "community_id, id"),
    "ix_import_job_community_id": ("import_job", "community_id"),
    "ix_staff_account_community_id": ("staff_account", "community_id"),
}
"""Indexes that the new primary keys make superfluous."""

EARLY_CARD = """
CREATE OR REPLACE FUNCTION refuse_early_card() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NOT EXISTS (
    SELECT FROM card AS earlier
    WHERE earlier.community_id = NEW.community_id AND earlier.id = NEW.reissue_of_id
      AND earlier.round_id = NEW.round_id AND earlier.resident_id = NEW.resident_id
  ) AND NOT EXISTS (
    SELECT FROM selection_round JOIN community ON community.id = selection_round.community_id
    WHERE selection_round.community_id = NEW.community_id AND selection_round.id = NEW.round_id
      AND selection_round.state IN ('confirmed', 'issued', 'closed')
      AND coalesce(
        (SELECT max(candidate.notice_last)
         FROM candidate JOIN round_list ON round_list.community_id = candidate.community_id
          AND round_list.id = candidate.list_id
         WHERE candidate.community_id = NEW.community_id
           AND round_list.round_id = NEW.round_id AND candidate.resident_id = NEW.resident_id),
        selection_round.notice_last
      ) < (NEW.issued_at AT TIME ZONE community.timezone)::date
      AND NOT EXISTS (
        SELECT FROM objection JOIN candidate ON candidate.community_id = objection.community_id
          AND candidate.id = objection.candidate_id
        WHERE objection.community_id = NEW.community_id AND objection.round_id = NEW.round_id
          AND candidate.resident_id = NEW.resident_id AND objection.decided_at IS NULL
      )
  ) THEN RAISE EXCEPTION
    'no card before its round is confirmed, its notice over and every objection answered';
  END IF;
  RETURN NEW;
END $$
"""

LATE_BALLOT = """
CREATE OR REPLACE FUNCTION refuse_late_ballot() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF EXISTS (
    SELECT FROM candidate
      JOIN round_list ON round_list.community_id = candidate.community_id
       AND round_list.id = candidate.list_id
      JOIN selection_round ON selection_round.community_id = round_list.community_id
       AND selection_round.id = round_list.round_id
     WHERE (candidate.community_id, candidate.id)
           IN ((OLD.community_id, OLD.candidate_id), (NEW.community_id, NEW.candidate_id))
       AND selection_round.frozen_at IS NOT NULL
  ) THEN RAISE EXCEPTION 'no ballot changes once its list is frozen'; END IF;
  RETURN COALESCE(NEW, OLD);
END $$
"""

IMPOSSIBLE_TIMES = """
CREATE OR REPLACE FUNCTION open_case_of_impossible_times() RETURNS trigger LANGUAGE plpgsql
AS $$ BEGIN
  INSERT INTO sale_case (id, community_id, till_id, shop_id, kind, idempotency_key,
                         redemption_id, other_redemption_id, opened_at)
  SELECT time_ordered_id(), NEW.community_id, NEW.till_id, NEW.shop_id, 'impossible_times',
         NEW.idempotency_key, NEW.id, other.id, NEW.recorded_at
    FROM redemption AS other
   WHERE other.community_id = NEW.community_id AND other.card_id = NEW.card_id
     AND other.shop_id <> NEW.shop_id AND other.kind = 'sale'
     AND other.happened_on BETWEEN NEW.happened_on - 1 AND NEW.happened_on + 1
     AND other.happened_at > NEW.happened_at - interval '60 seconds'
     AND other.happened_at < NEW.happened_at + interval '60 seconds'
     AND (other.offline OR NEW.offline)
   ORDER BY abs(extract(epoch FROM other.happened_at - NEW.happened_at))
   LIMIT 1
      ON CONFLICT DO NOTHING;
  RETURN NULL; END $$
"""

EARLY_CARD_BEFORE = """
CREATE OR REPLACE FUNCTION refuse_early_card() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF NOT EXISTS (
    SELECT FROM card AS earlier
    WHERE earlier.id = NEW.reissue_of_id
      AND earlier.round_id = NEW.round_id AND earlier.resident_id = NEW.resident_id
  ) AND NOT EXISTS (
    SELECT FROM selection_round JOIN community ON community.id = selection_round.community_id
    WHERE selection_round.id = NEW.round_id AND community.id = NEW.community_id
      AND selection_round.state IN ('confirmed', 'issued', 'closed')
      AND coalesce(
        (SELECT max(candidate.notice_last)
         FROM candidate JOIN round_list ON round_list.id = candidate.list_id
         WHERE round_list.round_id = NEW.round_id AND candidate.resident_id = NEW.resident_id),
        selection_round.notice_last
      ) < (NEW.issued_at AT TIME ZONE community.timezone)::date
      AND NOT EXISTS (
        SELECT FROM objection JOIN candidate ON candidate.id = objection.candidate_id
        WHERE objection.round_id = NEW.round_id AND candidate.resident_id = NEW.resident_id
          AND objection.decided_at IS NULL
      )
  ) THEN RAISE EXCEPTION
    'no card before its round is confirmed, its notice over and every objection answered';
  END IF;
  RETURN NEW;
END $$
"""

LATE_BALLOT_BEFORE = """
CREATE OR REPLACE FUNCTION refuse_late_ballot() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  IF EXISTS (SELECT FROM candidate
    JOIN round_list ON round_list.id = candidate.list_id
    JOIN selection_round ON selection_round.id = round_list.round_id
    WHERE candidate.id IN (OLD.candidate_id, NEW.candidate_id)
    AND selection_round.frozen_at IS NOT NULL)
    THEN RAISE EXCEPTION 'no ballot changes once its list is frozen'; END IF;
  RETURN COALESCE(NEW, OLD);
END $$
"""

IMPOSSIBLE_TIMES_BEFORE = IMPOSSIBLE_TIMES.replace("other.community_id = NEW.community_id AND ", "")


def upgrade() -> None:
    _drop_references("", COMMUNITY_IMPLIED)
    for table, (column, parent) in OWNED_THROUGH.items():
        _say_whose(table, column, parent)
    _key_tables(from_owner="", to_owner="community_id, ")
    for name, (table, _) in IMPLIED_INDEXES.items():
        op.drop_index(op.f(name), table_name=table)
    _refer("community_id", ())
    for function in (EARLY_CARD, LATE_BALLOT, IMPOSSIBLE_TIMES):
        op.execute(function)


def downgrade() -> None:
    for function in (EARLY_CARD_BEFORE, LATE_BALLOT_BEFORE, IMPOSSIBLE_TIMES_BEFORE):
        op.execute(function)
    _drop_references("community_id_", ())
    _key_tables(from_owner="community_id, ", to_owner="")
    for name, (table, columns) in IMPLIED_INDEXES.items():
        op.create_index(op.f(name), table, columns.split(", "))
    for table in OWNED_THROUGH:
        op.drop_column(table, "community_id")
    _refer("", COMMUNITY_IMPLIED)


def _say_whose(table: str, column: str, parent: str) -> None:
    """Fill in the community of rows that are written once, without a change being refused."""
    op.execute(f"ALTER TABLE {table} ADD COLUMN community_id uuid")
    op.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    op.execute(
        f"UPDATE {table} SET community_id = {parent}.community_id"  # noqa: S608  # our own names
        f" FROM {parent} WHERE {parent}.id = {table}.{column}"
    )
    op.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    op.execute(f"ALTER TABLE {table} ALTER COLUMN community_id SET NOT NULL")


def _key_tables(*, from_owner: str, to_owner: str) -> None:
    """Make primary keys, unique constraints and indexes anew, with the community or without."""
    for table, key in {**dict.fromkeys(IDENTIFIED, "id"), **KEYS}.items():
        op.execute(
            f"ALTER TABLE {table} DROP CONSTRAINT pk_{table},"
            f" ADD CONSTRAINT pk_{table} PRIMARY KEY ({to_owner}{key})"
        )
    first, last = from_owner.removesuffix(", "), to_owner.removesuffix(", ")
    for table, *columns in UNIQUE:
        _make_unique(table, [first, *columns], [last, *columns])
    for table, column in UNIQUE_AND_SOUGHT:
        _make_unique(table, [column, first], [column, last])
    for table, *columns in INDEXES:
        op.drop_index(_name("ix", table, [first, *columns]), table_name=table)
        wanted = _present([last, *columns])
        op.create_index(_name("ix", table, wanted), table, wanted)
    for name, (kind, table, key, condition) in NAMED_INDEXES.items():
        op.execute(f"DROP INDEX {name}")
        op.execute(f"CREATE {kind} {name} ON {table} ({to_owner}{key}) WHERE {condition}")


def _make_unique(table: str, before: list[str], after: list[str]) -> None:
    op.drop_constraint(_name("uq", table, before), table, type_="unique")
    op.create_unique_constraint(_name("uq", table, after), table, _present(after))


def _drop_references(owner: str, to_community: Iterable[str]) -> None:
    for table, columns in REFERENCES.items():
        for column in columns:
            op.drop_constraint(op.f(f"fk_{table}_{owner}{column}"), table, type_="foreignkey")
    for table in to_community:
        op.drop_constraint(op.f(f"fk_{table}_community_id"), table, type_="foreignkey")


def _refer(owner: str, to_community: Iterable[str]) -> None:
    for table, columns in REFERENCES.items():
        for column, target in columns.items():
            op.create_foreign_key(
                _name("fk", table, [owner, column]),
                table,
                target,
                _present([owner, column]),
                _present([owner, "id"]),
                ondelete=_on_delete(table, column, owner),
            )
    for table in to_community:
        op.create_foreign_key(
            op.f(f"fk_{table}_community_id"), table, "community", ["community_id"], ["id"]
        )


def _on_delete(table: str, column: str, owner: str) -> str | None:
    if (table, column) in GONE_WITH:
        return "CASCADE"
    # Of two columns neither may be emptied by a database older than PostgreSQL 15.
    return "SET NULL" if (table, owner) == ("staff_account", "") else None


def _name(kind: str, table: str, columns: list[str]) -> str:
    return op.f("_".join([kind, table, *_present(columns)]))


def _present(columns: list[str]) -> list[str]:
    return [column for column in columns if column]
