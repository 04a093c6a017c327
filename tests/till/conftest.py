"""What the tests of the till share that are written in Python."""

import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.till.test_modules import NODE

Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def ask() -> Iterator[Ask]:
    """Put a question to the till's own modules."""
    script = Path(__file__).with_name("answer_lines.mjs")
    with subprocess.Popen(  # noqa: S603  # our own script, by the node that was found
        [NODE, str(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as till:
        assert till.stdin is not None
        assert till.stdout is not None
        asked, answers = till.stdin, till.stdout

        def put(question: str, **members: Any) -> Any:
            asked.write(json.dumps({"ask": question, **members}) + "\n")
            asked.flush()
            return json.loads(answers.readline())

        yield put
        asked.close()
