"""The service as a WSGI application, for another server than that of ``loyalty serve``.

``flask --app wsgi run`` in the tree, ``gunicorn loyalty.wsgi:app`` wherever it is installed: each
worker joins the same database, whose tables are brought up to date first.
"""

import os

from loyalty.app import create_app
from loyalty.commands.local_copies import migrate_with_copy
from loyalty.settings import Settings

settings = Settings.from_env(os.environ)
app = create_app(settings)
migrate_with_copy(app.config["SQLALCHEMY_DATABASE_URI"], settings)
