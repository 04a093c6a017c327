"""The tests of the till's modules run in a JavaScript engine; each file of them is a test here."""

import re
import subprocess
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.till.test_modules import NODE, ROOT

FILES = sorted((ROOT / "tests" / "till").glob("*.test.js"))
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
"""What XML has no place for, though a message may hold it."""

FINE = 'import test from "node:test"; test("is fine", () => {});'
WRONG = 'import test from "node:test"; test("is wrong", () => { throw new Error("so wrong"); });'
BROKEN = 'import "./nothing.js";'
LATE = (
    'import test from "node:test"; setTimeout(() => { throw new Error("late"); }, 1);'
    'test("takes time", () => new Promise((end) => setTimeout(end, 50)));'
)


class NodeRun:
    """Tests of modules, all run in one process: one for each file takes longer than they do."""

    def __init__(self, files: Sequence[Path]) -> None:
        """Run the tests of some files."""
        run = subprocess.run(  # noqa: S603  # our own tests, by the locked node
            [NODE, "--test", "--test-isolation=none", "--test-reporter=junit", *map(str, files)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        self.failed = run.returncode != 0
        self.report = run.stdout + run.stderr
        assert run.stdout.endswith("</testsuites>\n"), self.report
        report = ET.fromstring(UNPRINTABLE.sub("", run.stdout))  # noqa: S314  # our own
        self._cases = list(report.iter("testcase"))

    def count(self, file: Path) -> int:
        """Return how many tests a file has; where it has none, node counts the file as one."""
        names = [case.get("name", "") for case in self._cases_of(file)]
        return sum(not name.endswith(file.name) for name in names)

    def faults(self, file: Path) -> str:
        """Return what went wrong in a file, as it is told by node."""
        faults = [fault for case in self._cases_of(file) for fault in case.iter("failure")]
        return "\n".join(str(fault.text) for fault in faults)

    def has_faults_outside(self, files: Sequence[Path]) -> bool:
        """Whether something has failed which is none of these files' own."""
        return self.failed and not any(map(self.faults, files))

    def _cases_of(self, file: Path) -> list[ET.Element]:
        return [case for case in self._cases if case.get("file") == str(file)]


@pytest.fixture(scope="module")
def node_run() -> NodeRun:
    """Run the tests of all modules, once for each process of pytest that is given some."""
    return NodeRun(FILES)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_the_modules_keep_their_promises(node_run: NodeRun, file: Path) -> None:
    assert node_run.faults(file) == ""
    assert node_run.count(file) > 0


def test_nothing_fails_outside_the_files(node_run: NodeRun) -> None:
    assert not node_run.has_faults_outside(FILES), node_run.report


def test_each_file_is_told_from_the_others(tmp_path: Path) -> None:
    texts = {"fine": FINE, "wrong": WRONG, "broken": BROKEN, "empty": ""}
    fine, wrong, broken, empty = files = written(tmp_path, texts)

    run = NodeRun(files)

    assert (run.count(fine), run.faults(fine)) == (1, "")
    assert (run.count(empty), run.faults(empty)) == (0, "")
    assert "so wrong" in run.faults(wrong)
    assert "ERR_MODULE_NOT_FOUND" in run.faults(broken)
    assert not run.has_faults_outside(files)


def test_what_fails_after_its_test_is_seen(tmp_path: Path) -> None:
    files = written(tmp_path, {"fine": FINE, "late": LATE})

    run = NodeRun(files)

    assert list(map(run.faults, files)) == ["", ""]
    assert run.has_faults_outside(files)


def written(folder: Path, texts: dict[str, str]) -> list[Path]:
    """Return files of tests with these texts."""
    (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    files = [folder / f"{name}.test.js" for name in texts]
    for file, text in zip(files, texts.values(), strict=True):
        file.write_text(text, encoding="utf-8")
    return files
