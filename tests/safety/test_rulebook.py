"""Checks on the rule data."""

import pytest

from assistant.safety import rulebook as module
from assistant.safety.rulebook import GuardSource, Kind, RuleSource, rulebook


def test_rules_load_and_every_kind_names_an_emergency_number() -> None:
    for kind in rulebook().kinds.values():
        assert set(kind.numbers) & {"110", "119", "120"}
        assert len(kind.first_aid) <= 90, "too long for the ear"


def test_unknown_kind_and_repeated_id_are_refused() -> None:
    rule = RuleSource(id="a", kind="fall", reason="r", when=("摔倒",))
    kinds = {"fall": Kind(numbers=("120",), first_aid="请马上打120。", question="摔倒了吗？")}
    guard = GuardSource(reason="r", verdict="none", reach=3, kinds=("ghost",))
    with pytest.raises(ValueError, match="repeated ids"):
        module._check_names([rule, rule], kinds, {})
    with pytest.raises(ValueError, match="unknown names"):
        module._check_names([rule], {}, {})
    with pytest.raises(ValueError, match="ghost"):
        module._check_names([rule], kinds, {"g": guard})
