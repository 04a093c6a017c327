"""Office files are archives: the same content makes the same bytes, whenever it is packed."""

import io
from datetime import UTC, datetime
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

PACKED_AT: Final = (1980, 1, 1, 0, 0, 0)
"""What every part of an archive says of its time; none can be older."""

MADE_AT: Final = datetime(2000, 1, 1, tzinfo=UTC)
"""What a document says of its time, where it must say one."""

_READABLE: Final = 0o600 << 16


def pack_anew(archive: bytes) -> bytes:
    """Return an archive with its parts as they were and in their order, without the time."""
    file = io.BytesIO()
    with ZipFile(io.BytesIO(archive)) as old, ZipFile(file, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = ZipInfo(name, PACKED_AT)
            part.compress_type = ZIP_DEFLATED
            part.external_attr = _READABLE
            new.writestr(part, old.read(name))
    return file.getvalue()
