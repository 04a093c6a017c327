"""What is said to run in containers is whole: nobody here can start one."""

import re
import subprocess
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]  # it says nothing of its types

PROJECT = Path(__file__).parents[2]
DEPLOY = PROJECT / "deploy"
SETTING = re.compile(r"\bLOYALTY_[A-Z_]*[A-Z]")


def settings_in(folder: Path, pattern: str) -> set[str]:
    """The settings of ours that the files of a folder name."""
    return {
        name
        for path in folder.rglob(pattern)
        if path.is_file()
        for name in SETTING.findall(path.read_text("utf-8"))
    }


def described() -> Any:
    return yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))


def test_every_setting_that_a_sample_names_is_one_that_the_service_reads() -> None:
    ours = settings_in(PROJECT / "loyalty", "*.py")
    named = settings_in(DEPLOY, "*")

    assert {"LOYALTY_DATABASE_URL", "LOYALTY_SECRET_KEY_FILE"} <= named
    # A secret may stand in a file, under the same name.
    assert {name for name in named if name.removesuffix("_FILE") not in ours} == set()


def test_whatever_a_container_uses_is_described_beside_it() -> None:
    whole = described()
    for kind in ("secrets", "configs", "volumes"):
        used = {
            one["source"] if isinstance(one, dict) else one.partition(":")[0]
            for service in whole["services"].values()
            for one in service.get(kind, [])
        }
        assert used == whole[kind].keys()


def test_each_container_that_stays_is_asked_whether_it_is_well_and_starts_again() -> None:
    services = described()["services"]
    staying = [service for name, service in services.items() if name != "owner"]

    assert "/readyz" in services["service"]["healthcheck"]["test"][-1]
    assert all("healthcheck" in service for service in staying)
    assert {service["restart"] for service in staying} == {"unless-stopped"}


def test_the_owners_password_is_where_tables_are_changed_and_not_where_requests_are_answered() -> (
    None
):
    services = described()["services"]

    assert "owner_password" in services["owner"]["secrets"]
    assert "owner_password" not in services["service"]["secrets"]
    waits_for = services["service"]["depends_on"]["owner"]
    assert waits_for == {"condition": "service_completed_successfully"}


def test_what_is_put_into_a_container_is_a_file_that_lies_beside() -> None:
    whole = described()

    assert all((DEPLOY / one["file"]).is_file() for one in whole["configs"].values())
    for script in ("addresses.sh", "roles.sh"):
        subprocess.run(["/bin/sh", "-n", str(DEPLOY / script)], check=True)  # noqa: S603  # ours
        named = set(re.findall(r"secrets/(\w+)", (DEPLOY / script).read_text("utf-8")))
        assert named <= whole["secrets"].keys()


def test_the_roles_are_those_of_the_handbook() -> None:
    made = (DEPLOY / "roles.sh").read_text("utf-8").splitlines()
    handbook = (PROJECT / "docs" / "running.md").read_text("utf-8")
    statements = [re.sub(r"\$\w+", "…", line) for line in made if line.endswith(";")]

    assert len(statements) == 6
    assert [one for one in statements if one not in handbook] == []


def test_no_secret_of_containers_is_ever_committed() -> None:
    ignored = (PROJECT / ".gitignore").read_text("utf-8").splitlines()

    assert "/deploy/secrets/" in ignored


def test_the_service_is_no_superuser_of_its_container_and_owns_nothing_there() -> None:
    last = (DEPLOY / "Dockerfile").read_text("utf-8").rpartition("\nFROM ")[2]

    assert re.findall(r"(?m)^USER (\S+)$", last) == ["loyalty"]
    assert "--chown" not in last
