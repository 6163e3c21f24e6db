"""The vocabulary and the language model of the bundled model, from the phrase lists and general Mandarin."""

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from speech.phones import pronunciations
from speech.training import opengram
from speech.training.language_model import END, Mixture, Part, Source
from speech.training.texts import Domain, general, lines, segmenter, sentences_in


class Size(NamedTuple):
    """How much goes into the graphs; the defaults keep the model folder under 12 MB."""

    words: int = 32_000
    """Of general Mandarin; callers' words come on top."""
    domain_sentences: int = 150_000
    domain_least: tuple[int, int] = (4, 15)
    reviews_least: tuple[int, int] = (5, 12)
    general_worth: float = 1e-6
    """Least worth of a pair of open-gram's, see there."""
    weights: tuple[float, float, float] = (0.45, 0.15, 0.4)
    """Of callers' sentences, reviews, open-gram. Perplexity of rambling development sentences is flat around it."""


DEFAULT: Final = Size()
LONGEST_WORD: Final = 4
"""Characters of a name that is one word; callers say parts of longer ones."""


def language_model(
    size: Size = DEFAULT,
    *,
    seed: int = 20,
    slots: dict[str, list[str]] | None = None,
    texts: Path | None = None,
    work: Path = Path("var/training"),
    report: Callable[[str], None] = print,
) -> Mixture:
    """Count, smooth and mix.

    `slots` are class words of a city (street, place, service…) for `texts.Domain`; `texts` is a folder of callers'
    sentences, such as an assistant's training data; `work` keeps open-gram's pairs.
    """
    written = opengram.load(work / "opengram.pkl")
    frequencies = written.frequencies()
    rng = random.Random(seed)
    domain = Domain(rng, slots)
    names = {word for words in (slots or {}).values() for word in words}
    cut = segmenter(frequencies, [name for name in names if len(name) <= LONGEST_WORD], work)
    sentences = [cut(domain.sentence()) for _ in range(size.domain_sentences)]
    sentences += [cut(phrase) for _ in range(40) for phrase in domain.plain()]
    # Bare class words: answers to "which street?", "what name?".
    bare = {word for words in domain.slots.values() for word in words} | names
    sentences += [cut(word) for word in sorted(bare)] * 20
    if texts is not None:
        own = [cut(sentence) for sentence in sentences_in(texts)]
        report(f"{len(own):,} sentences from {texts}")
        sentences += own * 8
    report(f"{len(sentences):,} callers' sentences")
    reviews = _reviews(frequencies, work)
    report(f"{len(reviews):,} clauses of reviews")
    seen = Counter(word for words in sentences for word in words)
    vocabulary = _vocabulary(frequencies, seen, size.words)
    report(f"{len(vocabulary):,} words")
    prior = _prior(vocabulary, frequencies)
    callers, shoppers = Source(sentences, prior, 0.02), Source(reviews, prior, 0.15)
    return Mixture(
        [
            Part(callers, size.weights[0], callers.seen(size.domain_least)),
            Part(shoppers, size.weights[1], shoppers.seen(size.reviews_least)),
            Part(written, size.weights[2], written.pairs(size.general_worth)),
        ],
        vocabulary,
    )


def _reviews(frequencies: dict[str, float], work: Path) -> list[list[str]]:
    """General Mandarin in words, kept in `work`: a city's names do not change it."""
    kept = work / "reviews.txt"
    if not kept.exists():
        cut = segmenter(frequencies, [], work / "general")
        draft = kept.with_suffix(".part")
        draft.write_text("".join(" ".join(cut(clause)) + "\n" for clause in general()), "utf-8")
        draft.replace(kept)
    return [line.split() for line in kept.read_text("utf-8").splitlines()]


def _vocabulary(frequencies: dict[str, float], seen: Counter[str], limit: int) -> list[str]:
    own = {word for line in lines("vocabulary.txt") for word in line.split()}
    common = sorted(frequencies, key=lambda word: (-frequencies[word], word))[:limit]
    words = set(seen) | own | {word for word in common if len(word) <= LONGEST_WORD + 1}
    words |= {character for word in words for character in word}
    return sorted(word for word in words if pronunciations(word))


def _prior(vocabulary: list[str], frequencies: dict[str, float]) -> dict[str, float]:
    """Flattened frequencies; single characters weigh less than words, being mostly parts of names."""
    rare = 1e-8
    weight = {
        word: (frequencies.get(word, rare) + rare) ** 0.75 * (0.5 if len(word) == 1 else 1.0)
        for word in vocabulary
    }
    total = sum(weight.values()) * 1.1
    return {**{word: value / total for word, value in weight.items()}, END: 0.1 / 1.1}
