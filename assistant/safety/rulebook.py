"""Reads and checks the YAML files of triage: rules, guards, words and kinds of danger."""

from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from assistant.safety.patterns import Pattern, Words, compile_pattern

Level = Literal["danger", "ask", "none"]

_FOLDER = Path(__file__).parent


class _Data(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class Kind(_Data):
    """One kind of danger: whom to ring and what to say first."""

    numbers: tuple[str, ...] = Field(min_length=1)
    first_aid: str = Field(min_length=5)
    question: str = Field(min_length=5, pattern="？$")


class RuleSource(_Data):
    """A rule as written in `rules.yaml`."""

    id: str
    kind: str
    level: Literal["danger", "ask"] = "danger"
    reason: str
    when: tuple[str, ...] = Field(min_length=1)
    unless: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()


class GuardSource(_Data):
    """A guard as written in `guards.yaml`; `reach` in characters."""

    reason: str
    verdict: Literal["none", "ask"]
    reach: int = Field(gt=0)
    lifted_by_now: bool = False
    inside: bool = True
    kinds: tuple[str, ...] = ()
    stands_alone: bool = False
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    anywhere: tuple[str, ...] = ()


class Rule(_Data):
    """A rule ready for matching; every pattern of a row in `when` must be found."""

    id: str
    kind: str
    level: Level
    reason: str
    when: tuple[tuple[Pattern, ...], ...]
    unless: tuple[Pattern, ...]
    ignore: frozenset[str]


class Guard(_Data):
    """A guard ready for matching."""

    id: str
    reason: str
    verdict: Level
    reach: int
    lifted_by_now: bool
    inside: bool
    kinds: frozenset[str]
    """The kinds of danger that it listens for; empty = all."""
    stands_alone: bool
    """Whether it also holds where no rule matched, to keep the classifier from being too sure."""
    before: tuple[Pattern, ...]
    after: tuple[Pattern, ...]
    anywhere: tuple[Pattern, ...]


class Rulebook(_Data):
    """Everything that triage knows. `kinds` is in order of urgency."""

    kinds: dict[str, Kind]
    rules: tuple[Rule, ...]
    guards: tuple[Guard, ...]
    now: Pattern


@cache
def rulebook() -> Rulebook:
    """Load the rules, once.

    Raises:
        ValueError: a file breaks its schema, names something unknown, or repeats a rule id.
    """
    words = TypeAdapter(dict[str, list[str]]).validate_python(_read("words"))
    kinds = TypeAdapter(dict[str, Kind]).validate_python(_read("kinds"))
    rules = TypeAdapter(list[RuleSource]).validate_python(_read("rules"))
    guards = TypeAdapter(dict[str, GuardSource]).validate_python(_read("guards"))
    _check_names(rules, kinds, guards)
    return Rulebook(
        kinds=kinds,
        rules=tuple(_compile_rule(rule, words) for rule in rules),
        guards=tuple(_compile_guard(name, guard, words) for name, guard in guards.items()),
        now=compile_pattern("<now>", words)[0],
    )


def _read(name: str) -> Any:
    return yaml.safe_load((_FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


def _check_names(rules: list[RuleSource], kinds: dict[str, Kind], guards: dict[str, GuardSource]) -> None:
    ids = [rule.id for rule in rules]
    repeated = {name for name in ids if ids.count(name) > 1}
    unknown = {rule.kind for rule in rules} - set(kinds)
    unknown |= {name for rule in rules for name in rule.ignore} - set(guards)
    unknown |= {name for guard in guards.values() for name in guard.kinds} - set(kinds)
    if repeated or unknown:
        raise ValueError(f"rules.yaml: repeated ids {sorted(repeated)}, unknown names {sorted(unknown)}")


def _compile_rule(rule: RuleSource, words: Words) -> Rule:
    return Rule(
        id=rule.id,
        kind=rule.kind,
        level=rule.level,
        reason=rule.reason,
        when=tuple(compile_pattern(row, words) for row in rule.when),
        unless=_compile_each(rule.unless, words),
        ignore=frozenset(rule.ignore),
    )


def _compile_guard(name: str, guard: GuardSource, words: Words) -> Guard:
    return Guard(
        id=name,
        reason=guard.reason,
        verdict=guard.verdict,
        reach=guard.reach,
        lifted_by_now=guard.lifted_by_now,
        inside=guard.inside,
        kinds=frozenset(guard.kinds),
        stands_alone=guard.stands_alone,
        before=_compile_each(guard.before, words),
        after=_compile_each(guard.after, words),
        anywhere=_compile_each(guard.anywhere, words),
    )


def _compile_each(rows: tuple[str, ...], words: Words) -> tuple[Pattern, ...]:
    return tuple(pattern for row in rows for pattern in compile_pattern(row, words))
