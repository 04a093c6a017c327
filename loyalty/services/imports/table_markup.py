"""What a workbook of 2007 or later says beside its values: errors, what is hidden, leading zeros.

The library that reads the values shows a cell whose formula went wrong as an empty one, and says
nothing of rows and columns that nobody sees; so the parts are looked through once more.
"""

import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from xml.parsers.expat import ExpatError, ParserCreate

from loyalty.services.imports.table_faults import RefusedError

Place = tuple[int, int]
"""Row and column, from 0."""

_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_ZEROS = re.compile(r'(?:"([^"]*)"|\\(.))?(0+(?:\\?[-/ ]0+)*)(?:"([^"]*)"|\\(.))?')
_ERRORS = re.compile(rb"""["']e["']|<(?:\w+:)?f[ >/]|\0""")
_TELLING = re.compile(rb"""hidden|["']e["']|<(?:\w+:)?f[ >/]|(?:ht|width)=["']0["'.]""")
"""What stands in a sheet of which there is something to tell; most are passed quickly."""
MOST_HIDDEN_COLUMNS = 200
TRUE = ("1", "true", "on")


@dataclass(slots=True)
class Markup:
    """What is to be known of one sheet."""

    errors: dict[Place, str] = field(default_factory=dict)
    """What stands where a formula went wrong, ``#N/A``."""
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    formats: dict[Place, "NumberFormat"] = field(default_factory=dict)
    """Of cells that show a whole number with leading zeros or words."""


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """How a whole number is shown: ``0000``, ``0"栋"`` or ``0-000``."""

    before: str
    zeros: str
    after: str

    def apply(self, number: str) -> str:
        """Return what the cell shows."""
        places = self.zeros.count("0")
        digits = number.zfill(places)
        first, left = digits[: len(digits) - places], iter(digits[len(digits) - places :])
        filled = "".join(next(left) if sign == "0" else sign for sign in self.zeros)
        return f"{self.before}{first}{filled}{self.after}"


Start = Callable[[str, Mapping[str, str]], None]


def read_markup(archive: zipfile.ZipFile, sheet_name: str) -> Markup:
    """Return what a workbook says about one of its sheets.

    Raises:
        RefusedError: its parts cannot be read.
    """
    try:
        book = _read_book(archive)
        formats = _read_number_formats(archive, book)
        reader = _SheetReader(formats)
        part = archive.read(book.sheets[sheet_name])
        if formats or _TELLING.search(part) or b"\0" in part[:200]:
            _walk(part, reader.start, reader.text if _ERRORS.search(part) else None)
    except (KeyError, ExpatError, ValueError, zipfile.BadZipFile, EOFError, zlib.error) as error:
        raise RefusedError("damaged") from error
    else:
        return reader.markup


def _walk(markup: bytes, start: Start, text: Callable[[str], None] | None = None) -> None:
    """Report the elements of XML, by their names without what stands before a colon."""
    parser = ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def start_element(name: str, attributes: dict[str, str]) -> None:
        start(name.rpartition(" ")[2], attributes)

    def refuse_entities(*_: object) -> None:
        raise RefusedError("damaged")

    parser.StartElementHandler = start_element
    parser.EntityDeclHandler = refuse_entities
    if text is not None:
        parser.CharacterDataHandler = text
    parser.Parse(markup, True)  # noqa: FBT003  # the parser takes no keywords


@dataclass(frozen=True, slots=True)
class _Book:
    """Where the parts of a workbook lie."""

    sheets: Mapping[str, str]
    styles: str | None


def _read_book(archive: zipfile.ZipFile) -> _Book:
    top = _read_relations(archive, "_rels/.rels", "/")
    path = next((path for path, kind in top.values() if kind.endswith("/officeDocument")), None)
    if path is None:
        raise KeyError("officeDocument")
    folder, file = posixpath.split(path)
    relations = _read_relations(archive, f"{folder}/_rels/{file}.rels", f"/{folder}")
    sheets: dict[str, str] = {}

    def start(name: str, attributes: Mapping[str, str]) -> None:
        if name == "sheet":
            ids = (value for key, value in attributes.items() if key.endswith(" id"))
            sheets.setdefault(attributes["name"], relations[next(ids, "")][0])

    _walk(archive.read(path), start)
    styles = (path for path, kind in relations.values() if kind.endswith("/styles"))
    return _Book(sheets, next(styles, None))


def _read_relations(archive: zipfile.ZipFile, part: str, base: str) -> dict[str, tuple[str, str]]:
    """Return what a part refers to, by identifier: the path and the type of each."""
    found: dict[str, tuple[str, str]] = {}

    def start(name: str, attributes: Mapping[str, str]) -> None:
        if name == "Relationship":
            path = posixpath.normpath(posixpath.join(base, attributes["Target"])).lstrip("/")
            found[attributes["Id"]] = (path, attributes["Type"])

    _walk(archive.read(part), start)
    return found


def _read_number_formats(archive: zipfile.ZipFile, book: _Book) -> dict[str, NumberFormat]:
    """Return the formats that add zeros or words to a whole number, by the style of a cell."""
    codes: dict[str, str] = {}
    styles: list[str] = []
    inside = False

    def start(name: str, attributes: Mapping[str, str]) -> None:
        nonlocal inside
        if name in {"cellXfs", "cellStyles", "dxfs"}:
            inside = name == "cellXfs"
        elif name == "numFmt":
            codes.setdefault(attributes["numFmtId"], attributes["formatCode"])
        elif name == "xf" and inside:
            styles.append(attributes.get("numFmtId", "0"))

    if book.styles is not None and book.styles in archive.namelist():
        _walk(archive.read(book.styles), start)
    found = {
        str(place): _parse_number_format(codes.get(key, "")) for place, key in enumerate(styles)
    }
    return {style: known for style, known in found.items() if known is not None}


def _parse_number_format(code: str) -> NumberFormat | None:
    match = _ZEROS.fullmatch(code.partition(";")[0])
    if match is None or code in {"0", ""}:
        return None
    before, after = match[1] or match[2] or "", match[4] or match[5] or ""
    return NumberFormat(before, match[3].replace("\\", ""), after)


class _SheetReader:
    """Gathers what is to be known from the elements of a sheet."""

    def __init__(self, formats: Mapping[str, NumberFormat]) -> None:
        self.markup = Markup()
        self._formats = formats
        self._row = self._column = -1
        self._inside: str | None = None
        self._without_value: Place | None = None
        """Where a formula stands, and nothing it has come to: no spreadsheet has computed it."""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        """Take the beginning of an element."""
        if name == "c":
            self._start_cell(attributes)
        elif name in {"f", "v"}:
            self._start_formula_or_value(name)
        elif name == "row":
            self._row = int(attributes["r"]) - 1 if "r" in attributes else self._row + 1
            self._column = -1
            if _is_hidden(attributes, "ht"):
                self.markup.hidden_rows.add(self._row)
        elif name == "col" and _is_hidden(attributes, "width"):
            first, last = int(attributes["min"]) - 1, int(attributes["max"])
            self.markup.hidden_columns |= set(range(first, min(last, first + MOST_HIDDEN_COLUMNS)))
        self._inside = name

    def text(self, text: str) -> None:
        """Take the letters of an element."""
        place = (self._row, self._column)
        wanted = "f" if place == self._without_value else "v"
        if self._inside == wanted and place in self.markup.errors:
            self.markup.errors[place] += text

    def _start_cell(self, attributes: Mapping[str, str]) -> None:
        match = _REFERENCE.fullmatch(attributes.get("r", ""))
        self._column = _column_of(match[1]) if match else self._column + 1
        place = (self._row, self._column)
        if attributes.get("t") == "e":
            self.markup.errors[place] = ""
        elif attributes.get("t", "n") == "n" and attributes.get("s") in self._formats:
            self.markup.formats[place] = self._formats[attributes["s"]]

    def _start_formula_or_value(self, name: str) -> None:
        place = (self._row, self._column)
        if name == "v" and place == self._without_value:
            del self.markup.errors[place]
            self._without_value = None
        elif name == "f" and place not in self.markup.errors:
            self.markup.errors[place] = "="
            self._without_value = place


def _is_hidden(attributes: Mapping[str, str], size: str) -> bool:
    """Tell whether nobody sees a row or a column: by its mark, or because it has no size."""
    return attributes.get("hidden") in TRUE or attributes.get(size) in {"0", "0.0"}


def _column_of(letters: str) -> int:
    """Return the place of a column from 0: A is 0, AA is 26."""
    place = 0
    for letter in letters:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1
