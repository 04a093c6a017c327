"""The secrets under which pages sign what they hand out: that of now, and the one before."""

from flask import current_app

from loyalty.clock import utc_now
from loyalty.settings import Settings


def signing_secrets() -> list[str]:
    """Return the secrets as a `Signer` takes them: it reads under all, and signs under the last."""
    settings: Settings = current_app.extensions["loyalty.settings"]
    return [*settings.former_secrets(utc_now()), settings.secret_key]
