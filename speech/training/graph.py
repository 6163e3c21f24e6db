# mypy: disable-error-code="import-not-found,import-untyped"
"""Lexicon and language model as Vosk's lookahead graphs: HCLr.fst (phones to words) and Gr.fst (words).

Needs OpenFst's command line and plugins (Debian: libfst-tools, libfst22-plugins-base) for the one conversion that
kaldifst lacks. A fully composed HCLG of this size takes hours to determinise; the two parts take minutes.
"""

import math
import os
import subprocess
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

import kaldifst

from speech.phones import PHONE_ID, PHONES, pronunciations
from speech.training.language_model import END, START, History, Mixture

_PLUGINS: Final = "/usr/lib/x86_64-linux-gnu/fst/22"
GRAMMAR_TYPE: Final = "const"
"""OpenFst's "ngram" holds the same in half the room, but with it a call costs half as much again."""
_SILENCE_COST: Final = -math.log(0.5)
_LABELS: Final = 2 * len(PHONES)
"""Transition ids: 2p − 1 stays in phone p, 2p goes on. What lies above are disambiguation symbols."""


class Arc(NamedTuple):
    """From state, to state, input, output, cost."""

    start: int
    end: int
    input: int
    output: int
    cost: float


class Pronounced(NamedTuple):
    """A word, its phones, their cost, and the disambiguation symbol (0 for none) that tells it from its homophones."""

    word: str
    phones: tuple[str, ...]
    cost: float
    mark: int


def lexicon(words: Iterable[str]) -> list[Pronounced]:
    """Every pronunciation of every word; homophones and prefixes of other words get marks."""
    rows = [(word, *reading) for word in words for reading in sorted(pronunciations(word).items())]
    homophones = Counter(phones for _, phones, _ in rows)
    prefixes = {phones[:i] for _, phones, _ in rows for i in range(1, len(phones))}
    used: Counter[tuple[str, ...]] = Counter()
    out = []
    for word, phones, cost in rows:
        if homophones[phones] > 1 or phones in prefixes:
            used[phones] += 1
        out.append(Pronounced(word, phones, cost, used[phones]))
    return out


def build(model: Mixture, target: Path) -> None:
    """Write graph/{HCLr.fst, Gr.fst, words.txt, disambig_tid.int} for the mixture's vocabulary."""
    graph, work = target / "graph", target / "graph.part"
    graph.mkdir(parents=True, exist_ok=True)
    work.mkdir(exist_ok=True)
    rows = lexicon(model.vocabulary)
    ids = {word: i + 1 for i, word in enumerate(sorted({row.word for row in rows}))}
    marks = max(row.mark for row in rows) + 1  # the last is silence's own
    _compile(_lexicon_arcs(rows, ids, marks), [(0, 0.0)], work / "L.fst", sort="olabel")
    _minimised(work / "L.fst", work / "L.min.fst")
    _compile(*_with_self_loops(work / "L.min.fst"), work / "HCL.fst", sort="olabel")
    relabelled = _lookahead(work / "HCL.fst", graph / "HCLr.fst", work / "relabel")
    ids = {word: relabelled[i] for word, i in ids.items()}
    arcs, finals = _grammar_arcs(model, ids)
    _compile(arcs, finals, work / "G.fst", sort="ilabel")
    _run(["fstconvert", f"--fst_type={GRAMMAR_TYPE}", str(work / "G.fst"), str(graph / "Gr.fst")])
    listed = "".join(f"{word} {i}\n" for word, i in sorted(ids.items(), key=lambda item: item[1]))
    (graph / "words.txt").write_text("<eps> 0\n" + listed, "utf-8")
    (graph / "disambig_tid.int").write_text("".join(f"{_LABELS + mark}\n" for mark in range(1, marks + 1)))
    (graph / "phones").mkdir(exist_ok=True)
    for path in work.iterdir():
        path.unlink()
    work.rmdir()


def _lexicon_arcs(rows: list[Pronounced], ids: dict[str, int], marks: int) -> list[Arc]:
    """A tree of phones that ends where it began (state 0), and a silence between words (state 1).

    Marks make the rows prefix-free, so the tree is deterministic as it stands; a word is put out as soon as no other
    can follow. Input labels are transition ids.
    """
    silence = Arc(0, 1, 2 * PHONE_ID["SIL"], 0, _SILENCE_COST)
    arcs = [silence, Arc(1, 0, _LABELS + marks, 0, 0.0)]
    paths = [
        tuple(2 * PHONE_ID[phone] for phone in row.phones) + ((_LABELS + row.mark,) if row.mark else ())
        for row in rows
    ]
    sharing = Counter(path[:i] for path in paths for i in range(1, len(path) + 1))
    states: dict[tuple[int, ...], int] = {(): 0}
    for row, path in zip(rows, paths, strict=True):
        for i in range(1, len(path) + 1):
            if path[:i] in states:
                continue
            end = states[path[:i]] = 0 if i == len(path) else len(states) + 1
            told = sharing[path[:i]] == 1 and (i == 1 or sharing[path[: i - 1]] > 1)
            cost = (row.cost if told else 0.0) + (_SILENCE_COST if i == 1 else 0.0)
            arcs.append(Arc(states[path[: i - 1]], end, path[i - 1], ids[row.word] if told else 0, cost))
    return arcs


def _minimised(source: Path, target: Path) -> None:
    fst = kaldifst.StdVectorFst.read(str(source))
    kaldifst.minimize_encoded(fst)
    fst.write(str(target))


def _with_self_loops(source: Path) -> tuple[list[Arc], list[tuple[int, float]]]:
    """Add the loop of each phone at the state its arc leads to (Kaldi's reordered topology)."""
    arcs, finals = _read(source)
    start = arcs[0].start
    arriving: dict[int, set[int]] = defaultdict(set)
    arriving[start].add(0)
    for arc in arcs:
        arriving[arc.end].add(arc.input if 0 < arc.input <= _LABELS else 0)
    state = max(max(arc.start, arc.end) for arc in arcs) + 1
    own: dict[tuple[int, int], int] = {}
    out: list[Arc] = []
    for arc in arcs:
        if not 0 < arc.input <= _LABELS:
            out.append(arc)
            continue
        # A state reached by one phone only carries the loop itself; else each phone gets a state in front of it.
        key = (arc.end, 0 if len(arriving[arc.end]) == 1 else arc.input)
        if key not in own:
            own[key] = arc.end if key[1] == 0 else state
            if key[1]:
                out.append(Arc(state, arc.end, 0, 0, 0.0))
                state += 1
            out.append(Arc(own[key], own[key], arc.input - 1, 0, 0.0))
        out.append(arc._replace(end=own[key]))
    out.sort(key=lambda arc: arc.start != start)
    return out, finals


def _grammar_arcs(model: Mixture, ids: dict[str, int]) -> tuple[list[Arc], list[tuple[int, float]]]:
    """Each history that words follow is a state; epsilon arcs back off. State 0 is the start of a sentence."""
    states: dict[History, int] = {(START,): 0, (): 1}

    def state(history: History) -> int:
        while history and history not in model.words:
            history = history[1:]
        return states.setdefault(history, len(states))

    arcs: list[Arc] = []
    finals: list[tuple[int, float]] = []
    for history, word, log_probability in model.entries():
        at = state(history)
        if word == END:
            finals.append((at, -log_probability))
        elif word in ids:
            arcs.append(Arc(at, state((*history, word)[-2:]), ids[word], ids[word], -log_probability))
    for history in list(model.words):
        arcs.append(Arc(state(history), state(history[1:]), 0, 0, -model.backoff(history)))
    arcs.sort(key=lambda arc: arc.start != 0)
    return arcs, finals


def _lookahead(source: Path, target: Path, pairs: Path) -> dict[int, int]:
    _run(
        [
            "fstconvert",
            "--fst_type=olabel_lookahead",
            f"--save_relabel_opairs={pairs}",
            str(source),
            str(target),
        ]
    )
    return {int(a): int(b) for a, b in (line.split() for line in pairs.read_text().splitlines())}


def _compile(arcs: list[Arc], finals: list[tuple[int, float]], target: Path, *, sort: str) -> None:
    text = target.with_suffix(".txt")
    with text.open("w") as file:
        file.writelines(f"{a.start} {a.end} {a.input} {a.output} {a.cost:g}\n" for a in arcs)
        file.writelines(f"{state} {cost:g}\n" for state, cost in finals)
    _run(["fstcompile", str(text), str(target)])
    _run(["fstarcsort", f"--sort_type={sort}", str(target), str(target)])


def _read(source: Path) -> tuple[list[Arc], list[tuple[int, float]]]:
    printed = subprocess.run(["fstprint", str(source)], capture_output=True, text=True, check=True).stdout
    arcs, finals = [], []
    for line in printed.splitlines():
        fields = line.split()
        if len(fields) >= 4:
            start, end, label, word = map(int, fields[:4])
            arcs.append(Arc(start, end, label, word, float(fields[4]) if len(fields) > 4 else 0.0))
        elif fields:
            finals.append((int(fields[0]), float(fields[1]) if len(fields) > 1 else 0.0))
    return arcs, finals


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, env={**os.environ, "LD_LIBRARY_PATH": _PLUGINS})
