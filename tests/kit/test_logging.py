"""No personal data in logs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from assistant.kit.logging import PERSONAL, configure, configure_channel, log, scrub


@pytest.fixture
def restored() -> Iterator[None]:
    before = structlog.get_config()
    yield
    structlog.configure(**before)


@pytest.mark.parametrize("key", sorted(PERSONAL))
def test_personal_keys_are_never_written(key: str) -> None:
    assert scrub(None, "info", {"event": "turn", key: "周桂英"})[key] == "***"


@pytest.mark.parametrize("number", ["13900001111", "8613900001111", "+8613900001111"])
def test_numbers_are_masked_wherever_they_stand(number: str) -> None:
    event: dict[str, Any] = {"event": f"call from {number}。", "code": f"x{number}y"}
    assert number[-11:] not in str(dict(scrub(None, "info", event)))


@pytest.mark.parametrize("harmless", ["1390000111", "139000011112", "order 20250611", "23900001111"])
def test_other_numbers_stay(harmless: str) -> None:
    assert scrub(None, "info", {"event": harmless})["event"] == harmless


def test_a_line_is_json_with_its_correlation(restored: None, capsys: pytest.CaptureFixture[str]) -> None:
    configure("INFO")
    structlog.configure(**{**structlog.get_config(), "cache_logger_on_first_use": False})
    with structlog.contextvars.bound_contextvars(correlation="c-1"):
        log.info("turn", ms=12, text="我叫周桂英，电话13900001111")
        log.debug("too fine")
    line = capsys.readouterr().out
    assert '"correlation": "c-1"' in line and '"ms": 12' in line and line.count("\n") == 1
    assert "周桂英" not in line and "13900001111" not in line


def test_a_channels_lines_are_scrubbed_too(restored: None, capsys: pytest.CaptureFixture[str]) -> None:
    configure_channel("INFO", ())
    structlog.get_logger().info("rung", caller="13900001111", why="13900001111 hung up", calls=3)
    line = capsys.readouterr().err
    assert "13900001111" not in line and '"calls": 3' in line
