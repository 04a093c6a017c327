"""The locks hold everything that is installed, for every Python the programme runs on.

They are installed without asking what a package requires, so what one requires must be locked.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

PROJECT = Path(__file__).parents[2]
LOCKS = ("requirements.lock", "requirements-dev.lock")

PYTHONS = ("3.11", "3.12", "3.13", "3.14")
MACHINES = ("x86_64", "aarch64")

Pins = Mapping[str, Requirement]


@cache
def pins_of(lock: str) -> Pins:
    """What a lock installs, by name."""
    lines = re.findall(r"^(\S+==[^\\\n]+)", (PROJECT / lock).read_text("utf-8"), re.MULTILINE)
    pins = [Requirement(line) for line in lines]
    return {canonicalize_name(pin.name): pin for pin in pins}


def version_of(pin: Requirement) -> str:
    return next(iter(pin.specifier)).version


def environments() -> Iterator[dict[str, Any]]:
    for python in PYTHONS:
        for machine in MACHINES:
            yield {
                **default_environment(),
                "python_version": python,
                "python_full_version": f"{python}.9",
                "implementation_version": f"{python}.9",
                "platform_machine": machine,
            }


def holds(requirement: Requirement, environment: Mapping[str, Any], extra: str = "") -> bool:
    return requirement.marker is None or requirement.marker.evaluate(
        {**environment, "extra": extra}
    )


def fault_of(wanted: Requirement, pins: Pins, environment: Mapping[str, Any]) -> str | None:
    """What a lock lacks of one requirement."""
    pin = pins.get(canonicalize_name(wanted.name))
    if pin is None or not holds(pin, environment):
        return "is not locked"
    if not wanted.specifier.contains(version_of(pin), prereleases=True):
        return f"is locked as {version_of(pin)}"
    if missing := wanted.extras - pin.extras:
        return f"is locked without {missing}"
    return None


def faults(pins: Pins) -> set[str]:
    """What the locked packages require and the lock does not give, on any Python."""
    found = set()
    for environment in environments():
        for pin in pins.values():
            if not holds(pin, environment):
                continue
            for line in metadata.requires(pin.name) or []:
                wanted = Requirement(line)
                if any(holds(wanted, environment, extra) for extra in {"", *pin.extras}):
                    fault = fault_of(wanted, pins, environment)
                    if fault:
                        python = environment["python_version"]
                        found.add(f"{pin.name} on {python}: {wanted.name} {fault}")
    return found


def project() -> Mapping[str, list[Requirement]]:
    """What the project itself asks for, by lock."""
    asked = tomllib.loads((PROJECT / "pyproject.toml").read_text("utf-8"))["project"]
    running = [Requirement(line) for line in asked["dependencies"]]
    testing = [Requirement(line) for line in asked["optional-dependencies"]["dev"]]
    return {LOCKS[0]: running, LOCKS[1]: running + testing}


@pytest.mark.parametrize("lock", LOCKS)
def test_whatever_a_locked_package_requires_is_locked(lock: str) -> None:
    assert faults(pins_of(lock)) == set()


@pytest.mark.parametrize("lock", LOCKS)
def test_whatever_the_project_requires_is_locked(lock: str) -> None:
    lacking = {
        f"{wanted.name} {fault}"
        for environment in environments()
        for wanted in project()[lock]
        if (fault := fault_of(wanted, pins_of(lock), environment))
    }

    assert lacking == set()


def test_what_is_tested_is_what_runs() -> None:
    running, testing = pins_of(LOCKS[0]), pins_of(LOCKS[1])

    assert len(running) > 50
    assert {name for name, pin in running.items() if pin.specifier != testing[name].specifier} == (
        set()
    )


@pytest.mark.parametrize("lock", LOCKS)
def test_what_is_installed_here_is_what_is_locked(lock: str) -> None:
    here = default_environment()
    locked = {name: version_of(pin) for name, pin in pins_of(lock).items() if holds(pin, here)}

    assert {name: metadata.version(name) for name in locked} == locked


def test_a_package_left_out_of_the_lock_is_noticed() -> None:
    pins = {name: pin for name, pin in pins_of(LOCKS[0]).items() if name != "werkzeug"}

    assert "flask on 3.14: werkzeug is not locked" in faults(pins)


def test_an_extra_left_out_of_the_lock_is_noticed() -> None:
    pins = {**pins_of(LOCKS[0]), "apispec": Requirement("apispec==6.10.1")}

    found = faults(pins)

    assert any("apispec is locked without {'marshmallow'}" in fault for fault in found)


def test_a_package_locked_for_some_pythons_only_is_noticed() -> None:
    narrow = Requirement('click==8.5.1 ; python_version < "3.13"')

    found = faults({**pins_of(LOCKS[0]), "click": narrow})

    assert "flask on 3.13: click is not locked" in found
    assert "flask on 3.12: click is not locked" not in found


def test_a_version_that_does_not_satisfy_is_noticed() -> None:
    found = faults({**pins_of(LOCKS[0]), "click": Requirement("click==7.0")})

    assert "flask on 3.11: click is locked as 7.0" in found
