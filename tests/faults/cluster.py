"""Three PostgreSQL under Patroni, three etcd, and HAProxy before them, on this machine.

They run on the very samples of `deploy`: what differs is the network, `127.x.y.` instead of
`10.0.0.`, the folders, and that there are passwords.
"""

import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import psutil

from tests.serving import LONGEST_END, PROJECT, until

DEPLOY = PROJECT / "deploy"
NETWORK = "10.0.0."
MACHINES = (1, 2, 3)
USER = "postgres"
DATA, SOCKETS, STATE = "/var/lib/postgresql/15/loyalty", "/var/run/postgresql", "/var/lib/etcd/"
"""What the samples name that each of several machines on this one needs for itself."""

OF_ONE_MACHINE = "db1", ".11:"
"""By what the samples, which are those of the first machine, name it."""


@dataclass(frozen=True)
class Network:
    """Where everything is, and what lets it in."""

    folder: Path
    prefix: str
    password: str

    def adapt(self, sample: str) -> str:
        """Return a sample of `deploy` with this network in the place of its own."""
        return sample.replace(NETWORK, self.prefix).replace("127.0.0.1:", f"{self.prefix}1:")

    def url(self, user: str, *, database: str = "loyalty", port: int = 5000) -> str:
        """Return the address at which HAProxy leads to the primary, or to a replica at 5001."""
        where = f"{user}:{self.password}@{self.prefix}1:{port}/{database}"
        return f"postgresql+psycopg://{where}"

    def direct_url(self, user: str) -> str:
        """Return the address at which libpq looks for the primary itself."""
        hosts = ",".join(f"{self.prefix}1{number}" for number in MACHINES)
        ports = ",".join("5432" for _ in MACHINES)
        where = f"/loyalty?host={hosts}&port={ports}&target_session_attrs=read-write"
        return f"postgresql://{user}:{self.password}@{where}"


class Machine:
    """One of the three: etcd, Patroni, and the PostgreSQL which that runs."""

    def __init__(self, network: Network, number: int) -> None:
        self.name = f"db{number}"
        self.host = f"{network.prefix}1{number}"
        self._network = network
        self._number = number
        self.folder = network.folder / self.name
        self.beside: Mapping[str, str] = {}
        """What programs that its database runs are told."""
        self._started: list[subprocess.Popen[bytes]] = []
        self.folder.mkdir(mode=0o700)
        (self.folder / "config.yml").write_text(self._own(sample("patroni.yml")))

    def environment(self, name: str) -> dict[str, str]:
        """Return what a sample sets, as this machine sets it."""
        first, host = OF_ONE_MACHINE

        def own(setting: str, value: str) -> str:
            if setting.endswith("_PASSWORD"):
                return self._network.password
            if f"{NETWORK}12" not in value:
                value = value.replace(first, self.name).replace(host, f".1{self._number}:")
            return self._own(value)

        settings = read_settings(sample(name))
        return {setting: own(setting, value) for setting, value in settings.items()}

    def start(self) -> None:
        """Switch it on."""
        patroni = ["/usr/bin/patroni", str(self.folder / "config.yml")]
        self._started = [
            self._run(["/usr/bin/etcd"], self.environment("etcd.env")),
            self._run(patroni, self.environment("patroni.env")),
        ]

    def hang(self) -> None:
        """Let nothing on it go on, and all its connections stay open."""
        for process in self.processes():
            with suppress(psutil.NoSuchProcess):
                process.suspend()

    def wake(self) -> None:
        """Let it go on as if nothing had been."""
        for process in self.processes():
            with suppress(psutil.NoSuchProcess):
                process.resume()

    def switch_off(self) -> None:
        """Cut its power: nothing on it does anything more."""
        self.hang()
        left = self.processes()
        for process in left:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(left, LONGEST_END)
        for started in self._started:
            started.wait(LONGEST_END)

    def hold_log_back(self) -> None:
        """Let it send no log to the others any more, as over a line that is too slow."""
        for process in self._database():
            with suppress(psutil.NoSuchProcess):
                if "walsender" in " ".join(process.cmdline()):
                    process.suspend()

    def processes(self) -> list[psutil.Process]:
        """Return all that runs on it."""
        found = self._database()
        for started in self._started:
            if started.poll() is None:
                found.append(psutil.Process(started.pid))
        return found

    def _database(self) -> list[psutil.Process]:
        place = str(self.folder / "data")
        return [one for one in psutil.process_iter(["cwd"]) if one.info["cwd"] == place]

    def _own(self, text: str) -> str:
        """Return a text of a sample with the folders and the network of this machine."""
        text = text.replace(DATA, str(self.folder / "data")).replace(SOCKETS, str(self.folder))
        return self._network.adapt(text.replace(STATE, f"{self.folder}/etcd-"))

    def _run(self, command: list[str], environment: Mapping[str, str]) -> subprocess.Popen[bytes]:
        with (self.folder / f"{Path(command[0]).name}.log").open("ab") as log:
            return subprocess.Popen(  # noqa: S603  # Debian's
                command,
                env={
                    "PATH": "/usr/sbin:/usr/bin:/bin",
                    "HOME": str(self.folder),
                    **environment,
                    **self.beside,
                },
                user=USER if os.getuid() == 0 else None,
                group=USER if os.getuid() == 0 else None,
                extra_groups=[] if os.getuid() == 0 else None,
                cwd=self.folder,
                stdout=log,
                stderr=subprocess.STDOUT,
            )


@dataclass(frozen=True)
class Cluster:
    """All of it."""

    network: Network
    machines: list[Machine]

    def members(self) -> dict[str, dict[str, Any]]:
        """Return what Patroni says of each machine, by its name; nothing while nobody says it."""
        for machine in self.machines:
            with suppress(httpx.HTTPError):
                told = httpx.get(f"http://{machine.host}:8008/cluster", timeout=2, trust_env=False)
                if told.is_success:
                    return {member["name"]: member for member in told.json()["members"]}
        return {}

    def leader(self) -> Machine:
        """Return the machine that leads, when there is one."""
        found: list[Machine] = []

        def look() -> bool:
            roles = {name: member["role"] for name, member in self.members().items()}
            found[:] = [one for one in self.machines if roles.get(one.name) == "leader"]
            return bool(found)

        until(look)
        return found[0]

    def await_whole(self, *, synchronous: bool = True) -> None:
        """Wait until one leads, and the others follow it."""

        def is_whole() -> bool:
            members = self.members().values()
            roles = sorted(member["role"] for member in members)
            follower = "sync_standby" if synchronous else "replica"
            well = all(member["state"] in {"running", "streaming"} for member in members)
            behind = any(member.get("lag", 0) for member in members)
            return roles == ["leader", follower, follower] and well and not behind

        until(is_whole)

    def restart_all(self) -> None:
        """Have each PostgreSQL start anew, as settings ask for that it reads then alone."""
        for machine in self.machines:
            self.ask("POST", "restart", {}, of=machine)
        self.await_whole()

    def ask(
        self, verb: str, path: str, what: Mapping[str, Any], *, of: Machine | None = None
    ) -> None:
        """Order something of Patroni, by its password; None of a machine is the one that leads."""
        answer = httpx.request(
            verb,
            f"http://{(of or self.leader()).host}:8008/{path}",
            json=what,
            auth=("patroni", self.network.password),
            timeout=60,
            trust_env=False,
        )
        assert answer.is_success, answer.text


def sample(name: str) -> str:
    """Return the text of a file in `deploy`."""
    return (DEPLOY / name).read_text("utf-8")


def read_settings(text: str) -> dict[str, str]:
    """Return what a file of environment variables sets."""
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    return {name: value for name, _, value in (line.partition("=") for line in lines)}


@contextmanager
def running_cluster(
    prepare: Callable[[Machine, Path], Mapping[str, str]] = lambda *_: {},
) -> Iterator[Cluster]:
    """Start three machines, and HAProxy; end them all.

    Args:
        prepare: writes what a machine has besides, and returns what its programs are told.
    """
    folder = Path(tempfile.mkdtemp(prefix="loyalty-cluster-"))
    first, second = 1 + secrets.randbelow(254), secrets.randbelow(255)
    network = Network(folder, f"127.{first}.{second}.", secrets.token_hex(16))
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, folder)
        cluster = Cluster(network, [Machine(network, number) for number in MACHINES])
        for machine in cluster.machines:
            machine.beside = prepare(machine, folder)
        if os.getuid() == 0:
            for path in (folder, *folder.rglob("*")):
                shutil.chown(path, USER, USER)
        for machine in cluster.machines:
            stack.callback(machine.switch_off)
            machine.start()
        stack.enter_context(_haproxy(network))
        cluster.await_whole()
        yield cluster


@contextmanager
def _haproxy(network: Network) -> Iterator[None]:
    configuration = network.folder / "haproxy.cfg"
    configuration.write_text(network.adapt(sample("haproxy-patroni.cfg")))
    with (network.folder / "haproxy.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603  # Debian's
            ["/usr/sbin/haproxy", "-f", str(configuration)], stdout=log, stderr=subprocess.STDOUT
        )
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(LONGEST_END)
