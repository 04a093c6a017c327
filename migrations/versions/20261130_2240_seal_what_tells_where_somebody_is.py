"""Seal homes, telephone numbers, contacts, and the tables that people upload.

The keys come from `loyalty migrate`, and what is done with them here is what the release of this
day does. Homes and households are found by keyed hashes from here on.
"""

import hmac
import json
import os
import re
import unicodedata
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import context, op
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

revision = "20261130_2240"
down_revision = "20261130_2222"
branch_labels = None
depends_on = None

TEXTS = {
    "complaint": ("contact",),
    "matter": ("contact",),
    "nomination": ("unit",),
    "objection": ("name", "contact"),
    "resident": ("unit", "phone", "household_ref"),
    "shop": ("contact",),
    "shop_application": ("contact",),
    "shop_change": ("before", "after"),
    "shop_objection": ("name", "contact"),
}
DOCUMENTS = {"import_job": ("kept_table", "answers", "valid_rows", "errors", "notes")}
DEFAULTS = {"answers": "{}", "notes": "[]"}
KEYS = {"unit": "unit_key", "phone": "phone_key", "household_ref": "household_key"}

PURPOSE = b"loyalty personal data v1"
AT_ONCE = 1000

_UNSEEN = (
    "\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffc"
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff"
)
_HAN = (
    "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff"
)
_DOTS = (
    "\u00b7\u0387\u0701\u0702\u0f0b\u119e\u1427\u16eb\u18df\u2022\u2023\u2024\u2027\u204c\u204d"
    "\u2218\u2219\u22c5\u25cf\u25d8\u25e6\u2981\u29be\u29bf\u2e30\u2e31\u2e33\u30fb\u318d\ua78f"
    "\ufe45\ufe46\uff65\U00010101"
)
_ARABIC_DIGITS = str.maketrans(
    "\u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669"
    "\u06f0\u06f1\u06f2\u06f3\u06f4\u06f5\u06f6\u06f7\u06f8\u06f9",
    2 * "0123456789",
)
_INVISIBLE = re.compile(f"[{_UNSEEN}]")
_BLANK = re.compile("[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u2800\u3000]+")
_DASH = re.compile(
    "[-\u02d7\u058a\u05be\u1400\u1806\u2010-\u2015\u2043\u207b\u208b\u2212\u2500\u2501\u2796"
    "\u2e17\u2e1a\u2e3a\u2e3b\u2e40\u2e5d\u301c\u3030\u30a0\u30fc\ufe31\ufe32\ufe58\ufe63\uff0d\uff70\U00010ead]"
)
_CONTROL = re.compile("[\0-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_ONE_HAN = re.compile(f"[{_HAN}]")
_NO_LETTER = re.compile(f"[{_DOTS}\u02b0-\u02ff\u30fc\uff70]")
_BELOW_THE_GROUND = re.compile(r"(?<![0-9a-z])-(?=[0-9]+[层層楼樓])")
_RUNS = re.compile(r"[0-9]+|[^0-9]+")


REFUSE_ALL_BUT_RESEALING = """
CREATE FUNCTION refuse_all_but_resealing() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before jsonb := to_jsonb(OLD);
    after jsonb := to_jsonb(NEW);
    column_name text;
BEGIN
    FOREACH column_name IN ARRAY string_to_array(TG_ARGV[0], ',') LOOP
        IF after -> column_name = 'null'::jsonb THEN
            before := before - column_name;
            after := after - column_name;
        END IF;
    END LOOP;
    FOREACH column_name IN ARRAY string_to_array(TG_ARGV[1], ',') LOOP
        -- A value begins with the id of its key: four bytes after the mark of bytea.
        IF left(before ->> column_name, 10) <> left(after ->> column_name, 10) THEN
            before := before - column_name;
            after := after - column_name;
        END IF;
    END LOOP;
    IF before IS DISTINCT FROM after THEN
        RAISE EXCEPTION '% is written once and never changed', TG_TABLE_NAME;
    END IF;
    RETURN NEW;
END $$
"""
"""What is written once may be emptied, and sealed with another key, and nothing else."""


def upgrade() -> None:
    op.add_column("resident", sa.Column("phone_key", sa.String(), nullable=True))
    for table, columns in {**TEXTS, **DOCUMENTS}.items():
        for column in columns:
            if column in DEFAULTS and table in DOCUMENTS:
                op.alter_column(table, column, server_default=None)
            op.execute(
                f"ALTER TABLE {table} ALTER COLUMN {column}"
                f" TYPE bytea USING convert_to({column}::text, 'UTF8')"
            )
    _rewrite(_seal)
    op.execute(REFUSE_ALL_BUT_RESEALING)
    _write_once("refuse_all_but_resealing('before,after,reason', 'before,after')")
    op.create_index(
        op.f("ix_resident_community_id_phone_key"), "resident", ["community_id", "phone_key"]
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_resident_community_id_phone_key"), "resident")
    _write_once("refuse_all_but_forgetting('before', 'after', 'reason')")
    op.execute("DROP FUNCTION refuse_all_but_resealing()")
    _rewrite(_open)
    for table, columns in {**TEXTS, **DOCUMENTS}.items():
        kind = "jsonb" if table in DOCUMENTS else "varchar"
        for column in columns:
            op.execute(
                f"ALTER TABLE {table} ALTER COLUMN {column}"
                f" TYPE {kind} USING convert_from({column}, 'UTF8')::{kind}"
            )
            if column in DEFAULTS and table in DOCUMENTS:
                op.alter_column(table, column, server_default=DEFAULTS[column])
    op.drop_column("resident", "phone_key")


def _write_once(function: str) -> None:
    op.execute("DROP TRIGGER written_once ON shop_change")
    op.execute(
        "CREATE TRIGGER written_once BEFORE UPDATE ON shop_change FOR EACH ROW"
        f" EXECUTE FUNCTION {function}"
    )


def _rewrite(change: Callable[[str, str, Any, bytes], bytes]) -> None:
    """Write each sealed column of each row anew, and the keys of residents with them."""
    op.execute("ALTER TABLE shop_change DISABLE TRIGGER written_once")
    for table, columns in {**TEXTS, **DOCUMENTS}.items():
        connection = op.get_bind()
        keys = tuple(KEYS[column] for column in columns) if table == "resident" else ()
        read = ", ".join(("community_id", "id", *columns, *keys))
        rows = connection.execute(sa.text(f"SELECT {read} FROM {table}")).all()  # noqa: S608  # our own words
        changed = ", ".join(f"{name} = :{name}" for name in (*columns, *keys))
        statement = sa.text(
            f"UPDATE {table} SET {changed} WHERE community_id = :community_id AND id = :id"  # noqa: S608  # our own words
        )
        for begin in range(0, len(rows), AT_ONCE):
            connection.execute(
                statement,
                [_values(table, row, change) for row in rows[begin : begin + AT_ONCE]],
            )
    op.execute("ALTER TABLE shop_change ENABLE TRIGGER written_once")


def _values(
    table: str, row: Any, change: Callable[[str, str, Any, bytes], bytes]
) -> dict[str, Any]:
    values: dict[str, Any] = {"community_id": row.community_id, "id": row.id}
    for column in {**TEXTS, **DOCUMENTS}[table]:
        before = getattr(row, column)
        after = None if before is None else change(table, column, row, bytes(before))
        values[column] = after
        if table == "resident":
            plain = before if change is _seal else after
            make_key = _hashed_key if change is _seal else _plain_key
            values[KEYS[column]] = None if plain is None else make_key(column, row, plain.decode())
    return values


def _seal(table: str, column: str, row: Any, plain: bytes) -> bytes:
    key = _keys()[0]
    told = plain
    if table in TEXTS:
        told = json.dumps(plain.decode(), ensure_ascii=False).encode()
    nonce = os.urandom(12)
    sealed: bytes = AESGCM(key.sealing).encrypt(nonce, told, _place(table, column, row))
    return bytes(key.id) + nonce + sealed


def _open(table: str, column: str, row: Any, sealed: bytes) -> bytes:
    for key in _keys():
        if key.id == sealed[:4]:
            told: bytes = AESGCM(key.sealing).decrypt(
                sealed[4:16], sealed[16:], _place(table, column, row)
            )
            plain: str = json.loads(told) if table in TEXTS else told.decode()
            return plain.encode()
    raise RuntimeError("Personal data was sealed with another key; set LOYALTY_DATA_KEY to it.")


def _keys() -> Any:
    """Return the keys that are held, each with its `id`, what it seals and what it indexes with."""
    keys = context.config.attributes.get("data_keys", ())
    if not keys:
        raise RuntimeError("There is personal data to seal, and no key for it: `loyalty migrate`.")
    return keys


def _place(table: str, column: str, row: Any) -> bytes:
    names = f"{table}\0{column}\0".encode()
    return b"\0".join((PURPOSE, names + row.community_id.bytes + row.id.bytes))


def _plain_key(column: str, _: Any, plain: str) -> str | None:
    return None if column == "phone" else reference_key(plain)


def _hashed_key(column: str, row: Any, plain: str) -> str:
    canonical = plain if column == "phone" else getattr(row, KEYS[column])
    told = f"resident\0{KEYS[column]}\0".encode() + row.community_id.bytes + canonical.encode()
    return hmac.digest(_keys()[0].indexing, told, "sha256").hex()[:32]


def reference_key(text: str) -> str:
    plain = _BELOW_THE_GROUND.sub("负", _DASH.sub("-", _fold_case(text)))
    parts = re.split(r"(?<=[0-9])[^\w]+(?=[0-9])", plain)
    return "-".join(_without_zeros("".join(_letters_in(part))) for part in parts)


def _fold_case(text: str) -> str:
    seen = _CONTROL.sub("", _INVISIBLE.sub("", text))
    plain = unicodedata.normalize("NFKC", seen).translate(_ARABIC_DIGITS)
    folded = _BLANK.sub(" ", plain).strip(" ").casefold()
    return unicodedata.normalize("NFKC", folded)


def _letters_in(text: str) -> list[str]:
    letters: list[str] = []
    bearer = ""
    for character in text:
        if _is_letter(character) or unicodedata.category(character)[0] == "N":
            letters.append(character)
            bearer = character
        elif bearer and _belongs(character, bearer):
            letters[-1] += character
        else:
            bearer = ""
    return letters


def _is_letter(character: str) -> bool:
    if _ONE_HAN.match(character):
        return True
    kind = unicodedata.category(character)
    return (kind[0] == "L" or kind in {"Nl", "Co"}) and not _NO_LETTER.match(character)


def _belongs(mark: str, letter: str) -> bool:
    if _ONE_HAN.match(letter):
        return "\U000e0100" <= mark <= "\U000e01ef"
    return unicodedata.category(mark)[0] == "M" and _is_letter(letter)


def _without_zeros(text: str) -> str:
    return "".join(
        run.lstrip("0") or "0" if run.isascii() and run.isdigit() else run
        for run in _RUNS.findall(text)
    )
