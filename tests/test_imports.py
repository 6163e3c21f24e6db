"""Imports run one way."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    tool = Path(sys.executable).parent / "lint-imports"
    return subprocess.run([str(tool), "--no-cache"], cwd=folder, capture_output=True, text=True, check=False)


def test_the_contracts_hold(repository_root: Path) -> None:
    done = _lint(repository_root)
    assert done.returncode == 0, done.stdout[-3000:]
    assert "0 broken" in done.stdout
