"""The samples of three PostgreSQL are whole, and say what the handbook promises.

`python -m tests.faults.failovers` runs them; here it is only looked at what stands in them.
"""

import re
import subprocess
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]  # it says nothing of its types

from tests.deploy.test_samples import program
from tests.faults.cluster import DATA, NETWORK, SOCKETS, STATE, Machine, Network, sample
from tests.faults.failovers import LONGEST_SILENCE

PATRONI = yaml.safe_load(sample("patroni.yml"))


@pytest.fixture
def second(tmp_path: Path) -> Machine:
    """The second of the three machines, made of the samples of the first."""
    return Machine(Network(tmp_path, "127.7.7.", "a password"), 2)


def test_no_sale_is_answered_that_stands_on_one_machine_alone() -> None:
    settings = PATRONI["bootstrap"]["dcs"]

    assert (settings["synchronous_mode"], settings["synchronous_mode_strict"]) == (True, True)
    # The default, which waits until the other machine has written it.
    assert "synchronous_commit" not in settings["postgresql"]["parameters"]


def test_a_leader_that_is_gone_is_followed_in_time() -> None:
    settings = PATRONI["bootstrap"]["dcs"]
    elects = int(re.findall(r"(?m)^ETCD_ELECTION_TIMEOUT=(\d+)$", sample("etcd.env"))[0]) / 1000

    assert settings["ttl"] >= settings["loop_wait"] + 2 * settings["retry_timeout"]
    # An election takes up to twice its time.
    assert settings["ttl"] + 2 * elects + settings["loop_wait"] < LONGEST_SILENCE


def test_haproxy_takes_its_sample() -> None:
    path = Path(__file__).parents[2] / "deploy" / "haproxy-patroni.cfg"

    told = subprocess.run(  # noqa: S603  # Debian's
        [program("haproxy"), "-c", "-f", str(path)], capture_output=True, text=True, check=False
    )

    assert told.returncode == 0, told.stderr


def test_the_samples_of_the_first_machine_make_those_of_another(second: Machine) -> None:
    etcd, patroni = second.environment("etcd.env"), second.environment("patroni.env")

    assert (etcd["ETCD_NAME"], patroni["PATRONI_NAME"]) == ("db2", "db2")
    assert etcd["ETCD_LISTEN_CLIENT_URLS"] == "http://127.7.7.12:2379"
    assert patroni["PATRONI_POSTGRESQL_CONNECT_ADDRESS"] == "127.7.7.12:5432"
    assert patroni["PATRONI_ETCD_HOSTS"].split(",") == [
        f"127.7.7.1{number}:2379" for number in (1, 2, 3)
    ]
    assert all(patroni[name] for name in patroni if name.endswith("_PASSWORD"))


def test_everything_is_adapted_that_several_machines_cannot_share(
    second: Machine, tmp_path: Path
) -> None:
    written = (tmp_path / "db2" / "config.yml").read_text("utf-8")

    assert DATA in sample("patroni.yml")
    assert SOCKETS in sample("patroni.yml")
    assert STATE in sample("etcd.env")
    adapted = [written, *second.environment("etcd.env").values()]
    assert DATA in sample("pgbackrest.conf")
    assert SOCKETS in sample("pgbackrest.conf")
    for shared in (DATA, SOCKETS, STATE, NETWORK):
        assert not [text for text in adapted if shared in text]
