"""What the operator decides, read once from the environment; weak values stop the start."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from loyalty.clock import utc_now
from loyalty.rules.errors import LoyaltyError

SHORTEST_SECRET = 32
SECRET_FILE = "secret-key"  # noqa: S105  # the name of a file
"""What the file in the data folder is called where the secret is kept that nobody has given."""
SECRET = "LOYALTY_SECRET_KEY"  # noqa: S105  # the name of a setting, as the next ones
OLD_SECRET = "LOYALTY_OLD_SECRET_KEY"  # noqa: S105  # likewise
DATA_KEY, OLD_DATA_KEY = "LOYALTY_DATA_KEY", "LOYALTY_OLD_DATA_KEY"
OWNER = "LOYALTY_OWNER_DATABASE_URL"
"""Which no process needs that answers requests."""
DEFAULT_PORT = 8000

OLD_SECRET_SINCE = "old-secret-since"  # noqa: S105  # the name of a file
"""Of the data folder: which old secret was set last, by a hash, and since when, in ISO 8601.

The time of the file itself would begin anew where it is copied or restored.
"""

OLD_SECRET_LASTS = timedelta(days=1)
"""How long what was made under the old secret is believed."""


class SettingsError(LoyaltyError):
    """A setting is missing or too weak to run with; the message names it and says what to do."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything the service takes from its surroundings."""

    data_dir: Path
    """Folder of the embedded database and the generated secret."""
    database_url: str | None
    """Address of your own PostgreSQL; None runs the embedded one in `data_dir`."""
    secret_key: str
    """At least 32 characters; signs sessions and seals the private halves of card keys."""
    base_url: str
    """Address under which people reach the service; it is printed into every card's QR."""
    threads: int = 8
    """Threads of each worker, and database connections it may hold."""
    limit_rates: bool = True
    """Whether the public pages count requests of one address."""
    pooled: bool = False
    """Whether a pooler stands in front of `database_url` that hands a connection to somebody else
    after each transaction.
    """
    reports_database_url: str | None = None
    """Address of a replica of the database, from which reports and exports are read; None reads
    them from the database itself.
    """
    trusted_proxies: int = 0
    """How many web servers stand in front, each of which names the client it forwards for."""
    owner_database_url: str | None = None
    """Address of the same database for the role that owns its tables, which migrates; None where
    `database_url` is its, too.
    """
    erasures_file: Path | None = None
    """Where it is kept outside the database who has been erased; None keeps it in `data_dir`."""
    data_key: str | None = None
    """At least 32 characters, under which personal data is sealed; None derives it from the
    secret.
    """
    old_data_key: str | None = None
    """What `data_key`, or the secret, was before: opens what `loyalty reseal` has not come to."""
    old_secret_key: str | None = None
    """What `secret_key` was before: what was made under it is believed for a day."""
    old_secret_since: datetime | None = None
    """When this was first set; None where it is not."""
    private_pushes: bool = False
    """Whether web push may go there, too, whose addresses residents' browsers say: to try it."""
    private_receivers: bool = False
    """Whether messages may go to receivers in a network of your own."""
    metrics_token: str | None = None
    """What a Prometheus shows at ``/metrics``; without one this machine alone may read them."""

    @property
    def erasures(self) -> Path:
        """The file from which a restored backup learns who has been erased."""
        return self.erasures_file or self.data_dir / "erasures.jsonl"

    @property
    def data_secrets(self) -> tuple[str, ...]:
        """The secrets of personal data: the one to seal with, then those to open with."""
        current = self.data_key or self.secret_key
        former = (self.old_data_key, self.old_secret_key if self.data_key is None else None)
        return (current, *(one for one in former if one is not None))

    def former_secrets(self, now: datetime) -> tuple[str, ...]:
        """Return the secrets under which others may have signed what is still believed."""
        until = self.old_secret_until
        return (
            ()
            if until is None or self.old_secret_key is None or until <= now
            else (self.old_secret_key,)
        )

    @property
    def old_secret_until(self) -> datetime | None:
        """From when on nothing is believed any more that was made under the old secret."""
        since = self.old_secret_since
        return None if since is None else since + OLD_SECRET_LASTS

    @classmethod
    def from_env(cls, environ: Mapping[str, str]) -> "Settings":
        """Read the settings from environment variables named ``LOYALTY_…``, and ``PORT``.

        Raises:
            SettingsError: a value cannot be used; the message names the variable.
        """
        data_dir = data_dir_of(environ)
        port = _whole_number(environ, "PORT", default=DEFAULT_PORT)
        secret = _secret(given_secret(environ, SECRET), data_dir)
        old_secret = _strong(environ, OLD_SECRET)
        return cls(
            data_dir=data_dir,
            database_url=_database_url(environ, "LOYALTY_DATABASE_URL"),
            reports_database_url=_database_url(environ, "LOYALTY_REPORTS_DATABASE_URL"),
            owner_database_url=_database_url(environ, OWNER),
            erasures_file=_erasures_file(environ.get("LOYALTY_ERASURES_FILE")),
            secret_key=secret,
            old_secret_key=old_secret,
            old_secret_since=_since(old_secret, secret, data_dir),
            data_key=_strong(environ, DATA_KEY),
            old_data_key=_strong(environ, OLD_DATA_KEY),
            base_url=_base_url(environ.get("LOYALTY_BASE_URL") or f"http://127.0.0.1:{port}"),
            threads=_whole_number(environ, "LOYALTY_THREADS", default=8),
            pooled=_is_pooled(environ.get("LOYALTY_DATABASE_POOLER")),
            trusted_proxies=_whole_number(environ, "LOYALTY_TRUSTED_PROXIES", default=0, least=0),
            limit_rates=environ.get("LOYALTY_LIMIT_RATES", "on") != "off",
            private_pushes=_allowed_privately(environ) == "all",
            private_receivers=_allowed_privately(environ) != "",
            metrics_token=_metrics_token(environ.get("LOYALTY_METRICS_TOKEN")),
        )


def data_dir_of(environ: Mapping[str, str]) -> Path:
    """Return the data folder, which need not be there yet; nothing is made in it."""
    return Path(environ.get("LOYALTY_DATA_DIR") or "var").absolute()


def _whole_number(environ: Mapping[str, str], name: str, *, default: int, least: int = 1) -> int:
    text = environ.get(name) or str(default)
    if not (text.isascii() and text.isdecimal()) or int(text) < least:
        raise SettingsError(f"{name} must be a whole number of {least} or more, not {text!r}")
    return int(text)


def _database_url(environ: Mapping[str, str], name: str) -> str | None:
    """Return an address in SQLAlchemy's spelling, which names the driver; None if none is given."""
    url = environ.get(name)
    if not url:
        return None
    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in {"postgres", "postgresql", "postgresql+psycopg"}:
        raise SettingsError(f"{name} must start with postgresql://")
    return f"postgresql+psycopg://{rest}"


def _is_pooled(pooler: str | None) -> bool:
    if pooler not in {None, "", "transaction"}:
        raise SettingsError(f"LOYALTY_DATABASE_POOLER must be transaction, not {pooler!r}")
    return bool(pooler)


def _allowed_privately(environ: Mapping[str, str]) -> str:
    said = environ.get("LOYALTY_PRIVATE_RECEIVERS") or ""
    if said not in {"", "allow", "all"}:
        raise SettingsError(f"LOYALTY_PRIVATE_RECEIVERS must be allow or all, not {said!r}")
    return said


def _metrics_token(given: str | None) -> str | None:
    if given and (len(given) < SHORTEST_SECRET or not given.isascii()):
        raise SettingsError(
            f"LOYALTY_METRICS_TOKEN must be at least {SHORTEST_SECRET} letters and digits"
        )
    return given or None


def _base_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.query or parts.fragment:
        raise SettingsError(f"LOYALTY_BASE_URL must look like https://host, not {url!r}")
    return url.rstrip("/")


def _erasures_file(named: str | None) -> Path | None:
    return Path(named).absolute() if named else None


def given_secret(environ: Mapping[str, str], name: str) -> str | None:
    """Return a secret that the operator gives, itself or in a file; None if none is given.

    Raises:
        SettingsError: it is given twice, or the file cannot be read.
    """
    given, file = environ.get(name), environ.get(f"{name}_FILE")
    if not file:
        return given
    if given:
        raise SettingsError(f"Give {name} or {name}_FILE, not both")
    try:
        return _read_secret(Path(file))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{name}_FILE cannot be read: {file}") from error


def _read_kept(path: Path) -> str:
    """Return what a file of the data folder holds that this service has written."""
    try:
        return _read_secret(path)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(
            f"{path} cannot be read; run the command as the user of the service, or give the file "
            "to that user with chown"
        ) from error


def _read_secret(path: Path) -> str:
    """Return what a file holds, but for the newline at its end: blanks may be of the secret."""
    return path.read_text(encoding="utf-8").removesuffix("\n")


def _secret(given: str | None, data_dir: Path) -> str:
    if given is None:
        return _kept_secret(data_dir / SECRET_FILE)
    _refuse_weak(SECRET, given)
    return given


def _strong(environ: Mapping[str, str], name: str) -> str | None:
    """Return a secret that need not be given; None where it is not, or is empty."""
    given = given_secret(environ, name)
    if not given and not environ.get(f"{name}_FILE"):
        return None
    _refuse_weak(name, given or "")
    return given


def _refuse_weak(name: str, given: str) -> None:
    if len(given) < SHORTEST_SECRET or len(set(given)) < SHORTEST_SECRET // 3:
        raise SettingsError(
            f"{name} must be at least {SHORTEST_SECRET} varied characters; "
            "make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(32))'"
        )


def _since(old_secret: str | None, secret: str, data_dir: Path) -> datetime | None:
    """Return when an old secret was first set; the first time that it is, this is written down."""
    if old_secret is None:
        return None
    if old_secret == secret:
        raise SettingsError(f"{OLD_SECRET} is the secret of now; set it to the one before, or not")
    path, name = data_dir / OLD_SECRET_SINCE, sha256(old_secret.encode()).hexdigest()
    known, _, moment = _read_kept(path).partition(" ") if path.exists() else ("", "", "")
    if known != name or not moment:
        moment = utc_now().isoformat()
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{name} {moment}", encoding="ascii")
    try:
        return datetime.fromisoformat(moment).astimezone(UTC)
    except ValueError as error:
        raise SettingsError(f"{path} says no moment; remove {OLD_SECRET}, and the file") from error


def _kept_secret(path: Path) -> str:
    """Return the secret of this data folder, made at the first start, readable by its owner."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        path.touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        secret = _read_kept(path)
        if len(secret) < SHORTEST_SECRET:
            raise SettingsError(
                f"{path} holds no usable secret; restore it from a backup"
            ) from None
        return secret
    secret = secrets.token_urlsafe(48)
    path.write_text(secret, encoding="ascii")
    return secret
