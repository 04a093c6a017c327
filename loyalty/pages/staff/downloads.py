"""Files that staff take away, under a name that says what they are."""

from urllib.parse import quote

from flask import Response


def send_file(content: bytes, media_type: str, name: str) -> Response:
    """Return a file to be saved.

    Args:
        content: its bytes.
        media_type: such as ``text/csv; charset=utf-8``.
        name: under which it is saved, with its ending.
    """
    response = Response(content, content_type=media_type)
    # Headers hold ASCII alone; RFC 8187 says how a name stands in one, for old readers a plain one.
    plain = f"file.{name.rpartition('.')[2]}"
    named = f"filename={plain}; filename*=UTF-8''{quote(name, safe='')}"
    response.headers["Content-Disposition"] = f"attachment; {named}"
    return response
