from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from loyalty.models import Community
from tests.commands.moving_service import Source, a_community_that_leaves
from tests.commands.running import Operator
from tests.given import given_community, given_shop
from tests.receivers import Receiver, make_certificate, receiving


@pytest.fixture
def operator(database: str, tmp_path: Path) -> Operator:
    """An operator of an empty, migrated database."""
    return Operator(database, tmp_path)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_certificate(tmp_path_factory.mktemp("receiver"))


@pytest.fixture
def receiver(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A receiver whose certificate is trusted."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with receiving(certificate) as found:
        yield found


@pytest.fixture
def _private_receivers(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator allows receivers in the own network, of managers' choice alone."""
    allowed = replace(app.extensions["loyalty.settings"], private_receivers=True)
    monkeypatch.setitem(app.extensions, "loyalty.settings", allowed)


@pytest.fixture
def _private(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The operator allows receivers in the own network."""
    settings = app.extensions["loyalty.settings"]
    allowed = replace(settings, private_receivers=True, private_pushes=True)
    monkeypatch.setitem(app.extensions, "loyalty.settings", allowed)


@pytest.fixture(scope="session")
def source(server: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Source]:
    """A service that a community leaves; nobody changes anything there."""
    with a_community_that_leaves(server, tmp_path_factory.mktemp("source")) as source:
        yield source


@pytest.fixture
def beside(session: Session) -> Community:
    """A community of the service to which another one comes; its numbers begin alike."""
    community = given_community(session, slug="stays")
    given_shop(session, community)
    session.commit()
    return community
