"""The whole stack, started once: Rasa, the action server, the API and PostgreSQL, all real."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from assistant.evaluation.stack import Running, own_settings, running


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(own_settings(tmp_path_factory.mktemp("stack"))) as started:
        yield started
