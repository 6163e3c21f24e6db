"""Whose turn it is to speak. One strategy a file; nothing here waits or looks at a clock."""

from speech.turntaking.barge_in import BargeIn
from speech.turntaking.endpoint import Endpointer, TurnEnd
from speech.turntaking.half_sentence import is_unfinished
from speech.turntaking.patience import Patience
from speech.turntaking.silence import SilenceStep, SilenceTimer
from speech.turntaking.turn_taking import Event, PreRoll, TurnTaking
from speech.turntaking.voice_activity import SileroDetector, VoiceActivity, VoiceDetector

__all__ = [
    "BargeIn",
    "Endpointer",
    "Event",
    "Patience",
    "PreRoll",
    "SilenceStep",
    "SilenceTimer",
    "SileroDetector",
    "TurnEnd",
    "TurnTaking",
    "VoiceActivity",
    "VoiceDetector",
    "is_unfinished",
]
