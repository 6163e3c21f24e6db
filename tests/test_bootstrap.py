"""From a clone to environments: which tools are taken, what is said when none is there."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from assistant import bootstrap
from assistant.bootstrap import SetupError

HERE = f"{sys.version_info[0]}.{sys.version_info[1]}"


def _program(path: Path, prints: str, code: int = 0) -> str:
    """A little program that prints something and ends."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\necho '{prints}'\nexit {code}\n")
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with an empty home, no pyenv and no tools; returns its home."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / ".pyenv"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin") + ":/bin:/usr/bin")
    monkeypatch.setattr(bootstrap, "TOOLS", tmp_path / "tools")
    return tmp_path


def test_an_interpreter_tells_its_version() -> None:
    assert bootstrap.version_of(sys.executable) == HERE
    assert bootstrap.version_of("/nowhere/python") is None


def test_a_shim_that_fails_is_passed_over(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _program(bare / "bin" / "python9.1", "pyenv: python9.1: command not found", 127)
    good = _program(bare / ".pyenv" / "versions" / "9.1.4" / "bin" / "python", "9.1")
    assert bootstrap.find_python(("9.1",), "uv") == good


def test_a_named_interpreter_goes_first(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _program(bare / ".pyenv" / "versions" / "9.1.4" / "bin" / "python", "9.1")
    named = _program(bare / "own" / "python", "9.1")
    monkeypatch.setenv("YINLING_PYTHON91", named)
    assert bootstrap.find_python(("9.1",), "uv") == named


def test_a_wrong_version_under_the_right_name_is_not_taken(bare: Path) -> None:
    _program(bare / ".pyenv" / "versions" / "9.1.4" / "bin" / "python", "9.2")
    uv = _program(bare / "bin" / "uv", "no network", 1)
    with pytest.raises(SetupError):
        bootstrap.find_python(("9.1",), uv)


def test_uv_fetches_what_is_not_there(bare: Path) -> None:
    uv = _program(bare / "bin" / "uv", "/fetched/python9.1")
    assert bootstrap.find_python(("9.1",), uv) == "/fetched/python9.1"


def test_nothing_found_says_every_cure(bare: Path) -> None:
    uv = _program(bare / "bin" / "uv", "no network", 1)
    with pytest.raises(SetupError) as refused:
        bootstrap.find_python(("9.1", "9.2"), uv)
    said = str(refused.value)
    assert "uv python install 9.1" in said and "pyenv install 9.1" in said and "YINLING_PYTHON91" in said


@pytest.mark.parametrize(
    ("answer", "code", "good"),
    [
        ("uv 0.9.0", 0, True),
        ("uv 0.13.9 (x86_64-unknown-linux-gnu)", 0, True),
        ("uv 1.0.0", 0, True),
        ("uv 0.8.24", 0, False),
        ("uv 0.9.0", 1, False),
        ("", 0, False),
    ],
)
def test_uv_must_be_new_enough(bare: Path, answer: str, code: int, good: bool) -> None:
    assert bootstrap.new_enough(_program(bare / "bin" / "uv", answer, code)) is good


def test_uv_of_the_machine_is_taken(bare: Path) -> None:
    uv = _program(bare / "bin" / "uv", "uv 0.9.1")
    assert bootstrap.find_uv() == uv


def test_an_old_uv_is_replaced_by_an_own_one(bare: Path) -> None:
    _program(bare / "bin" / "uv", "uv 0.4.0")
    (bare / "tools" / "uv").mkdir(parents=True)
    own = _program(bare / "tools" / "bin" / "uv", "uv 0.9.1")
    assert bootstrap.find_uv() == own


@pytest.fixture
def project(bare: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, list[list[str]]]:
    """A folder with a lock file, and the calls of uv made for it."""
    folder = bare / "project"
    folder.mkdir()
    (folder / "uv.lock").write_text("version = 1\n")
    calls: list[list[str]] = []

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        calls.append(command)
        (folder / ".venv" / "bin").mkdir(parents=True, exist_ok=True)
        (folder / ".venv" / "bin" / "python").touch()
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr(bootstrap, "find_uv", lambda: "uv")
    monkeypatch.setattr(bootstrap, "find_python", lambda versions, uv: f"/usr/bin/python{versions[0]}")
    monkeypatch.setattr(subprocess, "run", run)
    return folder, calls


def _groups(call: list[str]) -> list[str]:
    return [call[at + 1] for at, word in enumerate(call) if word == "--group"]


def test_an_environment_is_made_once(project: tuple[Path, list[list[str]]]) -> None:
    folder, calls = project
    assert bootstrap.sync(folder, ("3.11",)) == folder / ".venv" / "bin" / "python"
    bootstrap.sync(folder, ("3.11",))
    assert len(calls) == 1 and "--frozen" in calls[0] and "/usr/bin/python3.11" in calls[0]


def test_a_new_lock_file_is_followed(project: tuple[Path, list[list[str]]]) -> None:
    folder, calls = project
    bootstrap.sync(folder, ("3.11",))
    (folder / "uv.lock").write_text("version = 2\n")
    bootstrap.sync(folder, ("3.11",))
    assert len(calls) == 2


def test_groups_are_added_and_never_lost(project: tuple[Path, list[list[str]]]) -> None:
    folder, calls = project
    bootstrap.sync(folder, ("3.11",), ("dev",))
    bootstrap.sync(folder, ("3.11",))
    bootstrap.sync(folder, ("3.11",), ("hearing",))
    assert [_groups(call) for call in calls] == [["dev"], ["dev", "hearing"]]
    stamp = json.loads((folder / ".venv" / ".yinling.json").read_text())
    assert stamp["groups"] == ["dev", "hearing"]


def test_a_failed_sync_leaves_no_stamp(
    project: tuple[Path, list[list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, _ = project
    failed = subprocess.CompletedProcess([], 1, "", "")
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: failed)
    with pytest.raises(SetupError, match="没有装好"):
        bootstrap.sync(folder, ("3.11",))
    assert not (folder / ".venv" / ".yinling.json").exists()


def test_it_needs_the_standard_library_only(repository_root: Path) -> None:
    code = "import sys; sys.path.insert(0, '.'); import assistant.bootstrap"
    done = subprocess.run(
        ["/usr/bin/env", "-i", sys.executable, "-I", "-S", "-c", code], cwd=repository_root, check=False
    )
    assert done.returncode == 0 and os.access(repository_root / "yinling", os.X_OK)


def _synced(monkeypatch: pytest.MonkeyPatch, *, hearing_fails: bool = False) -> list[tuple[str, ...]]:
    """The groups that are asked of the service's environment, in order."""
    asked: list[tuple[str, ...]] = []

    def sync(folder: Path, versions: tuple[str, ...], groups: tuple[str, ...] = ()) -> Path:
        asked.append(groups)
        if groups and hearing_fails:
            raise SetupError("没有网络")
        return folder

    monkeypatch.setattr(bootstrap, "sync", sync)
    return asked


def test_running_brings_the_second_hearing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("YINLING_HEARING", raising=False)
    asked = _synced(monkeypatch)
    bootstrap._service_for("run")
    bootstrap._service_for("doctor")
    assert asked == [("hearing",), ()]


def test_the_second_hearing_can_be_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YINLING_HEARING", "off")
    asked = _synced(monkeypatch)
    bootstrap._service_for("run")
    assert asked == [()]


def test_without_the_second_hearing_the_rest_starts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("YINLING_HEARING", raising=False)
    asked = _synced(monkeypatch, hearing_fails=True)
    assert bootstrap._service_for("run") == bootstrap.ROOT
    assert asked == [("hearing",), ()]
