"""The small language in which danger rules are written, and its compilation to regular expressions.

A pattern is a row of parts, separated by spaces, that follow each other directly:

    胸口|心口     one of these words            <chest>       one of the words of a class of `words.yaml`
    了?  倒了?    a character may be missing     他|她|        the part may be missing
    !过|的时候     must not follow here          ^!没|不       must not stand before here
    *            up to 4 characters of the same clause, none of them a "no"
    **           up to 10 of any kind, no "no" last   ^  $         start of what was said, end of a clause

Words may hold `[一二三]` for one of several characters, digits, and `$`. A word of three or more characters
(two or more where the pattern has several parts) is also heard by its sound; `=词` is matched only as
written and `~词` always by sound too. ` & ` joins patterns that may stand anywhere, in any order.

Text is matched in a form in which every character is preceded by its sound (`heard`), so one expression
sees both, and a position in the text is half the position in that form.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from assistant.safety.sounds import SILENT, is_han, sound

Words: TypeAlias = Mapping[str, Sequence[str]]

CLAUSE_END = "，"
"""What `normalise` leaves of all punctuation."""

_MARKS = ("^", "$", "*", "**")
_CLAUSE_END_OR_END = rf"(?=.{CLAUSE_END}|\Z)"
_HARMLESS_NO = ("不停", "不住", "不得了", "不行", "不断", "没完", "不得劲", "不舒服")
_DENIALS = ("没", "不", "没有", "没觉得", "没感觉", "不觉得", "不怎么", "没怎么", "不太", "不那么", "没啥")
_UNIT = re.compile(r"(?:\[([^\]]+)\]|(.))(\??)")


@dataclass(frozen=True, slots=True)
class Pattern:
    """One compiled row of parts."""

    regex: re.Pattern[str]
    needs: tuple[frozenset[str], ...]
    """For every required part the sounds that it can begin with: a cheap test before the expression runs."""

    def search(self, text: "Heard", start: int = 0, end: int | None = None) -> tuple[int, int] | None:
        """Return the first match from character `start` on as (start, end) in characters."""
        if any(text.sounds.isdisjoint(need) for need in self.needs):
            return None
        stop = len(text.doubled) if end is None else 2 * end
        found = self.regex.search(text.doubled, 2 * start, stop)
        return (found.start() // 2, found.end() // 2) if found else None


@dataclass(frozen=True, slots=True)
class Heard:
    """A text made ready for matching."""

    text: str
    doubled: str
    sounds: frozenset[str]


def heard(text: str) -> Heard:
    """Prepare normalised `text`."""
    marks = [sound(char) if is_han(char) else SILENT for char in text]
    doubled = "".join(mark + char for mark, char in zip(marks, text, strict=True))
    return Heard(text, doubled, frozenset(marks))


def compile_pattern(source: str, words: Words) -> tuple[Pattern, ...]:
    """Compile a rule's pattern; more than one result means that all must be found, the first of them first.

    Raises:
        ValueError: a part names an unknown word class or is empty.
    """
    return tuple(_compile_row(row.split(), words) for row in source.split(" & "))


def _compile_row(parts: list[str], words: Words) -> Pattern:
    if not parts:
        raise ValueError("empty pattern")
    spoken = [part for part in parts if part[0] not in "!^$*"]
    by_sound_from = 2 if len(spoken) > 1 else 3
    pieces: list[str] = []
    needs: list[frozenset[str]] = []
    for part in parts:
        alternatives = _alternatives(part, words) if part not in _MARKS else []
        optional = part.endswith("|") or any(_may_be_empty(word) for word in alternatives)
        pieces.append(_expression(part, alternatives, by_sound_from) + ("?" if part.endswith("|") else ""))
        if part in spoken and not optional:
            needs.append(frozenset().union(*(_first_sounds(word) for word in alternatives)))
    return Pattern(re.compile("".join(pieces)), tuple(needs))


def _alternatives(part: str, words: Words) -> list[str]:
    """Spell out a part: `<class>` becomes its words, `a|<b>` both."""
    result: list[str] = []
    for item in part.removeprefix("^!").removeprefix("!").split("|"):
        if item.startswith("<") and item.endswith(">"):
            if item[1:-1] not in words:
                raise ValueError(f"unknown word class {item}")
            result += words[item[1:-1]]
        elif item:
            result.append(item)
    if not result:
        raise ValueError(f"empty part {part!r}")
    return result


def _expression(part: str, alternatives: list[str], by_sound_from: int) -> str:
    if part == "^":
        return r"\A"
    if part == "$":
        return _CLAUSE_END_OR_END
    if part in ("*", "**"):
        return _gap(4, crossing=False) if part == "*" else _gap(10, crossing=True)
    longest_first = sorted(alternatives, key=len, reverse=True)
    if part.startswith("^!"):
        return "".join(f"(?<!{_word(word, by_sound_from=99)})" for word in longest_first)
    body = "|".join(_word(word, 99 if part.startswith("!") else by_sound_from) for word in longest_first)
    return f"(?!{body})" if part.startswith("!") else f"(?:{body})"


_NOT_DENIED = "".join(f"(?<!{''.join(f'.{char}' for char in denial)})" for denial in _DENIALS)


def _gap(most: int, *, crossing: bool) -> str:
    if crossing:
        return f"(?:..){{0,{most}}}?{_NOT_DENIED}"
    harmless = "|".join(_word(word, by_sound_from=99) for word in _HARMLESS_NO)
    return f"(?:{harmless}|.[^{CLAUSE_END}没不别未]){{0,{most}}}?"


def _word(word: str, by_sound_from: int) -> str:
    mode, plain = (word[0], word[1:]) if word[0] in "=~" else ("", word)
    units = list(_UNIT.finditer(plain))
    by_sound = mode == "~" or (mode == "" and len(units) >= by_sound_from)
    return "".join(_unit(*unit.groups(), by_sound=by_sound) for unit in units)


def _unit(several: str | None, char: str, optional: str, *, by_sound: bool) -> str:
    if char == "$":
        return _CLAUSE_END_OR_END
    if several:
        one = f".[{several}]"
    elif by_sound and is_han(char):
        one = f"{sound(char)}."
    else:
        one = f".{re.escape(char)}"
    return f"(?:{one})?" if optional else one


def _may_be_empty(word: str) -> bool:
    return all(unit[3] for unit in _UNIT.finditer(word.lstrip("=~")))


def _first_sounds(word: str) -> frozenset[str]:
    several, char, _optional = _UNIT.match(word.lstrip("=~")).groups()  # type: ignore[union-attr]
    if several:
        chars = [chr(code) for code in range(ord("0"), ord("9") + 1)] if "0-9" in several else list(several)
        return frozenset(sound(each) for each in chars)
    return frozenset({sound(char)})
