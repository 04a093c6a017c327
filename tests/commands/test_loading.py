"""What a command loads is not looked over for garbage; what it makes afterwards is."""

import gc

import pytest
from click import Context

from loyalty.commands import main
from loyalty.commands.loading import loading


def test_there_is_no_looking_while_modules_are_loaded_and_there_is_afterwards() -> None:
    with loading():
        meanwhile = gc.isenabled()

    assert (meanwhile, gc.isenabled()) == (False, True)


def test_whoever_has_stopped_it_before_goes_on_without() -> None:
    with loading():
        with loading():
            pass
        assert not gc.isenabled()


@pytest.mark.parametrize("command", ["figures", "no such command"])
def test_a_command_is_carried_out_with_the_collector_at_work(command: str) -> None:
    main.get_command(Context(main), command)

    assert gc.isenabled()


def test_what_cannot_be_loaded_leaves_the_collector_at_work() -> None:
    with pytest.raises(ImportError), loading():
        raise ImportError

    assert gc.isenabled()
