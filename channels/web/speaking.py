"""A voice for browsers that have no Mandarin one. Optional: without the speech package there is none."""

from __future__ import annotations

import io
import threading
import wave
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from speech.synthesizer import ZhttsSynthesizer

_one_at_a_time = threading.Lock()
"""Making sound takes a whole core; the turns of others come first."""


class NoVoice(RuntimeError):
    """This installation cannot make sound."""


@lru_cache(maxsize=1)
def _voice(cache: Path) -> ZhttsSynthesizer:
    try:
        from speech.synthesizer import ZhttsSynthesizer

        return ZhttsSynthesizer(cache, keep_on_disk=False)
    except (ImportError, OSError, RuntimeError) as error:
        raise NoVoice() from error


def wav(text: str, pace: float, cache: Path) -> bytes:
    """The text as a WAV file (24 kHz, 16 bit, mono). Blocks; run it in a thread.

    Args:
        text: what is said, as the desk wrote it for the ear.
        pace: 1.0 is normal, below is slower.
        cache: folder in which the voice keeps its model. What is said is not kept on disk.

    Raises:
        NoVoice: the installation has no voice.
    """
    from speech.synthesizer import WEB_RATE, Delivery

    with _one_at_a_time:
        samples = _voice(cache).speak(text, Delivery(pace=pace), WEB_RATE)
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(WEB_RATE)
        out.writeframes(samples.astype("<i2").tobytes())
    return file.getvalue()
