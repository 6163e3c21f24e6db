# mypy: disable-error-code="import-not-found,import-untyped"
"""General Mandarin: open-gram's pairs of 84,000 words, counted on web pages and forums (CC BY-SA 3.0).

Debian carries them as sunpinyin-data; `tslminfo` of sunpinyin-utils prints them. Pairs that say little more than
their second word alone are dropped once (the measure of Seymore and Rosenfeld 1996); the rest is kept in a file
beside the other steps' results. Of its trigrams nearly all end in an unknown word: they are not used.
"""

import pickle
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import numpy.typing as npt

from speech.training.language_model import END, START, History

DATA: Final = Path("/usr/lib/x86_64-linux-gnu/sunpinyin/data")
"""Where Debian's sunpinyin-data puts lm_sc.t3g and pydict_sc.bin."""
LEAST: Final = 5e-8
"""What a kept pair is worth, in nats a word of running text: a million pairs."""
_UNKNOWN: Final = "<0>"
_PAUSES: Final = ("，", "。")
_ENDS: Final = ("，", "。", "？", "！")
_HAN: Final = re.compile(r"[\u4e00-\u9fff]+")
_WORDS_AT: Final = 8
"""Byte of the dictionary's header where the offset of its words stands."""

Array = npt.NDArray[Any]


class Counts(NamedTuple):
    """P(word), the weight of P(word) after a word with pairs of its own, P(second | first) and the pairs' worth."""

    single: dict[str, float]
    backoff: dict[str, float]
    pairs: dict[History, float]
    worth: dict[History, float]


class OpenGram:
    """A bigram model that answers as `language_model.Source` does; callers make no marks, so pauses are passed over."""

    def __init__(self, counts: Counts) -> None:
        self._counts = counts

    def frequencies(self) -> dict[str, float]:
        """Words of Chinese characters and their share of running text."""
        return {word: share for word, share in self._counts.single.items() if _HAN.fullmatch(word)}

    def probability(self, history: History, word: str) -> float:
        """P(word | last of the history), with a comma or full stop between them or none."""
        before = ("。" if history[-1] == START else history[-1]) if history else None
        if word == END:
            return sum(self._written(before, mark) for mark in _ENDS)
        if before is None:
            return self._written(None, word)
        pause = sum(self._written(before, mark) for mark in _PAUSES)
        return self._written(before, word) + pause * self._written(_PAUSES[0], word)

    def pairs(self, least: float) -> Iterator[tuple[History, str]]:
        """Pairs of Chinese words that are worth at least so much, as (history, word); a full stop is a START."""
        for (first, second), worth in self._counts.worth.items():
            if worth >= least and (first == "。" or _HAN.fullmatch(first)) and _HAN.fullmatch(second):
                yield (START if first == "。" else first,), second

    def _written(self, before: str | None, word: str) -> float:
        """As the counts have it, words they do not know left out."""
        known = 1 - self._pair(before, _UNKNOWN)
        return self._pair(before, word) / max(known, 0.05)

    def _pair(self, before: str | None, word: str) -> float:
        alone = self._counts.single.get(word, 1e-9)
        if before is None:
            return alone
        found = self._counts.pairs.get((before, word))
        return found if found is not None else self._counts.backoff.get(before, 1.0) * alone


def load(cache: Path) -> OpenGram:
    """Open-gram's pairs worth keeping; `cache` is written once. Needs the Debian packages then."""
    if not cache.exists():
        cache.parent.mkdir(parents=True, exist_ok=True)
        words = _dictionary(DATA / "pydict_sc.bin")
        command = ["tslminfo", "-p", "-v", str(DATA / "lm_sc.t3g")]
        printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        draft = cache.with_suffix(".part")
        draft.write_bytes(pickle.dumps(tuple(worth_keeping(words, _level(printed, 1), _level(printed, 2)))))
        draft.replace(cache)
    return OpenGram(Counts(*pickle.loads(cache.read_bytes())))


def _dictionary(path: Path) -> list[str]:
    """Words by id: UTF-32 strings, each closed by a zero; ids below 70 are no words."""
    content = path.read_bytes()
    start = int.from_bytes(content[_WORDS_AT : _WORDS_AT + 4], "little")
    words = content[start:].decode("utf-32-le").split("\0")
    return [word or f"<{number}>" for number, word in enumerate(words)]


def _level(printed: str, order: int) -> Array:
    r"""[n, order + 2]: word ids, probability, back-off, from the lines under "\2-gram\2500000"."""
    start = printed.index("\n", printed.index(f"\\{order}-gram"))
    end = printed.find("\\", start)
    block = printed[start:end].translate(str.maketrans("(),", "   "))
    table: Array = np.fromstring(block, sep=" ").reshape(-1, order + 4)
    return table[:, : order + 2]


def worth_keeping(words: list[str], single: Array, pairs: Array, least: float = LEAST) -> Counts:
    """Rows are (ids…, probability, back-off) by word id. Pairs with a mark or the unknown word are all kept."""
    ids = single[:, 0].astype(int)
    alone, weight = np.full(len(words), 1e-9), np.ones(len(words))
    alone[ids], weight[ids] = single[:, 1], single[:, 2]
    first, second, probability = pairs[:, 0].astype(int), pairs[:, 1].astype(int), pairs[:, 2]
    worth = alone[first] * probability * np.abs(np.log(probability / (weight[first] * alone[second])))
    special = np.array([not _HAN.fullmatch(word) for word in words])
    kept = np.flatnonzero((worth >= least) | special[second]).tolist()
    names = [(words[first[i]], words[second[i]]) for i in kept]
    return Counts(
        {words[i]: float(alone[i]) for i in ids.tolist()},
        {words[i]: float(weight[i]) for i in ids.tolist()},
        dict(zip(names, probability[kept].tolist(), strict=True)),
        dict(zip(names, worth[kept].tolist(), strict=True)),
    )
