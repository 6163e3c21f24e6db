"""What all calls of a process share: the recogniser's model, the voice, the second hearing; loaded once."""

from __future__ import annotations

import asyncio
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import structlog

from channels.phone import metrics
from channels.phone.hints import Question
from channels.phone.listening import PATIENCE, Ear
from channels.phone.wording import SENTENCES
from speech.hearing import SecondHearing, WeightsMissing
from speech.models import ModelStore
from speech.recognizer import Heard, RecognizerPool, SpeechModel
from speech.synthesizer import Synthesizer, ZhttsSynthesizer
from speech.turntaking import Patience, SileroDetector, TurnTaking, VoiceActivity

SECOND_S: Final = 1.5
"""Longest wait for a second hearing; with the patience before it and the desk after it an answer within 2.5 s."""
STOP_MS: Final = 60
"""Quiet after which voice has stopped; the patience counts from there."""
PROMPT: Final = 60
"""Characters of expected phrases that the second hearing is told."""

log = structlog.get_logger(__name__)


class Senses:
    """Ears and voice for many calls. Use ``load``."""

    def __init__(
        self,
        pool: RecognizerPool,
        synthesizer: Synthesizer,
        second: SecondHearing | None,
        *,
        trial_model: bool,
    ) -> None:
        self.pool = pool
        self.synthesizer = synthesizer
        self.second = second
        """None: there is none, or not yet; a call does not wait for it, and has it from then on."""
        self.trial_model = trial_model
        self._starting: asyncio.Task[None] | None = None
        self.speakers = ThreadPoolExecutor(max(2, os.cpu_count() or 1), thread_name_prefix="voice")

    @classmethod
    async def load(cls, home: Path, *, second_hearing: bool) -> Senses:
        """Models of this installation. Raises ModelError when there is no recogniser, VoiceMissing without a voice."""
        folder = home / "speech"
        info = ModelStore(home / "models").current()
        assert info.folder is not None, "the model in use has a folder"
        model, synthesizer = await asyncio.gather(
            asyncio.to_thread(SpeechModel, info.folder), asyncio.to_thread(ZhttsSynthesizer, folder)
        )
        own = [SENTENCES(name) for name in sorted(SENTENCES.names())]
        await asyncio.to_thread(synthesizer.prepare, own)
        pool = RecognizerPool(model, threads=max(2, os.cpu_count() or 1))
        senses = cls(pool, synthesizer, None, trial_model=info.trial_only)
        if second_hearing:
            senses._starting = asyncio.create_task(senses._start_second(folder))
        return senses

    def ear(self) -> Ear:
        """An ear for one call."""
        turns = TurnTaking(Patience(PATIENCE), VoiceActivity(stop_ms=STOP_MS))
        return Ear(self.pool.open(), SileroDetector(), turns)

    async def hear_again(self, pcm: bytes, question: Question) -> Heard | None:
        """The second hearing, within ``SECOND_S``; None when it is busy, too late or not there."""
        if self.second is None:
            return None
        prompt, phrases = "，".join(question.phrases)[:PROMPT], question.hints.held
        hearing = asyncio.create_task(self.second.hear(pcm, prompt=prompt, phrases=phrases))
        done, _ = await asyncio.wait({hearing}, timeout=SECOND_S)
        heard = hearing.result() if done else None
        metrics.SECOND_HEARINGS.labels("heard" if heard else "nothing" if done else "late").inc()
        return heard

    async def close(self) -> None:
        """End the second hearing's process and the threads."""
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.gather(self._starting, return_exceptions=True)
        if self.second is not None:
            await self.second.close()
        self.pool.close()
        self.speakers.shutdown(cancel_futures=True)

    async def _start_second(self, folder: Path) -> None:
        second = SecondHearing(folder)
        try:
            await second.start()
        except (WeightsMissing, OSError) as error:
            log.info("phone.no_second_hearing", error=type(error).__name__)
        except asyncio.CancelledError:
            await second.close()
            raise
        else:
            self.second = second
