"""Fits the learned voice of triage: `python -m assistant.safety.teaching` writes `voice.npz` in about a minute.

Examples are those of Rasa (`nlu_data/nlu`: the intent `emergency` against all others) and `lines/*.yaml`, in which
danger and its doubles were written down for this purpose, each file by another author. How the score is read beside
the rules is fitted on the lines of authors of whom nothing was taught, for so are the callers; no evaluation set is
ever read.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from assistant.safety.triage import (
    DANGER_FROM,
    QUESTION_FROM,
    UNLIKELY,
    Verdict,
    by_rules,
    least_to_ask,
    normalise,
    said_by_rules,
)
from assistant.safety.voice import BUCKETS, FILE, Floats, Voice, vector, views
from assistant.settings import ROOT

HERE = Path(__file__).parent
LINES = HERE / "lines"
FIRST = "first"
"""The author who also wrote `danger.yml` and `harmless.yml` in `nlu_data/nlu`."""

RIDGE = 0.6
STEPS = 30
"""Of conjugate gradients; more change no decision."""
PLAIN = 0.6
"""What plain talk counts beside the doubles of danger; with more, less danger is heard in lines of a new author."""

SEEN = 2
"""Terms of fewer examples are left out: they teach nothing that holds for others, and fill the table."""

READINGS = ("none", "guarded", "ask", "danger")


@dataclass(frozen=True)
class Example:
    """One taught utterance; `author`: whose, if it was written down as danger or as a double of danger."""

    text: str
    danger: bool
    author: str | None


class Rows:
    """Sparse rows of terms, as three flat arrays."""

    def __init__(self, texts: Sequence[str], rarity: Floats) -> None:
        vectors = [vector(text, rarity) for text in texts]
        sizes = [len(buckets) for buckets, _ in vectors]
        self.row = np.repeat(np.arange(len(texts)), sizes)
        self.column = np.fromiter((each for buckets, _ in vectors for each in buckets), dtype=np.int64)
        self.value = np.fromiter((each for _, values in vectors for each in values), dtype=np.float64)
        self.count = len(texts)

    def times(self, weights: NDArray[np.float64]) -> NDArray[np.float64]:
        found = np.bincount(self.row, self.value * weights[self.column], minlength=self.count)
        return np.asarray(found, dtype=np.float64)

    def back(self, shares: NDArray[np.float64]) -> NDArray[np.float64]:
        found = np.bincount(self.column, self.value * shares[self.row], minlength=BUCKETS)
        return np.asarray(found, dtype=np.float64)


def examples() -> list[Example]:
    """All examples; dangers that need the question before them to be understood are left out."""
    found: dict[str, Example] = {}
    for file in sorted((ROOT / "nlu_data" / "nlu").glob("*.yml")):
        author = FIRST if file.stem in ("danger", "harmless") else None
        for block in yaml.safe_load(file.read_text(encoding="utf-8"))["nlu"]:
            danger = block["intent"] == "emergency"
            if danger and "asked" in (block.get("metadata") or {}):
                continue
            for line in block["examples"].splitlines():
                text = normalise(line.removeprefix("- "))
                found.setdefault(text, Example(text, danger, author))
    for file in sorted(LINES.glob("*.yaml")):
        for name, kinds in yaml.safe_load(file.read_text(encoding="utf-8")).items():
            for text in (normalise(line) for lines in kinds.values() for line in lines):
                found.setdefault(text, Example(text, name == "danger", file.stem))
    return [example for text, example in found.items() if text]


def digest() -> str:
    """A hash over what the voice depends on (16 hex digits)."""
    files = (
        sorted((ROOT / "nlu_data" / "nlu").glob("*.yml"))
        + sorted(HERE.glob("*.yaml"))
        + sorted(LINES.glob("*.yaml"))
    )
    files += [HERE / f"{name}.py" for name in ("teaching", "voice", "patterns", "sounds")]
    found = hashlib.sha256()
    for file in files:
        found.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return found.hexdigest()[:16]


def rarity_of(texts: Sequence[str]) -> Floats:
    """Inverse document frequency of every bucket; 0 for what fewer than `SEEN` texts have."""
    seen = np.zeros(BUCKETS, dtype=np.float64)
    for text in texts:
        seen[list({bucket for view in views(text) for bucket in view})] += 1
    rarity = 1 + np.log((1 + len(texts)) / (1 + seen))
    return np.asarray(np.where(seen < SEEN, 0, rarity), dtype=np.float32)


def weigh(danger: NDArray[np.bool_], double: NDArray[np.bool_]) -> NDArray[np.float64]:
    """How much every example counts: plain talk together `PLAIN` times as much as the doubles of danger, however
    much of it there is; and dangers more where they are fewer, by the root of the ratio.
    """
    plain = ~danger & ~double
    weights = np.where(plain, PLAIN * min(1.0, (~danger & double).sum() / max(1, plain.sum())), 1.0)
    rare = np.sqrt(weights[~danger].sum() / danger.sum())
    return np.where(danger, rare, weights)


def fit(rows: Rows, danger: NDArray[np.bool_], importance: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weights of a ridge regression onto 1 (danger) and -1 by conjugate gradients.

    Args:
        importance: how much every row counts; 0 leaves it out.
    """
    target = rows.back(importance * np.where(danger, 1.0, -1.0))
    weights, left = np.zeros(BUCKETS), target
    along, length = left, float(left @ left)
    for _ in range(STEPS):
        turned = rows.back(importance * rows.times(along)) + RIDGE * along
        step = length / float(along @ turned)
        weights, left = weights + step * along, left - step * turned
        before, length = length, float(left @ left)
        along = left + length / before * along
    return weights


def held_out(
    rows: Rows, danger: NDArray[np.bool_], importance: NDArray[np.float64], author: NDArray[np.str_]
) -> NDArray[np.float64]:
    """The score of every row that has an author (else "") by a model that was taught nothing of that author."""
    scores = np.zeros(rows.count)
    for each in sorted(set(author) - {""}):
        of = author == each
        scores[of] = rows.times(fit(rows, danger, importance * ~of))[of]
    return scores


def calibrate(
    scores: NDArray[np.float64], readings: Sequence[str], danger: NDArray[np.bool_]
) -> dict[str, float]:
    """Coefficients of a logistic regression on the score and on what the rules say (Newton's method)."""
    columns = [scores, *(np.array([each == name for each in readings], dtype=float) for name in READINGS)]
    table = np.stack(columns, axis=1)
    odds = np.zeros(table.shape[1])
    for _ in range(25):
        likely = 1 / (1 + np.exp(-table @ odds))
        slope = table.T @ (danger - likely) - 0.1 * odds
        curve = (table * (likely * (1 - likely))[:, None]).T @ table + 0.1 * np.eye(len(odds))
        odds = odds + np.linalg.solve(curve, slope)
    return dict(zip(("score", *READINGS), map(float, odds), strict=True))


def teach() -> tuple[Voice, dict[str, float]]:
    """Fit the voice; return it with what triage does on held-out examples."""
    taught = examples()
    texts, danger = [each.text for each in taught], np.array([each.danger for each in taught])
    rarity = rarity_of(texts)
    rows = Rows(texts, rarity)
    author = np.array([each.author or "" for each in taught])
    double = author != ""
    ruled = [by_rules(each.text) for each in taught if each.author]
    readings = [said_by_rules(each) for each in ruled]
    importance = weigh(danger, double)
    scores = held_out(rows, danger, importance, author)[double]
    calibration = calibrate(scores, readings, danger[double])
    weights = np.asarray(fit(rows, danger, importance), dtype=np.float32)
    likely = calibration["score"] * scores + np.array([calibration[each] for each in readings])
    figures = dict(_figures(1 / (1 + np.exp(-likely)), ruled, danger[double], author[double]))
    return Voice(weights, rarity, calibration, digest()), figures


def _figures(
    likely: NDArray[np.float64],
    ruled: Sequence[Verdict],
    danger: NDArray[np.bool_],
    author: NDArray[np.str_],
) -> Iterator[tuple[str, float]]:
    alarmed = np.array([each.level == "danger" for each in ruled])
    asked = np.array([each.level == "ask" for each in ruled])
    least = np.array([least_to_ask(each) for each in ruled])
    raised = (likely >= DANGER_FROM) | (alarmed & (likely >= UNLIKELY))
    questioned = ~raised & ((likely >= QUESTION_FROM) | alarmed | (asked & (likely >= least)))
    for name, group in (("dangers", danger), ("harmless", ~danger)):
        yield f"{name}", float(group.sum())
        yield f"{name}_rules_alone", float(alarmed[group].mean())
        yield f"{name}_raised", float(raised[group].mean())
        yield f"{name}_asked", float(questioned[group].mean())
        for each in sorted(set(author)):
            yield f"{name}_raised_{each}", float(raised[group & (author == each)].mean())


def main() -> None:
    """Write `voice.npz` and print what it does on held-out examples."""
    voice, figures = teach()
    voice.save()
    table: Any = Table("", "held out", title=f"{FILE.name} {voice.taught_by}")
    for name, value in {**figures, **voice.calibration}.items():
        table.add_row(name, f"{value:.3f}")
    Console().print(table)


if __name__ == "__main__":
    main()
