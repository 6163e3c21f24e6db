"""``python -m channels.telegram`` without a token says so and is no error."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def start(root: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    known = {key: value for key, value in os.environ.items() if not key.startswith(("TELEGRAM", "YINLING"))}
    return subprocess.run(
        [sys.executable, "-m", "channels.telegram"],
        cwd=root,
        env={**known, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_without_a_token_it_says_so_and_ends_well(repository_root: Path) -> None:
    ended = start(repository_root)
    assert ended.returncode == 0
    assert ended.stdout.startswith("Telegram：没有设置 TELEGRAM_TOKEN，这个渠道不启动")


def test_without_access_to_the_api_it_says_so(repository_root: Path) -> None:
    ended = start(repository_root, TELEGRAM_TOKEN="100000001:made-up")  # noqa: S106
    assert ended.returncode == 1
    assert "YINLING_API_TOKEN" in ended.stderr
