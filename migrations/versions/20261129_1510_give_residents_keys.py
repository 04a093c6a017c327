"""Give residents the keys by which a name, a home and a household are found, however typed.

Those who are there already get theirs as `rules.typed_text` made them on this day.
"""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "20261129_1510"
down_revision = "20261122_1400"
branch_labels = None
depends_on = None

KEYS = ("name_key", "unit_key", "household_key")

_UNSEEN = (
    "\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
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
_NOTHING = re.compile(f"[{_UNSEEN}\0-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_BLANK = re.compile("[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u2800\u3000]+")
_DASH = re.compile(
    "[-\u02d7\u058a\u05be\u1400\u1806\u2010-\u2015\u2043\u207b\u208b\u2212\u2500\u2501\u2796"
    "\u2e17\u2e1a\u2e3a\u2e3b\u2e40\u2e5d\u301c\u3030\u30a0\u30fc\ufe31\ufe32\ufe58\ufe63\uff0d\uff70\U00010ead]"
)

_ONE_HAN = re.compile(f"[{_HAN}]")
_NO_LETTER = re.compile(f"[{_DOTS}\u02b0-\u02ff]")
_BELOW_THE_GROUND = re.compile(r"(?<![0-9a-z])-(?=[0-9]+[层層楼樓])")
_RUNS = re.compile(r"[0-9]+|[^0-9]+")


def upgrade() -> None:
    for key in KEYS:
        op.add_column("resident", sa.Column(key, sa.String(), nullable=True))
    connection = op.get_bind()
    rows = connection.execute(sa.text("SELECT id, name, unit, household_ref FROM resident"))
    if keys := [
        {
            "id": row.id,
            "name": name_key(row.name),
            "unit": reference_key(row.unit),
            "household": reference_key(row.household_ref),
        }
        for row in rows
    ]:
        written = "SET name_key = :name, unit_key = :unit, household_key = :household"
        connection.execute(
            sa.text(f"UPDATE resident {written} WHERE id = :id"), keys
        )  # our own words
    for key in KEYS:
        op.alter_column("resident", key, nullable=False)
    op.create_index(
        op.f("ix_resident_community_id_household_key"),
        "resident",
        ["community_id", "household_key"],
    )


def downgrade() -> None:
    op.drop_index(op.f("ix_resident_community_id_household_key"), "resident")
    for key in reversed(KEYS):
        op.drop_column("resident", key)


def name_key(name: str) -> str:
    return unicodedata.normalize("NFC", "".join(_letters_in(_without_case(name))))


def reference_key(text: str) -> str:
    plain = _BELOW_THE_GROUND.sub("负", _DASH.sub("-", _without_case(text)))
    parts = re.split(r"(?<=[0-9])[^\w]+(?=[0-9])", plain)
    return "-".join(_without_zeros("".join(_letters_in(part))) for part in parts)


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


def _without_case(text: str) -> str:
    seen = unicodedata.normalize("NFKC", _NOTHING.sub("", text))
    return unicodedata.normalize("NFKC", _BLANK.sub(" ", seen).strip(" ").casefold())
