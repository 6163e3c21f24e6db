"""Sparse views of a text: a view turns text and context into terms, TF-IDF weighs them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from components import context, entities
from components.rehearing import SILENT
from components.services import namings
from components.text import fuzzy, is_han, normalise, syllables

Floats = NDArray[np.float32]
TINY = 1e-12
_FILLER = re.compile(r"(那个|这个|就是说|就是|那什么|嗯|呃|啊|哎|喂|哦|呀|嘛|呢|吧)+")


def _ngrams(units: Sequence[str], longest: int, prefix: str) -> Iterator[str]:
    for size in range(1, longest + 1):
        for start in range(len(units) - size + 1):
            yield prefix + "_".join(units[start : start + size])


def _spoken(text: str) -> str:
    """The text without punctuation, every digit as 0: figures are entities, not meaning."""
    return re.sub(r"\d", "0", SILENT.sub("", normalise(text)))


def characters(text: str, asked: str | None) -> list[str]:
    """Character n-grams of 1 to 4, with marks for start and end."""
    return list(_ngrams(["^", *_spoken(text), "$"], 4, ""))


def pinyin(text: str, asked: str | None) -> list[str]:
    """Fuzzy syllables (n-grams of 1 to 3) and toned ones (1 to 2)."""
    toned = syllables(_spoken(text))
    merged = [fuzzy(syllable) for syllable in toned]
    return [*_ngrams(["^", *merged, "$"], 3, "f:"), *_ngrams(toned, 2, "t:")]


def situation(text: str, asked: str | None) -> list[str]:
    """What was asked, crossed with how the answer looks: its length, its entities, its characters."""
    group = context.group(asked)
    said = _spoken(text)
    core = _FILLER.sub("", said) or said
    length = sum(map(is_han, core)) or len(core)
    bucket = (
        "1" if length <= 1 else "2" if length == 2 else "4" if length <= 4 else "8" if length <= 8 else "+"
    )
    found = {entity.name for entity in entities.extract(text, asked)}
    about = [
        f"len:{bucket}",
        *(f"has:{name}" for name in sorted(found)),
        *(["has:none"] if not found else []),
    ]
    if asked in found:
        about.append("has:asked")
    if group != "none":
        about += _ngrams(["^", *core[:12], "$"], 2, "said:")
    terms = [f"asked:{group}", f"datum:{asked}", *about]
    return terms + [f"{group}|{item}" for item in about]


def services(text: str, asked: str | None) -> list[str]:
    """Names of services in the text, as written or only as sounding."""
    named = [(naming.service_type, "said" if naming.exact else "heard") for naming in namings(text)]
    return [f"services:{min(len(named), 3)}", *(f"{kind}:{service}" for service, kind in named)]


VIEWS: dict[str, Callable[[str, str | None], list[str]]] = {
    "characters": characters,
    "pinyin": pinyin,
    "situation": situation,
    "services": services,
}


@dataclass(frozen=True)
class Walked:
    """Terms of texts in all views: their keys and counts, and how many every text has in every view."""

    keys: NDArray[np.uint32]
    counts: Floats
    sizes: NDArray[np.int64]
    """Texts × views."""


def walk(text: str, asked: str | None) -> Walked:
    """The terms of one text. A key is a term's checksum, begun anew for every view, so that few coincide."""
    counted = [Counter(view(text, asked)) for view in VIEWS.values()]
    keys = [crc32(term.encode(), number) for number, counter in enumerate(counted) for term in counter]
    counts = [count for counter in counted for count in counter.values()]
    sizes = [[len(counter) for counter in counted]]
    return Walked(np.array(keys, dtype=np.uint32), np.array(counts, dtype=np.float32), np.array(sizes))


def together(walks: Sequence[Walked]) -> Walked:
    """Texts that were walked one by one."""
    return Walked(
        np.concatenate([each.keys for each in walks]),
        np.concatenate([each.counts for each in walks]),
        np.concatenate([each.sizes for each in walks]),
    )


@dataclass(frozen=True)
class Weights:
    """TF-IDF of the terms that were met in training.

    `keys` are sorted, `rarity` is their inverse document frequency.
    """

    keys: NDArray[np.uint32]
    rarity: Floats

    @classmethod
    def learn(cls, texts: Walked) -> Weights:
        """From texts as they were written."""
        keys, seen = np.unique(texts.keys, return_counts=True)
        rarity = 1.0 + np.log((1 + len(texts.sizes)) / (1 + seen))
        return cls(keys, rarity.astype(np.float32))

    def rows(self, texts: Walked, scales: Mapping[str, float]) -> csr_matrix:
        """One row a text; `scales` are the lengths of its vector in every view, which balance the views."""
        column = np.minimum(np.searchsorted(self.keys, texts.keys), len(self.keys) - 1)
        values = np.where(
            self.keys[column] == texts.keys, (1 + np.log(texts.counts)) * self.rarity[column], 0
        )
        part = np.repeat(np.arange(texts.sizes.size), texts.sizes.ravel())
        lengths = np.sqrt(np.bincount(part, values**2, minlength=texts.sizes.size))
        scales = np.tile([scales[view] for view in VIEWS], len(texts.sizes)) / np.maximum(lengths, TINY)
        ends = np.concatenate([[0], np.cumsum(texts.sizes.sum(axis=1))])
        shape = (len(texts.sizes), len(self.keys))
        rows = csr_matrix(((values * scales[part]).astype(np.float32), column, ends), shape=shape)
        rows.eliminate_zeros()
        return rows
