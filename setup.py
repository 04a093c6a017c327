"""What the wheel holds beyond pyproject.toml: the migrations, and what set-up fetches and compiles.

The migrations lie beside the package in the tree and inside it in the wheel, which is the whole
product: it serves, migrates and makes the demonstration anywhere.
"""

import shutil
from pathlib import Path

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

PACKAGE = Path("loyalty")
BROWSER_FILES = (
    "echarts/echarts.min.js",
    "idb/index.js",
    "noble/index.js",
    "swagger-ui/swagger-ui-bundle.js",
    "swagger-ui/swagger-ui.css",
    "zxing/reader/index.js",
    "zxing/share.js",
    "zxing/zxing_reader.wasm",
)
"""What `make setup` copies to loyalty/static/vendor."""


class BuildWhole(build_py):
    """Copies the package, and refuses to make half of it."""

    def run(self) -> None:
        """Copy into an empty folder: what an earlier build left there is not the product."""
        if not self.editable_mode:
            if missing := [*missing_browser_files(), *missing_translations()]:
                raise SystemExit(
                    f"No wheel without {', '.join(missing)}: `make wheel` fetches and compiles it."
                )
            shutil.rmtree(self.build_lib, ignore_errors=True)
        super().run()


def missing_browser_files() -> list[str]:
    """Return the browser libraries that are not here."""
    files = [PACKAGE / "static" / "vendor" / name for name in BROWSER_FILES]
    return [str(file) for file in files if not file.is_file()]


def missing_translations() -> list[str]:
    """Return the compiled catalogues that are not here, or older than their texts."""
    compiled = {
        folder / "messages.po": folder / "messages.mo"
        for folder in sorted(PACKAGE.glob("translations/*/LC_MESSAGES"))
    }
    return [
        str(mo)
        for po, mo in compiled.items()
        if not mo.is_file() or (po.is_file() and mo.stat().st_mtime < po.stat().st_mtime)
    ]


setup(
    packages=[
        *find_packages(include=["loyalty", "loyalty.*"]),
        "loyalty.migrations",
        "loyalty.migrations.versions",
    ],
    package_dir={"loyalty.migrations": "migrations"},
    cmdclass={"build_py": BuildWhole},
)
