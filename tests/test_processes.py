"""Processes that end by themselves are started again."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from assistant.processes import Process


def test_a_killed_process_is_started_again(tmp_path: Path) -> None:
    sleeper = [sys.executable, "-c", "import time; time.sleep(60)"]
    process = Process("sleeper", sleeper, dict(os.environ), None, log=tmp_path / "log", restarts=True)
    process.start()
    assert process.child
    first = process.child.pid
    process.revive()
    assert process.child.pid == first, "it lives"
    process._started -= 5
    os.kill(first, signal.SIGKILL)
    process.child.wait()
    process.revive()
    assert process.child.pid != first and process.check()
    process.stop()


def test_one_that_keeps_ending_is_not_started_all_the_time(tmp_path: Path) -> None:
    process = Process("broken", [sys.executable, "-c", ""], dict(os.environ), None, log=tmp_path / "log")
    process.start()
    for _ in range(2):
        assert process.child
        process.child.wait()
        process._started -= 3
        process.revive()
    assert process.child
    process.child.wait()
    last = process.child.pid
    process._started -= 3
    process.revive()
    assert process.child.pid == last, "after the second time it waits four seconds"
