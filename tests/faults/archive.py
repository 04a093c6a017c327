"""What pgBackRest keeps of a cluster is all of it, whichever machine led when.

`python -m tests.faults.archive` backs up, writes on, takes the primary away, writes on, and
restores what was kept elsewhere into an empty folder.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg

from tests.faults.cluster import DATA, SOCKETS, USER, Cluster, Machine, running_cluster, sample
from tests.kept_database import plain
from tests.serving import until

KEPT = "/mnt/backup/pgbackrest"
PROGRAMS = Path("/usr/lib/postgresql/15/bin")
ARCHIVE = {"archive_mode": "on", "archive_command": "pgbackrest --stanza=loyalty archive-push %p"}
"""As docs/cluster.md has it."""


INSERT = "INSERT INTO deed VALUES (%s) ON CONFLICT DO NOTHING"


def settings_of(machine: Machine, folder: Path) -> dict[str, str]:
    """Write the sample as one machine has it; return where it finds it."""
    text = sample("pgbackrest.conf").replace(KEPT, str(folder / "kept"))
    own = text.replace(DATA, str(machine.folder / "data")).replace(SOCKETS, str(machine.folder))
    (machine.folder / "pgbackrest.conf").write_text(own)
    return {
        "PGBACKREST_CONFIG": str(machine.folder / "pgbackrest.conf"),
        "PGBACKREST_REPO1_CIPHER_PASS": "a long enough passphrase",
        "PGBACKREST_LOCK_PATH": str(machine.folder),
        "PGBACKREST_LOG_PATH": str(machine.folder),
    }


def run(machine: Machine, *words: str) -> str:
    """Run a program on a machine as the user of its database."""
    done = subprocess.run(  # noqa: S603  # Debian's
        words,
        env={"PATH": "/usr/bin:/bin", **machine.beside},
        user=USER if os.getuid() == 0 else None,
        cwd=machine.folder,
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def write(cluster: Cluster, deed: str) -> None:
    """Write a line in the database, and have the log up to it kept."""
    url = plain(cluster.network.url("postgres", database="postgres"))

    def is_written() -> bool:
        try:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("CREATE TABLE IF NOT EXISTS deed (what text PRIMARY KEY)")
                connection.execute(INSERT, (deed,))
                connection.execute("SELECT pg_switch_wal()")
        except psycopg.OperationalError:
            return False
        return True

    until(is_written)


def await_kept(cluster: Cluster) -> None:
    """Wait until all that was written so far is kept."""
    url = plain(cluster.network.url("postgres", database="postgres"))
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CHECKPOINT")
        (name,) = connection.execute("SELECT pg_walfile_name(pg_switch_wal())").fetchone() or ("",)
        until(lambda: str(name) <= _last_kept(connection))


def _last_kept(connection: psycopg.Connection) -> str:
    row = connection.execute("SELECT last_archived_wal FROM pg_stat_archiver").fetchone()
    return str(row[0] or "") if row else ""


def restored(machine: Machine, folder: Path) -> list[str]:
    """Restore on a machine into an empty folder; return what stands there."""
    place, socket = folder / "restored", f"--unix_socket_directories={folder}"
    run(machine, "pgbackrest", "--stanza=loyalty", f"--pg1-path={place}", "restore")
    options = f"{socket} --port=5999 --listen_addresses= --archive_mode=off --cluster_name=restored"
    server = [str(PROGRAMS / "pg_ctl"), "-D", str(place), "-w", "-t", "60", "-l", f"{folder}/log"]
    run(machine, *server, "-o", options, "start")
    try:
        asks = [str(PROGRAMS / "psql"), "-h", str(folder), "-p", "5999", "-U", "postgres", "-Atc"]
        # It answers while it still reads on in what was kept.
        until(lambda: run(machine, *asks, "SELECT pg_is_in_recovery()", "postgres") == "f\n")
        return run(machine, *asks, "SELECT what FROM deed ORDER BY what", "postgres").split()
    finally:
        run(machine, *server, "-m", "immediate", "stop")


def main() -> int:
    """Try it; return whether all was there."""
    with running_cluster(settings_of) as cluster:
        folder = cluster.network.folder
        leader = cluster.leader()
        run(leader, "pgbackrest", "--stanza=loyalty", "stanza-create")
        cluster.ask("PATCH", "config", {"postgresql": {"parameters": ARCHIVE}})
        cluster.restart_all()
        write(cluster, "1-before")
        leader = cluster.leader()
        run(leader, "pgbackrest", "--stanza=loyalty", "--type=full", "backup")
        write(cluster, "2-after")
        await_kept(cluster)
        leader.switch_off()
        write(cluster, "3-elsewhere")
        await_kept(cluster)
        there = restored(cluster.leader(), folder)
        print(f"restored: {there}")  # noqa: T201  # what the program is for
        shutil.rmtree(folder / "restored")
    return 0 if there == ["1-before", "2-after", "3-elsewhere"] else 1


if __name__ == "__main__":
    sys.exit(main())
