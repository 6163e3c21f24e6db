"""The deployment: readable to compose, nobody root, nothing open but the API."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from assistant.kit import tokens
from assistant.kit.crypto import Keyring

SECRETS = {"POSTGRES_PASSWORD": "secret-of-a-test", "REDIS_PASSWORD": "secret-of-a-test"}
OURS = ("prepare", "tokens", "actions", "rasa", "api", "worker", "telegram", "phone")


@pytest.fixture(scope="module")
def services() -> dict[str, dict[str, Any]]:
    root = Path(__file__).resolve().parent.parent
    found: dict[str, dict[str, Any]] = yaml.safe_load((root / "docker-compose.yml").read_text())["services"]
    return found


def test_compose_accepts_it(repository_root: Path) -> None:
    command = ["docker-compose", "--profile", "telegram", "--profile", "phone", "config", "--quiet"]
    environment = {**os.environ, **SECRETS}
    done = subprocess.run(
        command, cwd=repository_root, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_compose_asks_for_the_secrets(repository_root: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in SECRETS}
    done = subprocess.run(
        ["docker-compose", "config", "--quiet"],
        cwd=repository_root,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0 and "POSTGRES_PASSWORD" in done.stderr


def test_only_the_api_has_a_port_and_only_on_loopback(services: dict[str, dict[str, Any]]) -> None:
    open_ports = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert list(open_ports) == ["api"]
    assert all(port.startswith("127.0.0.1:") for port in open_ports["api"])
    assert {name for name, one in services.items() if "door" in one.get("networks", ())} == {
        "api",
        "telegram",
    }


def test_each_is_watched_and_without_rights(services: dict[str, dict[str, Any]]) -> None:
    assert set(OURS) < set(services)
    for name, service in services.items():
        assert "healthcheck" in service or name == "prepare"
        if name in OURS:
            assert service["cap_drop"] == ["ALL"] and "no-new-privileges:true" in service["security_opt"]
        else:
            assert service["user"] not in ("root", "0") and service["image"].startswith("docker.io/")


def test_each_process_has_its_own_token(repository_root: Path, tmp_path: Path) -> None:
    subjects = {"actions": "actions", "telegram": "channel:telegram", "phone": "channel:phone"}
    for folder in subjects:
        (tmp_path / folder).mkdir()
    environment = {
        **os.environ,
        "YINLING_HOME": str(tmp_path),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    command = ["sh", "deploy/tokens.sh", str(tmp_path)]
    for _ in range(2):
        subprocess.run(command, cwd=repository_root, env=environment, check=True)
    keyring = Keyring.load_or_create(tmp_path / "keys.json")
    for folder, subject in subjects.items():
        token = tmp_path / folder / "token"
        assert token.stat().st_mode & 0o077 == 0
        assert tokens.read(keyring, token.read_text().strip(), datetime.now(UTC)).subject == subject


def test_no_secret_stands_in_the_files(repository_root: Path) -> None:
    lines = (repository_root / "deploy" / "env.example").read_text().splitlines()
    for name in (*SECRETS, "TELEGRAM_TOKEN"):
        assert f"{name}=" in lines
    text = (repository_root / "docker-compose.yml").read_text()
    assert text.count("${POSTGRES_PASSWORD:?") == text.count("${POSTGRES_PASSWORD") > 0
    assert text.count("${REDIS_PASSWORD:?") == text.count("${REDIS_PASSWORD") > 0


@pytest.mark.parametrize("name", ["service", "rasa"])
def test_images_run_as_nobody_special_and_copy_what_is_there(repository_root: Path, name: str) -> None:
    lines = (repository_root / "deploy" / f"Dockerfile.{name}").read_text().splitlines()
    users = [line.split()[1] for line in lines if line.startswith("USER ")]
    assert users == ["yinling"]
    for line in lines:
        if line.startswith("COPY ") and "--from" not in line:
            for source in line.split()[1:-1]:
                assert (repository_root / source).exists(), source
