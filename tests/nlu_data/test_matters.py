from pathlib import Path

import pytest
import yaml
from components import matters


@pytest.mark.parametrize(
    ("text", "beginning"),
    [
        ("给我订明天的饭，另外剃头多少钱", "给我订明天的饭"),
        ("保洁取消 再问问补贴多少", "保洁取消"),
        ("订明天的饭，两份", None),
        ("对了，另外剃头多少钱", None),
    ],
)
def test_the_first_matter_ends_where_another_begins(text: str, beginning: str | None) -> None:
    assert matters.first(text) == beginning


def test_matters_are_intents() -> None:
    domain = Path(matters.__file__).parents[1] / "domain" / "intents.yml"
    intents = {
        name for each in yaml.safe_load(domain.read_text(encoding="utf-8"))["intents"] for name in each
    }
    assert intents >= matters.MATTERS
