"""What people type, in one canonical form each: tidy where it is shown, a key where it is compared.

People type in full width and half, with blanks between Han letters or without, with any dot between
the parts of a name; messengers and spreadsheets put between what nobody sees. None of this tells
two people, homes or codes apart.
"""

import re
import unicodedata

LONGEST_REASON = 500
"""Most letters of why something is done."""

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
_STOPS = ".\u3002\uff0e\uff61\ufe52"
_AROUND_A_NAME = "\u00b7 ,;:\uff0c\u3001\uff1b\uff1a\u3002\ufe50\ufe51\ufe54\ufe55\uff61\uff64"
_ARABIC_DIGITS = str.maketrans(
    "\u0660\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669"
    "\u06f0\u06f1\u06f2\u06f3\u06f4\u06f5\u06f6\u06f7\u06f8\u06f9",
    2 * "0123456789",
)
_VARIANTS = "\U000e0100-\U000e01ef"

INVISIBLE = re.compile(f"[{_UNSEEN}]")
"""What nobody sees: Unicode's format characters, its fillers, and its selectors of variants."""
BLANK = re.compile("[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u2800\u3000]+")
_BLANK_AROUND = re.compile(rf"\A{BLANK.pattern}|{BLANK.pattern}\Z")
DASH = re.compile(
    "[-\u02d7\u058a\u05be\u1400\u1806\u2010-\u2015\u2043\u207b\u208b\u2212\u2500\u2501\u2796"
    "\u2e17\u2e1a\u2e3a\u2e3b\u2e40\u2e5d\u301c\u3030\u30a0\u30fc\ufe31\ufe32\ufe58\ufe63\uff0d\uff70\U00010ead]"
)

CODE = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
"""How a code that programs read is written."""

_PLAIN = re.compile("[0-9a-z\u4e00-\u9fff]*")
"""What stays as it is in every form, as most of what is typed does."""

_CONTROL = re.compile("[\0-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
_MARKS_OF_A_CODE = re.compile("[!-~]*")

# An ideographic variant is how somebody writes their name: it is shown, and never compared.
_STRAY = re.compile(f"(?<![{_HAN}])[{_VARIANTS}]|(?![{_VARIANTS}])[{_UNSEEN}]")
_ONE_HAN = re.compile(f"[{_HAN}]")
_BLANK_IN_HAN = re.compile(f"(?<=[{_HAN}{_VARIANTS}]) (?=[{_HAN}])")
_DOT_OF_A_NAME = re.compile(
    f" *[{_DOTS}][ {_DOTS}]*|(?<=[{_HAN}]) *[{_STOPS}][ {_STOPS}{_DOTS}]*(?=[{_HAN}])"
)
_NO_LETTER = re.compile(f"[{_DOTS}\u02b0-\u02ff\u30fc\uff70]")
"""Counted by Unicode among the letters or nearly so, and typed for a dot, dash or apostrophe."""
_BELOW_THE_GROUND = re.compile(r"(?<![0-9a-z])-(?=[0-9]+[层層楼樓])")
_RUNS = re.compile(r"[0-9]+|[^0-9]+")


def fold(text: str) -> str:
    """Return a text for machines: half width, digits of our own, nothing invisible."""
    if _MARKS_OF_A_CODE.fullmatch(text) or _PLAIN.fullmatch(text):
        return text
    seen = _CONTROL.sub("", INVISIBLE.sub("", text))
    plain = unicodedata.normalize("NFKC", seen).translate(_ARABIC_DIGITS)
    return BLANK.sub(" ", plain).strip(" ")


def clean_passage(text: str) -> str:
    """Return some sentences as they are kept: nothing invisible in them, no blanks around."""
    return _BLANK_AROUND.sub("", unicodedata.normalize("NFC", _STRAY.sub("", text)))


def clean_label(text: str) -> str:
    """Return what a thing or a home is called, as it is shown: ``３ 号 楼`` is 3 号楼.

    Letters and digits are of half width, and no blank stands between two Han letters.
    """
    if _PLAIN.fullmatch(text):
        return text
    plain = "".join(_to_half_width(character) for character in _STRAY.sub("", text))
    spaced = BLANK.sub(" ", unicodedata.normalize("NFC", plain)).strip(" ")
    return _BLANK_IN_HAN.sub("", spaced)


def clean_person_name(text: str) -> str:
    """Return a person's name as it is shown: one middle dot between its parts, 买买提·艾力."""
    if _PLAIN.fullmatch(text):
        return text
    dotted = _DOT_OF_A_NAME.sub("\u00b7", BLANK.sub(" ", _STRAY.sub("", text)))
    return clean_label(dotted).strip(_AROUND_A_NAME)


def make_name_key(name: str) -> str:
    """Return by what people are told apart: the letters and digits of a name, and nothing else.

    Empty for a text in which there is nothing to call somebody by.
    """
    if _PLAIN.fullmatch(name):
        return name
    return unicodedata.normalize("NFC", "".join(_letters_in(_fold_case(name))))


def make_reference_key(text: str) -> str:
    """Return by what homes, households and things are told apart: H-0012, ｈ12 and H 012 are one.

    Leading zeros, which spreadsheets drop, count nothing; nor does what stands between, but that
    two numbers stay two: 1-12 is not 11-2. A floor below the ground is not the one above.
    """
    if _PLAIN.fullmatch(text):
        return _strip_zeros(text)
    plain = _BELOW_THE_GROUND.sub("负", DASH.sub("-", _fold_case(text)))
    parts = re.split(r"(?<=[0-9])[^\w]+(?=[0-9])", plain)
    return "-".join(_strip_zeros("".join(_letters_in(part))) for part in parts)


def clean_code(text: str) -> str:
    """Return a code that programs read: small letters, no blanks."""
    return clean_login_name(fold(text).replace(" ", ""))


def clean_login_name(text: str) -> str:
    """Return the name of an account; a blank within stays, and is refused by its law."""
    return unicodedata.normalize("NFKC", fold(text).casefold())


def clean_code_letters(text: str) -> str:
    """Return the capitals and digits of a code that was copied by hand, such as a receipt's."""
    return re.sub("[^0-9A-Z]", "", fold(text).upper())


def clean_plaque_number(text: str) -> str:
    """Return a plaque's number as it was given out: PGY-0001."""
    return DASH.sub("-", fold(text)).replace(" ", "").upper()


def split_letters(name: str) -> list[str]:
    """Return the letters of a name, each with the marks that belong to it."""
    return [one for one in _letters_in(_STRAY.sub("", name)) if _is_letter(one[0])]


def _fold_case(text: str) -> str:
    return unicodedata.normalize("NFKC", fold(text).casefold())


def _letters_in(text: str) -> list[str]:
    """Return the letters and digits of a text, each with its marks; a mark alone is nothing."""
    letters: list[str] = []
    bearer = ""
    for character in text:
        if _is_letter(character) or unicodedata.category(character)[0] == "N":
            letters.append(character)
            bearer = character
        elif bearer and _belongs_to(character, bearer):
            letters[-1] += character
        else:
            bearer = ""
    return letters


def _is_letter(character: str) -> bool:
    """Return whether somebody may be called by it, rare letters of offices' own fonts included."""
    if _ONE_HAN.match(character):
        return True
    kind = unicodedata.category(character)
    return (kind[0] == "L" or kind in {"Nl", "Co"}) and not _NO_LETTER.match(character)


def _belongs_to(mark: str, letter: str) -> bool:
    """Return whether a mark is part of the letter before it; Han letters bear variants alone."""
    if _ONE_HAN.match(letter):
        return "\U000e0100" <= mark <= "\U000e01ef"
    return unicodedata.category(mark)[0] == "M" and _is_letter(letter)


def _to_half_width(character: str) -> str:
    """Return a letter or digit in its usual width and shape; marks of a sentence keep theirs."""
    kind = unicodedata.category(character)
    if kind[0] == "L" or kind == "Nd" or _ONE_HAN.match(character):
        return unicodedata.normalize("NFKC", character)
    return character


def _strip_zeros(text: str) -> str:
    return "".join(
        run.lstrip("0") or "0" if run.isascii() and run.isdigit() else run
        for run in _RUNS.findall(text)
    )
