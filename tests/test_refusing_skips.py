"""A skip is told where it is allowed, and fails where it is not."""

import os
import subprocess
import sys
from pathlib import Path

from tests.refusing_skips import SETTING
from tests.serving import PROJECT

ALONE = "PYTEST_DISABLE_PLUGIN_AUTOLOAD"
"""Pytest by itself: what others plug into it takes longer to load than these tests to run."""

SKIPPING = """
import pytest

def test_in_the_middle():
    pytest.skip("its data is absent")

@pytest.mark.skipif(True, reason="its ground is absent")
def test_from_the_start(): ...

@pytest.mark.parametrize("case", [])
def test_of_no_case(case): ...

@pytest.mark.skipif(True, reason="is tried where LOYALTY_TEST_CITUS_URL is given")
def test_elsewhere(): ...

@pytest.mark.xfail(strict=True)
def test_expected_to_fail():
    assert False
"""
WHOLE_FILE = """
import pytest

pytest.skip("the file's data is absent", allow_module_level=True)
"""


def outcome(folder: Path, setting: str) -> str:
    """The closing line of a run of tests that skip."""
    (folder / "test_skipping.py").write_text(SKIPPING, "utf-8")
    (folder / "test_whole_file.py").write_text(WHOLE_FILE, "utf-8")
    done = subprocess.run(  # noqa: S603  # our own tests
        [sys.executable, "-m", "pytest", "-q", "-rs", "-p", "tests.refusing_skips",
         "-p", "no:cacheprovider", "--continue-on-collection-errors", "--rootdir", folder, folder],
        cwd=PROJECT, env={**os.environ, SETTING: setting, ALONE: "1"}, capture_output=True,
        text=True, check=False,
    )  # fmt: skip
    return done.stdout


def test_a_skip_is_allowed_by_default(tmp_path: Path) -> None:
    assert "5 skipped, 1 xfailed" in outcome(tmp_path, "off")


def test_what_is_tried_elsewhere_alone_may_be_skipped_there(tmp_path: Path) -> None:
    told = outcome(tmp_path, "on")

    assert [line for line in told.splitlines() if line.startswith("SKIPPED")] == [
        line for line in told.splitlines() if "LOYALTY_TEST_CITUS_URL" in line
    ]


def test_a_skip_fails_where_it_is_refused(tmp_path: Path) -> None:
    told = outcome(tmp_path, "on")

    assert "1 failed, 1 skipped, 1 xfailed, 3 errors" in told
    for reason in ("its data is absent", "its ground is absent", "the file's data is absent"):
        assert reason in told
