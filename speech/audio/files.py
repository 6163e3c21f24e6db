"""Sound files: WAV by the standard library, anything else by PyAV."""

import wave
from pathlib import Path

import numpy as np

from speech.audio import Samples


def read_sound(path: Path) -> tuple[Samples, int]:
    """Mono int16 samples and their rate. Raises ValueError for WAV that is not 16-bit."""
    if path.suffix.lower() == ".wav":
        with wave.open(str(path)) as file:
            if file.getsampwidth() != 2:
                raise ValueError(f"not 16-bit: {path}")
            samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(
                -1, file.getnchannels()
            )
            return samples.mean(axis=1).astype(np.int16), file.getframerate()
    import av

    with av.open(str(path)) as container:
        stream = container.streams.audio[0]
        resampler = av.AudioResampler(format="s16", layout="mono", rate=stream.rate)
        frames = [
            out.to_ndarray()[0] for frame in container.decode(stream) for out in resampler.resample(frame)
        ]
        return np.concatenate(frames).astype(np.int16), int(stream.rate)
