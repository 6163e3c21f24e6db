"""The Rasa model: trained when its inputs changed, else taken from the cache by their hash.

`python -m assistant.training` writes the gazetteer (`lookups/places.txt`) anew from the catalogue's data files
and trains.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Iterable
from pathlib import Path

import yaml

from assistant.settings import ROOT

NLU = ROOT / "nlu_data"
INPUTS = ("config.yml", "train.py", "domain", "nlu", "rules", "lookups", "components", "uv.lock")
"""What a model depends on, below ``nlu_data``."""
PLACES = NLU / "lookups" / "places.txt"
"""Places that people name; part of a model's inputs."""
KEEP = 3
"""Old models kept, so that going back to a commit needs no training."""

RASA_ENVIRONMENT = {
    # One thread each: several on two cores only get in each other's way (16 → 26 requests a second).
    "TF_INTRA_OP_PARALLELISM_THREADS": "1",
    "TF_INTER_OP_PARALLELISM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "RASA_TELEMETRY_ENABLED": "false",
    # Its modules are compiled once, not at every start, which would cost 15 s.
    "PYTHONDONTWRITEBYTECODE": "",
    "PYTHONWARNINGS": "ignore",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
}


def gazetteer() -> str:
    """The text of `PLACES`: streets, areas, providers, and places as they are written and as they are called."""
    lines = (NLU / "lookups" / "streets.txt").read_text(encoding="utf-8").splitlines()
    names = {line.strip() for line in lines if line.strip() and not line.startswith("#")}
    for file in sorted((ROOT / "assistant" / "catalog" / "data").glob("*.yaml")):
        raw = yaml.safe_load(file.read_text(encoding="utf-8"))
        if "areas" not in raw:
            continue
        names |= set(raw["areas"])
        names |= {provider["name"] for provider in [*raw["providers"], *raw["demo_providers"]]}
        for place in [*raw["places"], *raw["demo_places"]]:
            for name in (place["name"], *place.get("aliases", ())):
                called = _without_district(name, raw["areas"])
                names |= {name, called, called.replace("老年食堂", "食堂")}
    head = "# Names of the service area, written by `python -m assistant.training` from the catalogue and streets.txt."
    return "\n".join([head, *sorted(name for name in names if len(name) > 2 or name in lines)]) + "\n"


def _without_district(name: str, areas: Iterable[str]) -> str:
    """A place's name as its neighbours say it: 环翠春晖老年食堂 → 春晖老年食堂."""
    districts = sorted({called for area in areas for called in (area, area.rstrip("区县市"))}, key=len)
    return next((name.removeprefix(each) for each in reversed(districts) if name.startswith(each)), name)


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
    command = [python(), "train.py", str(config or "config.yml"), str(path)]
    with log.open("w") as output:
        done = subprocess.run(
            command, cwd=NLU, env=environment(), stdout=output, stderr=subprocess.STDOUT, check=False
        )
    if done.returncode != 0 or not path.exists():
        raise RuntimeError(f"语言模型没有训练成功，详见 {log}：{log.read_text()[-800:]}")
    for old in sorted(path.parent.glob("*.tar.gz"), key=lambda each: each.stat().st_mtime)[:-KEEP]:
        old.unlink()
    return path


if __name__ == "__main__":
    PLACES.write_text(gazetteer(), encoding="utf-8")
    print(model())
