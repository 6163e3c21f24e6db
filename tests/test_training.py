"""What goes into the Rasa model: its gazetteer is the catalogue's, and its digest follows its inputs."""

from __future__ import annotations

from pathlib import Path

from assistant import training


def test_the_gazetteer_on_disk_is_that_of_the_catalogue() -> None:
    assert training.PLACES.read_text(encoding="utf-8") == training.gazetteer(), (
        "run python -m assistant.training"
    )


def test_the_gazetteer_has_places_as_they_are_written_and_as_they_are_called() -> None:
    names = set(training.gazetteer().splitlines())
    assert {"环翠春晖老年食堂", "春晖老年食堂", "春晖食堂", "三眼桥街道", "岳阳楼区"} <= names
    assert not {name for name in names if name.startswith(("区", "县", "楼和风"))}


def test_the_digest_changes_with_a_file_and_not_with_what_python_leaves(tmp_path: Path) -> None:
    (tmp_path / "nlu").mkdir()
    (tmp_path / "nlu" / "a.yml").write_text("one", encoding="utf-8")
    before = training.digest(tmp_path)
    (tmp_path / "nlu" / "__pycache__").mkdir()
    (tmp_path / "nlu" / "__pycache__" / "a.pyc").write_bytes(b"left")
    assert training.digest(tmp_path) == before
    (tmp_path / "nlu" / "a.yml").write_text("two", encoding="utf-8")
    assert training.digest(tmp_path) != before
