"""Files that staff take away, under a name that says what they are."""

from flask import Response


def send_file(content: bytes, media_type: str, name: str) -> Response:
    """Return a file to be saved.

    Args:
        content: its bytes.
        media_type: such as ``text/csv; charset=utf-8``.
        name: under which it is saved, with its ending.
    """
    response = Response(content, content_type=media_type)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
