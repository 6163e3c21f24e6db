"""Two hearings of one utterance: when the second is worth its time, and which of the two is believed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from channels.phone.hints import Question
from channels.phone.wording import is_urgent
from speech.beliefs import Alternative, picked, ranked, together
from speech.names import SHORTEST, Names
from speech.recognizer import Heard
from speech.rescue import SURE, matches, meant

CLEAR: Final = 0.8
"""Confidence of the first hearing above which a model made for real callers is not doubted."""
AUDIBLE: Final = 0.35
"""A second hearing less sure than this is a guess at noise."""
ALONE: Final = 0.5
"""Belief that the first hearing's sound needs where no second one was asked."""
ALIKE: Final = 0.8
"""As like in sound as this, what was heard is the expected phrase with other characters."""
MOST: Final = 9
"""Other readings that the desk is told of."""


PLACES: Final = ("address", "place")
"""Asked for these, the answer holds a name."""


@dataclass(frozen=True)
class Understood:
    """What is sent to the desk: the reading believed, and the others, best first, without it."""

    text: str
    confidence: float
    alternatives: tuple[str, ...] = ()
    by: str = "vosk"
    """Which hearing ``text`` comes from: ``vosk``, ``expected`` or ``whisper``; ``names``: with names written right."""


def worth_asking(first: Heard, question: Question, *, trial_model: bool) -> bool:
    """Whether to hear an utterance again: never when danger was heard or a closed question was clearly answered."""
    if is_urgent(first.text):
        return False
    if (
        question.closed
        and (_expected(first, question) or _picked(first, None, question))
        and first.confidence >= AUDIBLE
    ):
        return False
    if question.expects == "digits" and first.confidence >= AUDIBLE:
        return False
    return trial_model or first.confidence < CLEAR


def settle(first: Heard, second: Heard | None, question: Question) -> Understood:
    """The reading that fits both hearings and what can be meant now."""
    expected = _expected(first, question)
    if expected is not None:
        return _with(expected, first.confidence, first, second, "expected")
    choice = _picked(first, second, question)
    if choice is not None:
        return _with(choice.text, choice.share, first, second, "expected")
    if second is None or second.confidence < AUDIBLE:
        return _with(first.text, first.confidence, first, second, "vosk")
    again = _expected(second, question)
    if again is not None:
        return _with(again, second.confidence, first, second, "expected")
    agree = bool(first) and matches([(first.text, 1.0)], [second.text])[0].likeness >= SURE
    if first and (agree or first.confidence >= CLEAR):
        return _with(first.text, first.confidence, first, second, "vosk")
    return _with(second.text, second.confidence, first, second, "whisper")


def with_names(understood: Understood, names: Names, question: Question) -> Understood:
    """Streets, places and services as they are written, where what was heard sounds like them.

    Where a place was asked for, another hearing that has a name is better than one that has none.
    """
    if question.closed or question.expects == "digits" or is_urgent(understood.text):
        return understood
    heard = [understood.text]
    shortest = SHORTEST
    if question.asks in PLACES:
        heard += understood.alternatives
        shortest = 2
    reading = next((one for one in heard if names.find(one, shortest=shortest)), understood.text)
    text = names.written(reading, shortest=shortest)
    if text == understood.text:
        return understood
    others = dict.fromkeys((understood.text, reading, *understood.alternatives))
    others.pop(text, None)
    return replace(understood, text=text, alternatives=tuple(others)[:MOST], by="names")


def _expected(heard: Heard, question: Question) -> str | None:
    """The expected phrase that sounds like what was heard, when nothing else can have been said."""
    if not heard or not question.phrases:
        return None
    best = meant([(heard.text, 1.0)], question.phrases)
    if best is None or best.likeness < ALIKE or len(best.phrase) != len(heard.text):
        return None
    return best.phrase


def _picked(first: Heard, second: Heard | None, question: Question) -> Alternative | None:
    """The answer to a closed question that the sound itself speaks for, be the texts what they may.

    None where something else was clearly heard, or where a call for help fits the sound better than any answer: such
    words are the text's to tell, since ordinary ones sound like them ("就订这个": 救命).
    """
    if not question.closed or is_urgent(first.text) or (second is not None and is_urgent(second.text)):
        return None
    beliefs = together(first.beliefs, second.beliefs if second is not None else ())
    shares: dict[str, float] = {}
    for belief in beliefs:
        meaning = question.meaning(belief.text)
        shares[meaning] = shares.get(meaning, 0.0) + belief.share
    choice = picked(ranked(shares))
    if choice is None or (second is None and choice.share < ALONE):
        return None
    said = next(belief.text for belief in beliefs if question.meaning(belief.text) == choice.text)
    otherwise = first.confidence >= CLEAR and matches([(first.text, 1.0)], [said])[0].likeness < SURE
    return None if otherwise or is_urgent(said) else Alternative(said, choice.share)


def _with(text: str, confidence: float, first: Heard, second: Heard | None, by: str) -> Understood:
    readings = [first.text, *([second.text] if second else []), *(one.text for one in first.alternatives)]
    others = dict.fromkeys(reading for reading in readings if reading and reading != text)
    return Understood(text, min(1.0, max(0.0, confidence)), tuple(others)[:MOST], by)
