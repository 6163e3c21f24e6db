"""Calls by voices the model was never trained on: `python -m speech.training.callers SENTENCES FOLDER`.

In the training environment. `--make kokoro` takes the two Mandarin voices held out, `--make espeak` the variants held
out. Measure the TSV it prints with `./yinling evaluate speech`.
"""

import argparse
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np

from speech.audio import Samples
from speech.saying import say
from speech.synthetic_callers import through_telephone, write_set
from speech.training import espeak_voice, kokoro_voice
from speech.training.voices import Spoken

SNR: tuple[float, float] = (12, 25)
"""dB of signal over noise."""


def main() -> None:
    """Write the calls and say where their list is."""
    parser = argparse.ArgumentParser(prog="python -m speech.training.callers", description=__doc__)
    parser.add_argument(
        "sentences", type=Path, help="a sentence a line, perhaps a tab and the question it answers"
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--make", choices=("kokoro", "espeak"), default="kokoro")
    parser.add_argument("--work", type=Path, default=Path("var/training"))
    parser.add_argument("--seed", type=int, default=900)
    options = parser.parse_args()
    speak = _kokoro(options.work) if options.make == "kokoro" else _espeak()

    def call(number: int, text: str) -> Samples:
        rng = random.Random(options.seed + number)
        spoken = speak(say(text), rng)
        sound = np.concatenate([spoken.samples.astype(np.float64), np.zeros(1_600)])
        return through_telephone(sound, rng.uniform(*SNR), np.random.default_rng(options.seed + number))

    name = f"{options.make}-{options.sentences.stem}"
    print(write_set(options.sentences, options.folder, call, name))


def _kokoro(work: Path) -> Callable[[str, random.Random], Spoken]:
    voice = kokoro_voice.KokoroVoice(kokoro_voice.STYLES, work / "kokoro")
    styles = [voice.style({name: 1.0}) for name in kokoro_voice.HELD_OUT]
    return lambda text, rng: kokoro_voice.recorded(voice, text, rng.choice(styles), rng.uniform(0.85, 1.1))


def _espeak() -> Callable[[str, random.Random], Spoken]:
    voice = espeak_voice.EspeakVoice()

    def speak(text: str, rng: random.Random) -> Spoken:
        variant, pace, pitch = rng.choice(espeak_voice.HELD_OUT), rng.randint(130, 180), rng.randint(30, 65)
        return espeak_voice.recorded(voice, text, variant, pace, pitch)

    return speak


if __name__ == "__main__":
    main()
