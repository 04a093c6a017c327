"""What kind of file was uploaded, by its first bytes: a name ending is only what people call it."""

import io
import re
import zipfile

from loyalty.services.imports.table_faults import RefusedError

ZIP = (b"PK\x03\x04", b"PK\x05\x06")
COMPOUND = b"\xd0\xcf\x11\xe0"
"""Workbooks before 2007, and new ones under a password."""

LARGEST_PART = 32 * 1024 * 1024
"""Bytes of all parts of a workbook, unpacked."""
MOST_UNPACKED = 100
"""How many times larger a part of a workbook may become; real ones stay below 30."""
SMALL_PART = 1024 * 1024
"""Bytes of a part whose ratio does not matter."""
MOST_PARTS = 1_000

_OTHERS = (
    (b"%PDF", "pdf"),
    (b"\x89PNG", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"BM", "picture"),
    (b"II*\0", "picture"),
    (b"MM\0*", "picture"),
    (b"RIFF", "picture"),
    (b"Rar!", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"\x1f\x8b", "archive"),
    (b"{\\rtf", "document"),
)
_WEB = re.compile(
    rb"\s*(?:<\?xml[^>]*\?>\s*|<!--.*?-->\s*)*"
    rb"<(?:!doctype html|html|head|meta|body|table|style|div)",
    re.IGNORECASE | re.DOTALL,
)
_MAIL = re.compile(rb"\s*(?:MIME-Version:|From:\s|Content-Type:\s*multipart)", re.IGNORECASE)
_XML = re.compile(rb"\s*<\?xml|\s*<\?mso|\s*<(?:ss:)?Workbook[\s>]", re.IGNORECASE)
_ODF_TABLE = b"application/vnd.oasis.opendocument.spreadsheet"


def refuse_other_files(content: bytes) -> None:
    """Refuse by name whatever is neither a workbook nor a text.

    Raises:
        RefusedError: it is a web page, a picture, a document or the like.
    """
    for start, kind in _OTHERS:
        if content.startswith(start) and (kind != "picture" or b"\0" in content[:64]):
            raise RefusedError(kind)
    if content[4:8] == b"ftyp":
        raise RefusedError("picture")
    head = _read_head(content)
    if _WEB.match(head) or _MAIL.match(head):
        raise RefusedError("web_page")
    if _XML.match(head):
        raise RefusedError("xml")


def _read_head(content: bytes) -> bytes:
    """Return the first letters of a text, whatever it is encoded in, as bytes of ASCII."""
    return content[:8192].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe")


def open_archive(content: bytes) -> zipfile.ZipFile:
    """Return the parts of a workbook, whose sizes make sense.

    The zip states them; where it lies, the limits of this process hold.

    Raises:
        RefusedError: it is damaged, too large, or holds something else than a workbook.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise RefusedError("damaged") from error
    parts = archive.infolist()
    swollen = any(
        part.file_size > SMALL_PART and part.file_size > MOST_UNPACKED * part.compress_size
        for part in parts
    )
    if swollen or len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > LARGEST_PART:
        raise RefusedError("too_large")
    if any(part.flag_bits & 1 for part in parts):
        raise RefusedError("password")
    _refuse_other_archives(content, {part.filename for part in parts})
    return archive


def _refuse_other_archives(content: bytes, names: set[str]) -> None:
    """Refuse by name a zip that holds no workbook as Excel writes it since 2007."""
    if _ODF_TABLE in content[:200]:
        raise RefusedError("open_document")
    if any(name.endswith((".iwa", "Index.zip")) for name in names):
        raise RefusedError("numbers")
    if any(name.startswith(("word/", "ppt/")) for name in names):
        raise RefusedError("document")
    if "xl/workbook.bin" in names:
        raise RefusedError("binary_workbook")
    if not any(name.endswith(".rels") for name in names):
        raise RefusedError("open_document" if "mimetype" in names else "archive")
