"""Why a process that reads what strangers send has given no answer."""

import pytest

from loyalty.services.apart import ApartError, ApartFault, read_apart


def test_what_the_reader_writes_is_the_answer() -> None:
    assert read_apart("json.tool", b'{"a": 1}', "--compact") == b'{"a":1}\n'


@pytest.mark.parametrize(
    ("ending", "fault"),
    [
        ("os.kill(os.getpid(), signal.SIGXCPU)", ApartFault.TOO_LARGE),
        ("os.abort()", ApartFault.TOO_LARGE),
        ("os.kill(os.getpid(), signal.SIGKILL)", ApartFault.BUSY),
        ("os.kill(os.getpid(), signal.SIGTERM)", ApartFault.BUSY),
        ("os._exit(1)", ApartFault.DAMAGED),
    ],
)
def test_how_a_reader_ended_says_whether_the_file_or_the_machine_was_at_fault(
    ending: str, fault: ApartFault
) -> None:
    with pytest.raises(ApartError) as refusal:
        read_apart("timeit", b"", "-n", "1", f"import os, signal; {ending}")

    assert refusal.value.fault is fault
