"""Vosk models on this machine: which are known, installed, sound, in use. Installing resumes and checks hashes."""

import hashlib
import json
import shutil
import tarfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any, Final

import httpx

BUNDLED_FOLDER: Final = Path(__file__).parent / "models"
_RECORD: Final = "yinling-model.json"
_CURRENT: Final = "current"
_CHUNK: Final = 1 << 20
Progress = Callable[[int, int | None], None]
"""Called with bytes so far and bytes in all (None if unknown)."""


class ModelError(RuntimeError):
    """A model cannot be installed, found or trusted; the message says what to do."""


@dataclass(frozen=True)
class ModelInfo:
    """What is known of a model, installed or not."""

    name: str
    size: int
    """Bytes to fetch, or on disk once installed."""
    licence: str
    note: str
    url: str | None = None
    sha256: str | None = None
    """Of the archive. None for models whose makers publish none: then the hash seen at installing is recorded."""
    folder: Path | None = None
    trial_only: bool = False
    """Not fit for real callers; the hotline must say so."""


BUNDLED: Final = "yinling-small-cn"
KNOWN: Final = (
    ModelInfo(
        BUNDLED,
        11_000_000,
        "Apache-2.0 code; trained on synthetic voices and public recordings, see MODEL_CARD.md",
        "bundled; learnt from synthetic voices and 29 people: for trials, tests and demonstrations",
        folder=BUNDLED_FOLDER / BUNDLED,
        trial_only=True,
    ),
    ModelInfo(
        "vosk-model-small-cn-0.22",
        44_000_000,
        "Apache-2.0",
        "real speech; published character error 17–38 %",
        url="https://alphacephei.com/vosk/models/vosk-model-small-cn-0.22.zip",
    ),
    ModelInfo(
        "vosk-model-cn-0.22",
        1_360_000_000,
        "Apache-2.0",
        "real speech, for servers; published character error 7–27 %",
        url="https://alphacephei.com/vosk/models/vosk-model-cn-0.22.zip",
    ),
)


class ModelStore:
    """Models in one folder, each in its own; a file names the one in use."""

    def __init__(self, folder: Path, client: httpx.Client | None = None) -> None:
        self.folder = folder
        self._client = client

    def list(self) -> list[ModelInfo]:
        """Known models and those installed from elsewhere; `folder` is set where a model is on this machine."""
        found = {info.name: info for info in KNOWN if info.folder is None or is_model(info.folder)}
        for path in sorted(self.folder.glob("*")) if self.folder.exists() else []:
            if is_model(path) or (path / _RECORD).exists():
                known = found.get(path.name, ModelInfo(path.name, 0, "unknown", "installed by hand"))
                record = _record(path)
                found[path.name] = replace(
                    known, folder=path, size=_size(path), sha256=record.get("sha256") or known.sha256
                )
        return list(found.values())

    def get(self, name: str) -> ModelInfo:
        """Raises ModelError for a name nobody knows."""
        for info in self.list():
            if info.name == name:
                return info
        raise ModelError(f"no model named {name}")

    def current(self) -> ModelInfo:
        """The model in use: the one switched to, else the bundled one. Raises ModelError if none is there."""
        path = self.folder / _CURRENT
        name = path.read_text("utf-8").strip() if path.exists() else BUNDLED
        info = self.get(name)
        if info.folder is None:
            raise ModelError(f"the model {name} is not installed")
        return info

    def switch(self, name: str) -> ModelInfo:
        """Use another model from the next start on. Raises ModelError if it is missing or damaged."""
        if problems := self.verify(name):
            raise ModelError(f"{name}: {'; '.join(problems)}")
        self.folder.mkdir(parents=True, exist_ok=True)
        draft = self.folder / f"{_CURRENT}.part"
        draft.write_text(name, "utf-8")
        draft.replace(self.folder / _CURRENT)
        return self.get(name)

    def verify(self, name: str) -> Sequence[str]:
        """What is wrong with an installed model; empty if nothing."""
        info = self.get(name)
        if info.folder is None:
            return ["not installed"]
        files = _record(info.folder).get("files", {})
        problems = [] if is_model(info.folder) else ["not a whole model"]
        problems += [f"{path} is missing" for path in files if not (info.folder / path).exists()]
        problems += [
            f"{path} has changed"
            for path, digest in files.items()
            if (info.folder / path).exists() and _digest(info.folder / path) != digest
        ]
        return problems

    def install(
        self,
        source: str,
        *,
        sha256: str | None = None,
        name: str | None = None,
        progress: Progress | None = None,
    ) -> ModelInfo:
        """Install from the name of a known model, a URL, an archive (.zip, .tar.gz) or a model folder.

        A broken download goes on where it stopped. Raises ModelError if the hash differs or no model is inside.
        """
        known = next((info for info in KNOWN if source in (info.name, info.url)), None)
        expected = sha256 or (known.sha256 if known else None)
        location = known.url if known and known.url else source
        name = name or (known.name if known else _name_of(location))
        if name != PurePosixPath(name).name or name in {"", ".", "..", _CURRENT}:
            raise ModelError(f"not a name for a model: {name!r}")
        self.folder.mkdir(parents=True, exist_ok=True)
        if Path(location).is_dir():
            return self._place(Path(location), name, {"source": location, "sha256": None}, copy=True)
        archive = Path(location)
        if location.startswith(("http://", "https://")):
            archive = self._download(
                location, self.folder / f"{name}.download", progress or (lambda *_: None)
            )
        if not archive.exists():
            raise ModelError(f"no such file: {archive}")
        digest = _digest(archive)
        if expected is not None and digest != expected:
            if location.startswith("http"):
                archive.unlink()
            raise ModelError(f"the archive's sha256 is {digest}, not {expected}: it was not installed")
        unpacked = self.folder / f"{name}.unpacked"
        shutil.rmtree(unpacked, ignore_errors=True)
        try:
            _unpack(archive, unpacked)
            return self._place(_model_in(unpacked), name, {"source": location, "sha256": digest}, copy=False)
        finally:
            shutil.rmtree(unpacked, ignore_errors=True)
            if archive.suffix == ".download":
                archive.unlink(missing_ok=True)

    def _place(self, source: Path, name: str, record: dict[str, object], *, copy: bool) -> ModelInfo:
        if not is_model(source):
            raise ModelError(f"no Vosk model in {source}")
        draft, target = self.folder / f"{name}.part", self.folder / name
        shutil.rmtree(draft, ignore_errors=True)
        if copy:
            shutil.copytree(source, draft)
        else:
            source.rename(draft)
        files = {str(p.relative_to(draft)): _digest(p) for p in sorted(draft.rglob("*")) if p.is_file()}
        files.pop(_RECORD, None)
        (draft / _RECORD).write_text(json.dumps({**record, "files": files}, indent=1), "utf-8")
        shutil.rmtree(target, ignore_errors=True)
        draft.rename(target)
        return self.get(name)

    def _download(self, url: str, target: Path, progress: Progress) -> Path:
        have = target.stat().st_size if target.exists() else 0
        client = self._client or httpx.Client(follow_redirects=True, timeout=30)
        headers = {"Range": f"bytes={have}-"} if have else {}
        try:
            with client.stream("GET", url, headers=headers) as response:
                if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                    return target
                response.raise_for_status()
                if response.status_code != httpx.codes.PARTIAL_CONTENT:
                    have = 0
                length = response.headers.get("content-length")
                total = have + int(length) if length else None
                with target.open("ab" if have else "wb") as file:
                    for chunk in response.iter_bytes(_CHUNK):
                        file.write(chunk)
                        have += len(chunk)
                        progress(have, total)
        except httpx.HTTPError as error:
            raise ModelError(
                f"could not fetch {url} ({error}); run again to go on, or give a file"
            ) from error
        finally:
            if self._client is None:
                client.close()
        return target


def is_model(folder: Path) -> bool:
    """Whether a folder looks like a Vosk model."""
    acoustic = (folder / "am" / "final.mdl").exists() or (folder / "final.mdl").exists()
    graph = any(
        (folder / part / file).exists() for part in ("graph", ".") for file in ("HCLG.fst", "HCLr.fst")
    )
    return acoustic and graph


def describe(info: ModelInfo) -> dict[str, object]:
    """For tables and JSON."""
    return {**asdict(info), "folder": str(info.folder) if info.folder else None}


def _record(folder: Path) -> dict[str, Any]:
    path = folder / _RECORD
    return json.loads(path.read_text("utf-8")) if path.exists() else {}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _name_of(location: str) -> str:
    name = PurePosixPath(location.split("?")[0]).name
    for suffix in (".zip", ".tar.gz", ".tgz"):
        name = name.removesuffix(suffix)
    return name


def _model_in(folder: Path) -> Path:
    for path in (folder, *sorted(p for p in folder.glob("*") if p.is_dir())):
        if is_model(path):
            return path
    raise ModelError("there is no Vosk model in the archive")


def _unpack(archive: Path, target: Path) -> None:
    """Raises ModelError for anything that is no archive, or that would write outside the target."""
    target.mkdir(parents=True)
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as content:
            root = target.resolve()
            if any(not (target / name).resolve().is_relative_to(root) for name in content.namelist()):
                raise ModelError("the archive would write outside its folder")
            content.extractall(target)
    elif tarfile.is_tarfile(archive):
        with tarfile.open(archive) as tar:
            tar.extractall(target, filter="data")
    else:
        raise ModelError(f"{archive} is neither a zip nor a tar archive")
