"""The till's own files, under an address that changes whenever one of them does.

So a page and its modules always agree, browsers keep a file for good, and the page's worker knows
from one word whether it holds everything.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

HERE = Path(__file__).parent
MODULES = HERE / "static"
LIBRARIES = HERE.parent / "static" / "vendor"
"""Where `make setup` copies the browser's libraries."""

FRAME = HERE.parent / "pages" / "static"
FRAME_FILES = ("ground.css", "parts.css", "mark.svg")
"""What the till's page shares with all pages."""

WORKER = "worker.js"
VENDOR = "vendor/"
USED_LIBRARIES = ("idb", "noble", "zxing")
HEAVY = f"{VENDOR}zxing/"
"""The reader of camera pictures, a megabyte: fetched after all that selling needs."""

KINDS: Mapping[str, str] = MappingProxyType(
    {
        ".css": "text/css",
        ".js": "text/javascript",
        ".mjs": "text/javascript",
        ".png": "image/png",
        ".svg": "image/svg+xml",
        ".wasm": "application/wasm",
    }
)
"""Media types by ending: browsers run no module, and compile no library, under another."""


def asset_file(name: str) -> tuple[Path, str]:
    """Return the folder and the name inside it of a file of the till."""
    if name.startswith(VENDOR):
        return LIBRARIES, name.removeprefix(VENDOR)
    return MODULES, name


def asset_names() -> list[str]:
    """Return the names of all files that lie below the address of the till's version."""
    return sorted(
        [*_names(MODULES, ""), *(name for used in USED_LIBRARIES for name in _library(used))]
    )


@cache
def version() -> str:
    """Return the word that stands for the content of every file the page is made of."""
    digest = sha256()
    templates = sorted((HERE / "templates").rglob("*.html"))
    assets = [folder / name for folder, name in map(asset_file, asset_names())]
    for file in (*assets, *templates, *(FRAME / name for name in FRAME_FILES)):
        digest.update(file.name.encode() + b"\0" + sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:12]


def _library(name: str) -> Iterator[str]:
    return _names(LIBRARIES / name, f"{VENDOR}{name}/")


def _names(folder: Path, prefix: str) -> Iterator[str]:
    for file in folder.rglob("*"):
        if file.suffix in KINDS and file.name != WORKER:
            yield prefix + file.relative_to(folder).as_posix()
