"""The Rasa model: trained when its inputs changed, else taken from the cache by their hash."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path

from assistant.settings import ROOT

NLU = ROOT / "nlu_data"
INPUTS = ("config.yml", "domain", "nlu", "rules", "stories", "lookups", "components", "uv.lock")
"""What a model depends on, below ``nlu_data``."""
KEEP = 3
"""Old models kept, so that going back to a commit needs no training."""

RASA_ENVIRONMENT = {
    # One thread each: several on two cores only get in each other's way (16 → 26 requests a second).
    "TF_INTRA_OP_PARALLELISM_THREADS": "1",
    "TF_INTER_OP_PARALLELISM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "RASA_TELEMETRY_ENABLED": "false",
    "PYTHONWARNINGS": "ignore",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
}


def python() -> str:
    """Rasa's interpreter."""
    return str(NLU / ".venv" / "bin" / "python")


def environment() -> dict[str, str]:
    """The environment of every Rasa process."""
    return {**os.environ, **RASA_ENVIRONMENT, "PYTHONPATH": str(NLU)}


def digest(folder: Path = NLU, config: Path | None = None) -> str:
    """A hash over everything that goes into the model (16 hex digits)."""
    found = hashlib.sha256()
    for name in INPUTS:
        path = folder / name
        if name == "config.yml" and config is not None:
            path = config
        files = [path] if path.is_file() else sorted(each for each in path.glob("**/*") if each.is_file())
        for file in files:
            if "__pycache__" in file.parts:
                continue
            found.update(str(file.relative_to(folder)).encode() + b"\\0" + file.read_bytes() + b"\\0")
    return found.hexdigest()[:16]


def model(*, config: Path | None = None, quiet: bool = False) -> Path:
    """The trained model for the present inputs; trains it when there is none.

    Raises:
        RuntimeError: the training failed; its output stands in ``nlu_data/models/train.log``.
    """
    name = digest(config=config)
    path = NLU / "models" / f"{name}.tar.gz"
    if path.exists():
        path.touch()
        return path
    path.parent.mkdir(exist_ok=True)
    log = path.parent / "train.log"
    command = [python(), "-m", "rasa", "train", "--domain", "domain", "--data", "nlu", "rules"]
    command += ["--config", str(config or "config.yml"), "--out", "models", "--fixed-model-name", name]
    command += ["--skip-validation"]  # costs ten seconds and finds nothing new here
    with log.open("w") as output:
        done = subprocess.run(
            command, cwd=NLU, env=environment(), stdout=output, stderr=subprocess.STDOUT, check=False
        )
    if done.returncode != 0 or not path.exists():
        raise RuntimeError(f"语言模型没有训练成功，详见 {log}：{log.read_text()[-800:]}")
    for old in sorted(path.parent.glob("*.tar.gz"), key=lambda each: each.stat().st_mtime)[:-KEEP]:
        old.unlink()
    return path
