"""Training reads the same examples as Rasa does."""

from __future__ import annotations

from pathlib import Path

from rasa.shared.importers.rasa import RasaFileImporter
from train import Files

EXAMPLES = """version: "3.1"
nlu:
- intent: affirm
  metadata: {asked: yes_no}
  examples: |
    - 好
    - 是的，就要这个
- intent: affirm
  examples: |
    - 好
"""


def test_examples_are_those_that_rasa_reads(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(EXAMPLES, encoding="utf-8")
    ours, theirs = (
        kind(training_data_paths=[str(tmp_path)]).get_nlu_data() for kind in (Files, RasaFileImporter)
    )
    assert [m.as_dict() for m in ours.training_examples] == [m.as_dict() for m in theirs.training_examples]
    assert len(ours.training_examples) == 3
