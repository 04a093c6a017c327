"""The service as a WSGI application, for another server than that of ``loyalty serve``.

``flask --app wsgi run`` in the tree, ``gunicorn loyalty.wsgi:app`` wherever it is installed: each
worker joins the same database, whose tables are brought up to date first.
"""

import os

from loyalty.app import create_app
from loyalty.commands.session import opened
from loyalty.database import migrate
from loyalty.services.privacy.resealing import refuse_other_keys
from loyalty.settings import Settings

app = create_app(Settings.from_env(os.environ))
migrate(app.config["SQLALCHEMY_DATABASE_URI"])
with opened(app.config["SQLALCHEMY_DATABASE_URI"], only_read=True) as session:
    refuse_other_keys(session)
