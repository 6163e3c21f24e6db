"""The vocabulary and the language model of the bundled model, from the phrase lists and general Mandarin."""

import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

from speech.training.language_model import END, Mixture, Source
from speech.training.phones import pronunciations
from speech.training.texts import Domain, dictionary, general, lines, segmenter, sentences_in


class Size(NamedTuple):
    """How much goes into the graphs; the defaults keep the model folder under 12 MB."""

    dictionary_words: int = 22_000
    domain_sentences: int = 200_000
    domain_least: tuple[int, int] = (4, 5)
    general_least: tuple[int, int] = (5, 10)
    domain_weight: float = 0.55
    """Least perplexity of rambling development sentences lies at 0.45, of short ones at 0.8."""


DEFAULT: Final = Size()


def language_model(
    size: Size = DEFAULT,
    *,
    seed: int = 20,
    slots: dict[str, list[str]] | None = None,
    texts: Path | None = None,
    report: Callable[[str], None] = print,
) -> Mixture:
    """Count, smooth and mix.

    `slots` are class words of a city (street, place, service…) for `texts.Domain`; `texts` is a folder of callers'
    sentences, such as an assistant's training data.
    """
    cut = segmenter()
    rng = random.Random(seed)
    domain = Domain(rng, slots)
    sentences = [cut(domain.sentence()) for _ in range(size.domain_sentences)]
    sentences += [cut(phrase) for _ in range(40) for phrase in domain.plain()]
    # Bare class words: answers to "which street?", "what name?".
    sentences += [cut(word) for words in domain.slots.values() for word in words for _ in range(20)]
    if texts is not None:
        own = [cut(sentence) for sentence in sentences_in(texts)]
        report(f"{len(own):,} sentences from {texts}")
        sentences += own * 8
    report(f"{len(sentences):,} callers' sentences")
    reviews = [cut(clause) for clause in general()]
    report(f"{len(reviews):,} clauses of general Mandarin")
    frequencies = dictionary()
    seen = Counter(word for words in sentences for word in words)
    vocabulary = _vocabulary(frequencies, seen, size.dictionary_words)
    report(f"{len(vocabulary):,} words")
    prior = _prior(vocabulary, frequencies)
    return Mixture(
        [
            (Source(sentences, prior, 0.02), size.domain_weight, size.domain_least),
            (Source(reviews, prior, 0.15), 1 - size.domain_weight, size.general_least),
        ],
        vocabulary,
    )


def _vocabulary(frequencies: Counter[str], seen: Counter[str], limit: int) -> list[str]:
    own = {word for line in lines("vocabulary.txt") for word in line.split()}
    words = set(seen) | own | {word for word, _ in frequencies.most_common(limit)}
    words |= {character for word in words for character in word}
    return sorted(word for word in words if pronunciations(word))


def _prior(vocabulary: list[str], frequencies: Counter[str]) -> dict[str, float]:
    """Flattened dictionary frequencies; single characters weigh less than words, being mostly parts of names."""
    weight = {word: (frequencies[word] + 1) ** 0.75 * (0.5 if len(word) == 1 else 1.0) for word in vocabulary}
    total = sum(weight.values()) * 1.1
    return {**{word: value / total for word, value in weight.items()}, END: 0.1 / 1.1}
