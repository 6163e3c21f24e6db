"""Installing, verifying and switching models, without a network."""

import hashlib
import zipfile
from pathlib import Path

import httpx
import pytest

from speech.models import BUNDLED, ModelError, ModelStore


def make_model(folder: Path) -> Path:
    (folder / "am").mkdir(parents=True)
    (folder / "graph").mkdir()
    (folder / "am" / "final.mdl").write_bytes(b"model")
    (folder / "graph" / "HCLG.fst").write_bytes(b"graph" * 1000)
    return folder


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    source = make_model(tmp_path / "source" / "vosk-test")
    path = tmp_path / "vosk-test.zip"
    with zipfile.ZipFile(path, "w") as out:
        for file in source.rglob("*"):
            out.write(file, file.relative_to(source.parent))
    return path


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_install_from_a_file_verify_and_switch(tmp_path: Path, archive: Path) -> None:
    store = ModelStore(tmp_path / "models")
    info = store.install(str(archive), sha256=digest(archive))
    assert info.name == "vosk-test"
    assert info.sha256 == digest(archive)
    assert store.verify("vosk-test") == []
    assert store.switch("vosk-test").folder == tmp_path / "models" / "vosk-test"
    assert ModelStore(tmp_path / "models").current().name == "vosk-test"


def test_a_wrong_hash_installs_nothing(tmp_path: Path, archive: Path) -> None:
    store = ModelStore(tmp_path / "models")
    with pytest.raises(ModelError, match="sha256"):
        store.install(str(archive), sha256="0" * 64)
    assert "vosk-test" not in [info.name for info in store.list()]


def test_damage_is_seen_and_a_damaged_model_is_not_used(tmp_path: Path, archive: Path) -> None:
    store = ModelStore(tmp_path / "models")
    store.install(str(archive))
    (tmp_path / "models" / "vosk-test" / "am" / "final.mdl").write_bytes(b"other")
    (tmp_path / "models" / "vosk-test" / "graph" / "HCLG.fst").unlink()
    assert store.verify("vosk-test") != []
    with pytest.raises(ModelError):
        store.switch("vosk-test")


def test_a_download_goes_on_where_it_stopped(tmp_path: Path, archive: Path) -> None:
    content = archive.read_bytes()
    asked: list[str | None] = []

    def serve(request: httpx.Request) -> httpx.Response:
        wanted = request.headers.get("range")
        asked.append(wanted)
        if wanted is None:
            return httpx.Response(200, content=content)
        start = int(wanted.removeprefix("bytes=").rstrip("-"))
        return httpx.Response(206, content=content[start:])

    store = ModelStore(tmp_path / "models", httpx.Client(transport=httpx.MockTransport(serve)))
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "vosk-test.download").write_bytes(content[:500])
    seen: list[tuple[int, int | None]] = []
    store.install(
        "https://models.example/vosk-test.zip", sha256=digest(archive), progress=lambda *at: seen.append(at)
    )
    assert asked == ["bytes=500-"]
    assert seen[-1] == (len(content), len(content))
    assert not (tmp_path / "models" / "vosk-test.download").exists()


def test_an_unreachable_server_is_a_clear_error(tmp_path: Path) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route")

    store = ModelStore(tmp_path, httpx.Client(transport=httpx.MockTransport(refuse)))
    with pytest.raises(ModelError, match="could not fetch"):
        store.install("vosk-model-small-cn-0.22")


def test_archives_may_not_write_outside(tmp_path: Path) -> None:
    path = tmp_path / "evil.zip"
    with zipfile.ZipFile(path, "w") as out:
        out.writestr("../../evil.txt", "x")
    with pytest.raises(ModelError, match="outside"):
        ModelStore(tmp_path / "models").install(str(path))
    assert not (tmp_path / "evil.txt").exists()


def test_no_archive_no_model(tmp_path: Path) -> None:
    path = tmp_path / "text.zip"
    path.write_text("no archive")
    store = ModelStore(tmp_path / "models")
    with pytest.raises(ModelError, match="neither"):
        store.install(str(path))
    with pytest.raises(ModelError, match="no such file"):
        store.install(str(tmp_path / "nowhere.zip"))
    with pytest.raises(ModelError, match="not installed"):
        store.switch("vosk-model-cn-0.22")
    with pytest.raises(ModelError, match="no model named"):
        store.get("nobody")


def test_the_bundled_model_is_for_trials(tmp_path: Path) -> None:
    store = ModelStore(tmp_path)
    known = {info.name: info for info in store.list()}
    assert not known["vosk-model-small-cn-0.22"].trial_only
    if BUNDLED in known:
        assert known[BUNDLED].trial_only
        assert store.current().name == BUNDLED
        assert (
            sum(f.stat().st_size for f in (known[BUNDLED].folder or tmp_path).rglob("*") if f.is_file())
            <= 12_000_000
        )
