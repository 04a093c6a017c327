"""The wheel is the product: everything is inside, or there is none."""

import os
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from loyalty.database import is_migrated

PROJECT = Path(__file__).parents[2]
FOLDERS = ("loyalty", "migrations")
FILES = ("setup.py", "pyproject.toml", "README.md", "LICENSE")
LEFT_OUT = {".po", ".cfg", ".pyc"}
"""What makes the product, and is no part of it."""

VENDOR = Path("loyalty/static/vendor")


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of what the wheel is built from."""
    copy = tmp_path_factory.mktemp("tree")
    for folder in FOLDERS:
        shutil.copytree(
            PROJECT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__")
        )
    for file in FILES:
        shutil.copy2(PROJECT / file, copy)
    return copy


@pytest.fixture(scope="module")
def wheel(tree: Path) -> Path:
    """The wheel, built where an earlier build has left something."""
    left = tree / "build" / "lib" / "loyalty" / "left_by_an_earlier_build.py"
    left.parent.mkdir(parents=True)
    left.touch()
    program = "from setuptools.build_meta import build_wheel; build_wheel('dist')"
    run(sys.executable, "-c", program, cwd=tree).check_returncode()
    (found,) = (tree / "dist").glob("loyalty-*-py3-none-any.whl")
    return found


def run(
    *words: str, cwd: Path, environ: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  # our own build
        words, cwd=cwd, env={**os.environ, **(environ or {})}, capture_output=True, text=True,
        check=False,
    )  # fmt: skip


def build(tree: Path) -> subprocess.CompletedProcess[str]:
    return run(sys.executable, "setup.py", "--quiet", "build_py", cwd=tree)


def test_every_file_of_the_product_is_inside(tree: Path, wheel: Path) -> None:
    expected = {
        str(Path("loyalty", path) if path.parts[0] == "migrations" else path)
        for folder in FOLDERS
        for path in (file.relative_to(tree) for file in (tree / folder).rglob("*"))
        if (tree / path).is_file() and path.suffix not in LEFT_OUT and path.name != ".copied"
    }

    inside = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}

    assert {Path(name).suffix for name in inside} >= {".py", ".html", ".js", ".wasm", ".mo", ".css"}
    assert inside == expected


def test_it_migrates_outside_the_tree(wheel: Path, database: str, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path / "installed")
    program = (
        "import sys; from loyalty.database import MIGRATIONS, migrate;"
        "migrate(sys.argv[1], revision='base'); migrate(sys.argv[1]); print(MIGRATIONS)"
    )

    done = run(
        sys.executable, "-c", program, database, cwd=tmp_path,
        environ={"PYTHONPATH": str(tmp_path / "installed")},
    )  # fmt: skip

    assert done.stdout.strip() == str(tmp_path / "installed" / "loyalty" / "migrations"), done
    assert is_migrated(database)


def without(path: Path) -> Callable[[Path], None]:
    return lambda tree: (tree / path).unlink()


def translate_again(tree: Path) -> None:
    """Change the texts of a catalogue after it was compiled."""
    compiled = tree / MO
    os.utime(compiled.with_suffix(".po"), (later := compiled.stat().st_mtime + 1, later))


MO = Path("loyalty/translations/zh_Hant/LC_MESSAGES/messages.mo")


@pytest.mark.parametrize(
    ("spoil", "missing"),
    [
        (without(VENDOR / "zxing" / "zxing_reader.wasm"), "zxing_reader.wasm"),
        (without(MO), "zh_Hant"),
        (translate_again, "zh_Hant"),
    ],
)
def test_half_a_product_is_not_built(
    tree: Path, spoil: Callable[[Path], None], missing: str
) -> None:
    keep = {path: path.stat() for path in tree.rglob("*") if path.suffix in {".po", ".mo"}}
    spoil(tree)

    refused = build(tree)

    for path, before in keep.items():
        if not path.exists():
            shutil.copy2(PROJECT / path.relative_to(tree), path)
        os.utime(path, (before.st_atime, before.st_mtime))
    shutil.copytree(PROJECT / VENDOR, tree / VENDOR, dirs_exist_ok=True)
    assert refused.returncode == 1
    assert refused.stderr.startswith("No wheel without ")
    assert missing in refused.stderr
    assert refused.stderr.count("\n") == 1


def test_each_browser_library_is_asked_for(tree: Path) -> None:
    names = {str(path.relative_to(PROJECT)) for path in (PROJECT / VENDOR).rglob("*.*")}
    (tree / VENDOR).rename(tree / "elsewhere")

    refused = build(tree)

    (tree / "elsewhere").rename(tree / VENDOR)
    asked = set(refused.stderr.removeprefix("No wheel without ").partition(":")[0].split(", "))
    assert asked == names - {str(VENDOR / ".copied")}
