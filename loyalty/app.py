"""Wires the service together and does nothing else."""

from flask import Flask, Response, request

from loyalty.api import register_api
from loyalty.api.problems import answer
from loyalty.database import HOT, db, engine_options, hot_engine_options
from loyalty.embedded import embedded_database
from loyalty.services.directory import Directory
from loyalty.settings import Settings

LARGEST_JSON = 64 * 1024
LARGEST_UPLOAD = 8 * 1024 * 1024
LARGE_PATHS = ("/api/v1/imports/", "/api/v1/redemptions/sync")
"""Where a table is uploaded, or five hundred sales at once."""


def create_app(settings: Settings) -> Flask:
    """Return the service, ready to answer."""
    app = Flask(__name__, static_folder=None)
    url = settings.database_url or embedded_database(settings.data_dir)
    threads = settings.threads
    app.config |= {
        "SECRET_KEY": settings.secret_key,
        "SQLALCHEMY_DATABASE_URI": url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(threads=threads),
        "SQLALCHEMY_BINDS": {HOT: {"url": url, **hot_engine_options(threads=threads)}},
        "MAX_CONTENT_LENGTH": LARGEST_JSON,
    }
    app.extensions["loyalty.settings"] = settings
    app.extensions["loyalty.directory"] = Directory()
    db.init_app(app)
    app.before_request(_allow_large_uploads)
    app.register_error_handler(Exception, _answer_error)
    register_api(app)
    return app


def _allow_large_uploads() -> None:
    if request.path.startswith(LARGE_PATHS):
        request.max_content_length = LARGEST_UPLOAD


def _answer_error(error: Exception) -> Response:
    return answer(error)
