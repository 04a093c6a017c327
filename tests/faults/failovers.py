"""The primary of three goes away again and again while tills sell: what was acknowledged stays.

`python -m tests.faults.failovers --times 20` says how long each time nothing was sold, and fails
where a sale that was acknowledged is missing, stands there twice, or was acknowledged by a machine
that did not lead any more. `--asynchronous` is the control: there sales are lost, and it is seen.
"""

import argparse
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import cycle
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import NamedTuple

import psycopg

from tests.faults.busy_market import (
    SALES,
    Crowd,
    Faults,
    count_sales,
    find_faults,
    given_busy_market,
    list_lost,
    selling,
)
from tests.faults.cluster import Cluster, Machine, running_cluster
from tests.given import SECRET
from tests.kept_database import plain
from tests.serving import free_port, start, stop, until

LONGEST_SILENCE = 30
"""Seconds until sales are acknowledged again."""

HELD_BACK = 1.5
"""Seconds in which the primary sells on, and no other machine learns of it."""

ROLES = (
    "CREATE ROLE loyalty LOGIN PASSWORD '{0}'",
    "CREATE ROLE loyalty_member NOLOGIN",
    "CREATE ROLE loyalty_service LOGIN BYPASSRLS PASSWORD '{0}'",
    "GRANT loyalty_member TO loyalty, loyalty_service",
    "GRANT pg_read_all_stats TO loyalty_service",
    "CREATE DATABASE loyalty OWNER loyalty",
)
"""As docs/running.md has them."""


def cut_power(_: Cluster, leader: Machine) -> None:
    """The machine is gone: etcd, Patroni and PostgreSQL at once."""
    leader.switch_off()


def fall_behind(_: Cluster, leader: Machine) -> None:
    """It sells on for a moment with nobody behind it, and then it is gone."""
    leader.hold_log_back()
    time.sleep(HELD_BACK)
    leader.switch_off()


def hang(_: Cluster, leader: Machine) -> None:
    """It does nothing more, keeps all its lines open, and later goes on as if it led."""
    leader.hang()


def switch_over(cluster: Cluster, leader: Machine) -> None:
    """The operator has another one lead."""
    cluster.ask("POST", "switchover", {"leader": leader.name})


class Kind(NamedTuple):
    """What may happen to the primary."""

    happen: Callable[[Cluster, Machine], None]
    recover: Callable[[Machine], None] | None = None
    """What brings it back; None where it needs nothing."""


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "power cut": Kind(cut_power, Machine.start),
        "hang": Kind(hang, Machine.wake),
        "behind, then power cut": Kind(fall_behind, Machine.start),
        "switchover": Kind(switch_over),
    }
)


class Trial:
    """A cluster, and tills that sell on it."""

    def __init__(self, cluster: Cluster, crowd: Crowd, *, synchronous: bool) -> None:
        self.cluster = cluster
        self.crowd = crowd
        self.silences: list[float] = []
        self.lost = 0
        """Acknowledged, and not there when another one led."""
        self._synchronous = synchronous
        self._looked_at: set[str] = set()

    def fail_over(self, kind: str) -> None:
        """Have the primary go away, and wait until all is as before."""
        happen, recover = KINDS[kind]
        self.cluster.await_whole(synchronous=self._synchronous)
        leader, begun = self.cluster.leader(), time.monotonic()
        happen(self.cluster, leader)
        gone = time.monotonic()
        tills = self.crowd.tills
        until(lambda: len(self.crowd.acknowledged_after(gone)) >= tills or bool(self.crowd.strange))
        self.silences.append(min(self.crowd.acknowledged_after(gone), default=gone) - begun)
        if recover is not None:
            recover(leader)
        self.cluster.await_whole(synchronous=self._synchronous)
        lost = self._look()
        self.lost += lost
        print(  # noqa: T201  # what the program is for
            f"{len(self.silences):3} {kind}: {leader.name} -> {self.cluster.leader().name},"
            f" {self.silences[-1]:.1f} s, {len(self.crowd.acknowledged)} acknowledged, {lost} lost",
            flush=True,
        )

    def _look(self) -> int:
        """Return how many sales are not there that were acknowledged since the last look."""
        told = self.crowd.acknowledged.copy()
        new = {key: told[key] for key in told.keys() - self._looked_at}
        self._looked_at |= new.keys()
        with psycopg.connect(plain(self.cluster.network.url("postgres"))) as connection:
            found = connection.execute(
                f"{SALES} WHERE idempotency_key = ANY(%s::uuid[])", (list(new),)
            )
            return len(list_lost(new, dict(found.fetchall())))


def make_database(cluster: Cluster) -> None:
    """Make the roles and the database as an operator does, and see that reports go elsewhere."""
    url = plain(cluster.network.url("postgres", database="postgres"))
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in ROLES:
            connection.execute(statement.format(cluster.network.password).encode())
    replica = plain(cluster.network.url("postgres", database="postgres", port=5001))
    with psycopg.connect(replica) as connection:
        assert connection.execute("SELECT pg_is_in_recovery()").fetchone() == (True,)


@contextmanager
def serving(cluster: Cluster, workers: int, *, directly: bool) -> Iterator[str]:
    """Run the service on the cluster; give its address."""
    port, url = free_port(), cluster.network.direct_url if directly else cluster.network.url
    with TemporaryDirectory(prefix="loyalty-") as folder:
        environ = {
            "LOYALTY_REPORTS_DATABASE_URL": cluster.network.url("loyalty_service", port=5001),
            "LOYALTY_DATA_DIR": folder,
            "LOYALTY_SECRET_KEY": SECRET,
            "LOYALTY_OWNER_DATABASE_URL": url("loyalty"),
            "LOYALTY_DATABASE_URL": url("loyalty_service"),
        }
        process = start(environ, port, "--workers", str(workers))
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            stop(process)


def try_out(words: argparse.Namespace) -> bool:
    """Let it happen as often as was asked; return whether all was as it must be."""
    with running_cluster() as cluster:
        make_database(cluster)
        if words.asynchronous:
            lenient = {"synchronous_mode": False, "maximum_lag_on_failover": 1 << 30}
            cluster.ask("PATCH", "config", lenient)
        with serving(cluster, words.workers, directly=words.directly) as address:
            superuser = cluster.network.url("postgres")
            tills = given_busy_market(superuser, tills=words.tills)
            before = count_sales(superuser)
            with selling(address, tills) as crowd:
                trial = Trial(cluster, crowd, synchronous=not words.asynchronous)
                for _, kind in zip(range(words.times), cycle(list_kinds(words)), strict=False):
                    trial.fail_over(kind)
            found = find_faults(superuser, crowd, before=before)
    return judge(trial, found, asynchronous=words.asynchronous)


def list_kinds(words: argparse.Namespace) -> list[str]:
    """Return what shall happen, in turn."""
    if words.asynchronous:
        return ["behind, then power cut"]
    # One that hangs is cut off by HAProxy alone.
    return [kind for kind in KINDS if kind != "hang" or not words.directly]


def judge(trial: Trial, found: Faults, *, asynchronous: bool) -> bool:
    """Say what was found; return whether it is as it must be, which is ill for the control."""
    crowd, longest = trial.crowd, max(trial.silences)
    print(  # noqa: T201  # likewise
        f"{len(trial.silences)} failovers, {len(crowd.acknowledged)} sales acknowledged,"
        f" silent for {longest:.1f} s at most; {trial.lost} lost on the way, {found}",
        *crowd.strange,
        sep="\n",
    )
    if asynchronous:
        return trial.lost > 0 and found.lost == trial.lost
    well = crowd.strange == [] and trial.lost == 0 and found == Faults()
    return well and longest <= LONGEST_SILENCE


def main() -> int:
    """Read what is asked for, and try it."""
    # Whatever runs is ended at the end, which a bare SIGTERM would skip.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    reader = argparse.ArgumentParser(description=__doc__)
    reader.add_argument("--times", type=int, default=20, help="failovers")
    reader.add_argument("--tills", type=int, default=8, help="that sell at once")
    reader.add_argument("--workers", type=int, default=2, help="of the service")
    reader.add_argument("--directly", action="store_true", help="without HAProxy")
    reader.add_argument("--asynchronous", action="store_true", help="the control")
    return 0 if try_out(reader.parse_args()) else 1


if __name__ == "__main__":
    sys.exit(main())
