"""Character error of the hotline's ears on a TSV of `file<TAB>transcript`, through 8 kHz G.711.

`python -m speech.evaluation FILE.tsv` prints a table; `--make SENTENCES.txt FOLDER` speaks a list of sentences first.
"""

import argparse
import json
import os
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from speech.audio import TELEPHONE_RATE, Samples, bytes_of
from speech.audio.files import read_sound
from speech.audio.g711 import decode_alaw, encode_alaw
from speech.audio.resampling import resample
from speech.beliefs import picked, together
from speech.hearing import WeightsMissing, Whisper, weights
from speech.models import ModelStore
from speech.recognizer import NO_HINTS, Heard, Hints, Recognition, SpeechModel
from speech.saying import say

CHOICES: Final = 20
"""With hints, the transcript stands among this many: a question whose answers are known."""
ASK_BELOW: Final = 0.35
"""Confidence below which an answer is asked for again, as a call does."""
_CHUNK: Final = 3_200
_SAME: Final = str.maketrans("您她它两幺", "你他他二一")
"""Homophones and twins no listener can tell apart, and digits that are read in two ways."""
Listener = Callable[[Samples], str]


@dataclass(frozen=True)
class Line:
    """A recording as the network would deliver it, and what is said in it."""

    name: str
    samples: Samples
    transcript: str
    question: str = ""
    """What it answers, if the file tells: its answers are then the choices."""


def evaluate(
    tsv: Path, models: Path = Path("var/models"), cache: Path = Path("var/speech")
) -> dict[str, Any]:
    """`score` with what the hotline has: the model in use and, where it is installed, the second hearing.

    Raises ModelError if there is no model.
    """
    folder = ModelStore(models).current().folder
    assert folder is not None, "the model in use has a folder"
    try:
        whisper = Whisper(weights(cache), threads=os.cpu_count() or 1)
    except (WeightsMissing, ImportError):
        whisper = None
    return score(tsv, SpeechModel(folder), second_hearing=whisper)


def score(
    tsv: Path,
    model: SpeechModel,
    *,
    second_hearing: Whisper | None = None,
    on_file: Callable[[dict[str, Any]], None] | None = None,
) -> dict[str, Any]:
    """{n, cer: {vosk, hints, second_hearing}, picked, picked_again: {right, asked, wrong}, rtf}; shares as 0..1.

    `rtf`: processor time of the free recognition over the sound's length, line after line on one recogniser, as a call
    has it: the first seconds of a fresh one cost twice as much.
    `hints`: the recogniser is confined to the answers of the line's question or, where the file names none, to 20
    transcripts of the file, the right one among them. `picked`: what came of that; "asked" is an answer that is none
    of them or less sure than ASK_BELOW, so that a caller would be asked again. second_hearing is None if there is none.
    """
    lines = list(read(tsv))
    transcripts = [normalised(line.transcript) for line in lines]
    outcomes = {"first": Counter[str](), "second": Counter[str]()}
    counts = {"vosk": [0, 0], "hints": [0, 0], "second_hearing": [0, 0]}
    spent = audio = 0.0
    ear = model.recognition()
    for number, line in enumerate(lines):
        started = time.process_time()
        heard = _listened(ear, line.samples).text
        spent += time.process_time() - started
        audio += len(line.samples) / TELEPHONE_RATE
        choices = _choices(lines, transcripts, number)
        hinted = hear(model, line.samples, Hints(tuple(choices)))
        outcomes["first"][_outcome(hinted, transcripts[number], choices)] += 1
        texts = {"vosk": heard, "hints": hinted.text}
        if second_hearing is not None:
            again = second_hearing.hear(bytes_of(line.samples), phrases=choices)
            texts["second_hearing"] = again.text
            choice = picked(together(hinted.beliefs, again.beliefs))
            outcomes["second"][
                "asked" if choice is None else "right" if choice.text == transcripts[number] else "wrong"
            ] += 1
        row: dict[str, Any] = {"file": line.name, "transcript": line.transcript}
        for name, text in texts.items():
            errors = distance(transcripts[number], normalised(text))
            counts[name][0] += errors
            counts[name][1] += len(transcripts[number])
            row[name] = {"text": text, "cer": errors / max(1, len(transcripts[number]))}
        if on_file:
            on_file(row)
    cer = {name: errors / total if total else None for name, (errors, total) in counts.items()}
    return {
        "n": len(lines),
        "cer": cer,
        "picked": _shares(outcomes["first"]),
        "picked_again": _shares(outcomes["second"]),
        "rtf": spent / audio if audio else None,
    }


def _shares(outcomes: Counter[str]) -> dict[str, float] | None:
    total = outcomes.total()
    return {name: outcomes[name] / total for name in ("right", "asked", "wrong")} if total else None


def _outcome(heard: Heard, transcript: str, choices: list[str]) -> str:
    """Right, wrong, or asked again."""
    said = normalised(heard.text)
    if said not in choices or heard.confidence < ASK_BELOW:
        return "asked"
    return "right" if said == transcript else "wrong"


def hear(model: SpeechModel, samples: Samples, hints: Hints = NO_HINTS) -> Heard:
    """One recording as a turn of a fresh recogniser."""
    return _listened(model.recognition(hints), samples)


def _listened(recognition: Recognition, samples: Samples) -> Heard:
    """A turn with quiet around it, in chunks as a call brings them."""
    pcm = bytes_of(np.concatenate([np.zeros(1600, np.int16), samples, np.zeros(4000, np.int16)]))
    for start in range(0, len(pcm), _CHUNK):
        recognition.push(pcm[start : start + _CHUNK])
    return recognition.finish()


def read(tsv: Path) -> Iterator[Line]:
    """Recordings of a TSV, through A-law. Raises ValueError for sound it cannot read.

    A header line is passed over; where it calls the third column "question", that is read too.
    """
    rows = [row.split("\t") for row in tsv.read_text("utf-8").splitlines()]
    asked = bool(rows) and rows[0][2:3] == ["question"]
    for name, *rest in rows:
        transcript = rest[0].strip() if rest else ""
        if transcript and (tsv.parent / name).is_file():
            samples, rate = read_sound(tsv.parent / name)
            telephone = resample(samples, rate, TELEPHONE_RATE)
            question = rest[1] if asked and len(rest) > 1 else ""
            yield Line(name, decode_alaw(encode_alaw(telephone)), transcript, question)


def normalised(text: str) -> str:
    """Characters that are heard, nothing that is only written; figures written out."""
    return re.sub(r"[^\u4e00-\u9fff]", "", say(text)).translate(_SAME)


def distance(a: str, b: str) -> int:
    """Levenshtein distance in characters."""
    row = list(range(len(b) + 1))
    for i, left in enumerate(a, 1):
        diagonal, row[0] = row[0], i
        for j, right in enumerate(b, 1):
            diagonal, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, diagonal + (left != right))
    return row[-1]


def _choices(lines: list[Line], transcripts: list[str], right: int) -> list[str]:
    """The answers of a line's question; else its transcript and the next ones, the same at every run."""
    if question := lines[right].question:
        own = (text for line, text in zip(lines, transcripts, strict=True) if line.question == question)
        return list(dict.fromkeys(own))
    return [transcripts[(right + step) % len(transcripts)] for step in range(min(CHOICES, len(transcripts)))]


def main() -> None:
    """Print figures of a TSV; see the module's docstring."""
    parser = argparse.ArgumentParser(prog="python -m speech.evaluation", description=__doc__)
    parser.add_argument("file", type=Path, help="TSV of recordings, or with --make a list of sentences")
    parser.add_argument(
        "--make", type=Path, metavar="FOLDER", help="speak the sentences of FILE into FOLDER first"
    )
    parser.add_argument("--model", type=Path, help="model folder; default: the one in use")
    parser.add_argument("--models", type=Path, default=Path("var/models"))
    parser.add_argument("--cache", type=Path, default=Path("var/speech"))
    parser.add_argument("--second-hearing", action="store_true")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    tsv = options.file
    if options.make:
        from speech.synthetic_callers import write_calls

        tsv = write_calls(options.file, options.make, options.cache, seed=900)
    whisper = None
    if options.second_hearing:
        try:
            whisper = Whisper(weights(options.cache), threads=1)
        except WeightsMissing as error:
            parser.error(str(error))
    folder = options.model or ModelStore(options.models).current().folder
    assert folder is not None, "the model in use has a folder"
    show = partial(print, flush=True) if options.verbose else None
    figures = score(
        tsv,
        SpeechModel(folder),
        second_hearing=whisper,
        on_file=(lambda row: show(json.dumps(row, ensure_ascii=False))) if show else None,
    )
    print(json.dumps(figures, ensure_ascii=False))


if __name__ == "__main__":
    main()
