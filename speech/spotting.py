"""Which of a few phrases was said: each is aligned to the sound itself, between stretches of anything.

A recogniser confined to some words strings them together (识别语言 for 识别 and the breath behind it), one that hears
freely loses short words. Here a phrase is said once or not at all, and the best of free phones tells which.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from speech.acoustics import Acoustics, Scores
from speech.audio import TELEPHONE_RATE, Samples
from speech.beliefs import Alternative, ranked
from speech.phones import PHONE_ID, phones_said

LONGEST_S: Final = 8
"""Longer turns are no answers to a closed question."""
SHARPNESS: Final = 0.3
"""Log odds that a difference of log likelihoods is worth: neighbouring steps are not independent."""
AROUND: Final = 4.0
"""What a step outside the phrase that is not silence costs, against its best phone."""
ANY_PHONE: Final = 10.0
"""What each phone costs where anything may have been said."""
ANYTHING: Final = 15.0
"""How much better than that a phrase has to fit. With both, each chosen on synthetic answers and other people's
sentences, one of 20 is taken for what is none of them once in 30 to 70 times."""
_SILENCE: Final = PHONE_ID["SIL"] - 1
_NEVER: Final = -1e9

Floats = npt.NDArray[np.float64]


def beliefs(acoustics: Acoustics, samples: Samples, phrases: Sequence[str]) -> tuple[Alternative, ...]:
    """Shares of belief in phrases, best first; they and "none of them" make 1. Empty where there is nothing to tell.

    `samples`: 8 kHz. Phrases that have no sound are left out.
    """
    spoken = {phrase: phones for phrase in dict.fromkeys(phrases) if (phones := _phones(phrase))}
    if not spoken or len(samples) > LONGEST_S * TELEPHONE_RATE:
        return ()
    scores = acoustics.scores(samples)
    if not len(scores) or bool((scores.argmax(1) == _SILENCE).all()):
        return ()
    scores -= scores.max(1, keepdims=True)
    fits = SHARPNESS * _fits(scores, list(spoken.values()))
    none = SHARPNESS * (_anything(scores) + ANYTHING)
    shares = np.exp(fits - np.logaddexp.reduce([*fits, none]))
    return ranked(dict(zip(spoken, shares.tolist(), strict=True)))


def _phones(phrase: str) -> list[int]:
    return [PHONE_ID[phone] - 1 for phone in phones_said(phrase)]


def _fits(scores: Scores, phrases: Sequence[Sequence[int]]) -> Floats:
    """Log likelihood of the best alignment of each phrase (Viterbi); −1e9: the sound is too short for it.

    `scores`: [30 ms steps, phones], 0 for the best phone of a step.
    """
    around = np.maximum(-AROUND, scores[:, _SILENCE])
    positions = max(map(len, phrases)) + 2
    steps = np.full((len(scores), len(phrases), positions), _NEVER)
    for number, phones in enumerate(phrases):
        steps[:, number, 1 : len(phones) + 1] = scores[:, phones]
        steps[:, number, 0] = steps[:, number, len(phones) + 1] = around
    best = np.full((len(phrases), positions), _NEVER)
    best[:, :2] = steps[0, :, :2]
    for step in steps[1:]:
        best[:, 1:] = np.maximum(best[:, 1:], best[:, :-1])
        best += step
    every, last = np.arange(len(phrases)), np.array([len(phones) for phones in phrases])
    return np.asarray(np.maximum(best[every, last], best[every, last + 1]))


def _anything(scores: Scores) -> float:
    """The same of any phones in any order."""
    best = scores[0].astype(np.float64)
    for step in scores[1:]:
        best = np.maximum(best, best.max() - ANY_PHONE) + step
    return float(best.max())
