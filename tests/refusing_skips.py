"""Nothing is passed over in silence: where asked to, a skipped test has failed.

What needs the real data beside the project is skipped without it, and so is whatever else finds its
ground missing. With LOYALTY_REFUSE_SKIPS=on, as in CI, that is a failure which tells the reason.
What no such machine can have is tried elsewhere, and stays a skip.
"""

import os
from collections.abc import Generator
from typing import TypeVar

import pytest

Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)

SETTING = "LOYALTY_REFUSE_SKIPS"

TRIED_ELSEWHERE = ("LOYALTY_TEST_CITUS_URL",)
"""Settings that name what cannot be installed from the registries: a cluster of Citus."""


def refuses_skips() -> bool:
    return os.environ.get(SETTING, "off") == "on"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return _judge((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return _judge((yield))


def _judge(report: Report) -> Report:
    """Let a skipped test have failed; one that is expected to fail is none."""
    if refuses_skips() and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        if not any(name in str(reason) for name in TRIED_ELSEWHERE):
            report.outcome = "failed"
            report.longrepr = f"{reason} ({SETTING}=on)"
    return report
