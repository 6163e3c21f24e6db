"""A trigram back-off model: sources (callers' sentences, general Mandarin) estimated apart and mixed."""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple, Protocol

START: Final = "<s>"
END: Final = "</s>"
ORDER: Final = 3
History = tuple[str, ...]


class Entry(NamedTuple):
    """One line of the model: log P(word | history); `backoff` lines have no word."""

    history: History
    word: str
    log_probability: float


class Source:
    """Witten-Bell estimates of one kind of text, over a given vocabulary, with a unigram prior below them."""

    def __init__(self, sentences: Iterable[list[str]], prior: dict[str, float], prior_mass: float) -> None:
        """`prior` is a distribution over the vocabulary and END; it gets `prior_mass` of the unigrams."""
        self._next: dict[History, Counter[str]] = defaultdict(Counter)
        for words in sentences:
            self._count(words, prior)
        total = sum(self._next[()].values())
        self._unigram = {
            word: (1 - prior_mass) * self._next[()][word] / max(1, total) + prior_mass * share
            for word, share in prior.items()
        }
        self._totals = {history: sum(counts.values()) for history, counts in self._next.items()}

    def _count(self, words: list[str], vocabulary: dict[str, float]) -> None:
        """Words outside the vocabulary cut a sentence: nothing is learnt across them."""
        padded = [START, *words, END]
        for i in range(1, len(padded)):
            if padded[i] not in vocabulary:
                continue
            for length in range(ORDER):
                history = tuple(padded[max(0, i - length) : i])
                if len(history) < length or any(word not in vocabulary and word != START for word in history):
                    break
                self._next[history][padded[i]] += 1

    def probability(self, history: History, word: str) -> float:
        """P(word | history), interpolated down to the unigrams."""
        if not history:
            return self._unigram[word]
        counts = self._next.get(history)
        lower = self.probability(history[1:], word)
        if not counts:
            return lower
        total, kinds = self._totals[history], len(counts)
        return (counts[word] + kinds * lower) / (total + kinds)

    def seen(self, least: tuple[int, ...]) -> Iterator[tuple[History, str]]:
        """n-grams of two and more words counted at least `least[n − 2]` times."""
        for history, counts in self._next.items():
            if history:
                for word, count in counts.items():
                    if count >= least[len(history) - 1]:
                        yield history, word


class Estimate(Protocol):
    """What a mixture is made of."""

    def probability(self, history: History, word: str) -> float:
        """P(word | history), of END too."""


class Part(NamedTuple):
    """An estimate, its weight, and the n-grams (history, word) worth keeping for its sake."""

    estimate: Estimate
    weight: float
    kept: Iterable[tuple[History, str]]


class Mixture:
    """Estimates mixed by weight; holds the n-grams that any of them finds worth keeping."""

    def __init__(self, parts: Sequence[Part], vocabulary: list[str]) -> None:
        """The weights add up to 1."""
        self._estimates = [(part.estimate, part.weight) for part in parts]
        self.vocabulary = vocabulary
        # What was worked out once: every sum of a back-off is asked for by each longer history.
        self._probabilities: dict[tuple[History, str], float] = {}
        self._backoffs: dict[History, float] = {}
        known = {START, END, *vocabulary}
        # Dictionaries for sets: their order, and with it every sum and state number, is the same at every run.
        self.words: dict[History, dict[str, None]] = defaultdict(dict)
        for part in parts:
            for history, word in part.kept:
                if word in known and all(before in known for before in history):
                    self._keep(history, word)

    def _keep(self, history: History, word: str) -> None:
        """With the shorter n-grams that lead to it: a history must be a state, and have a shorter one to fall to."""
        while history:
            self.words[history][word] = None
            history, word = (history[:-1], history[-1]) if len(history) == 2 else ((), "")

    def probability(self, history: History, word: str) -> float:
        """Of kept n-grams; the weighted sum of the estimates."""
        found = self._probabilities.get((history, word))
        if found is None:
            found = sum(weight * estimate.probability(history, word) for estimate, weight in self._estimates)
            self._probabilities[history, word] = found
        return found

    def entries(self) -> Iterator[Entry]:
        """Unigrams, then the n-grams kept, with the probability mass of words dropped left to the back-off."""
        for word in (*self.vocabulary, END):
            yield Entry((), word, math.log(self.probability((), word) + 1e-12))
        for history, words in self.words.items():
            for word in words:
                yield Entry(history, word, math.log(self.probability(history, word)))

    def backoff(self, history: History) -> float:
        """log of the weight of the shorter history for words not kept after this one."""
        if history in self._backoffs:
            return self._backoffs[history]
        kept = self.words[history]
        left = 1 - sum(self.probability(history, word) for word in kept)
        below = 1 - sum(self._kept_probability(history[1:], word) for word in kept)
        weight = self._backoffs[history] = math.log(max(left, 1e-4) / max(below, 1e-4))
        return weight

    def _kept_probability(self, history: History, word: str) -> float:
        """As the finished automaton gives it: by its own arc or by way of the back-off."""
        if not history or word in self.words.get(history, ()):
            return self.probability(history, word)
        return math.exp(self.backoff(history)) * self._kept_probability(history[1:], word)
