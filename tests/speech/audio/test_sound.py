"""Levels, resampling, comfort sounds, concealment."""

import numpy as np
import pytest

from speech.audio import FRAME_SAMPLES, TELEPHONE_RATE, bytes_of, samples_of
from speech.audio.comfort import comfort_noise, listening_tone, tone
from speech.audio.concealment import LossConcealer
from speech.audio.level import AutomaticGain, amplified, dbfs
from speech.audio.resampling import StreamResampler, resample


def test_bytes_and_samples() -> None:
    samples = np.array([1, -2, 300], np.int16)
    assert bytes_of(samples) == b"\x01\x00\xfe\xff\x2c\x01"
    assert (samples_of(bytes_of(samples)) == samples).all()


def test_level_of_a_full_sine() -> None:
    assert dbfs(tone(400, 500, -20)) == pytest.approx(-20, abs=0.3)
    assert dbfs(np.zeros(160, np.int16)) == -96


def test_amplifying_never_wraps_around() -> None:
    loud = amplified(tone(400, 100, -3), 12)
    assert dbfs(loud) > -3
    assert (np.sign(loud) == np.sign(tone(400, 100, -3))).all()


def test_automatic_gain_brings_soft_speech_up_and_leaves_silence() -> None:
    gain = AutomaticGain(target_dbfs=-20, max_gain_db=20)
    soft = tone(300, 20, -30)
    for _ in range(200):
        out = gain.push(soft)
    assert dbfs(out) == pytest.approx(-20, abs=1)
    hush = comfort_noise(20, -70)
    before = dbfs(gain.push(hush))
    for _ in range(200):
        after = dbfs(gain.push(hush))
    assert after == pytest.approx(before, abs=1)


def test_streamed_resampling_has_no_seams() -> None:
    whole = tone(440, 1000)
    stream = StreamResampler(TELEPHONE_RATE, 16_000)
    parts = [stream.push(whole[i : i + 160]) for i in range(0, len(whole), 160)] + [stream.finish()]
    assert len(np.concatenate(parts)) == 2 * len(whole)
    assert np.abs(np.concatenate(parts).astype(int) - resample(whole, TELEPHONE_RATE, 16_000)).max() <= 2


def test_comfort_noise_is_quiet_and_the_same_every_time() -> None:
    assert dbfs(comfort_noise(1000)) == pytest.approx(-60, abs=1)
    assert (comfort_noise(100) == comfort_noise(100)).all()
    assert listening_tone().size > 0


def test_a_lost_packet_is_filled_with_the_same_pitch() -> None:
    sine = tone(200, 400, -12)
    frames = sine.reshape(-1, FRAME_SAMPLES)
    concealer = LossConcealer()
    out = [concealer.push(None if i == 10 else frame) for i, frame in enumerate(frames)]
    error = np.sqrt(np.mean((out[10].astype(float) - frames[10]) ** 2))
    assert error < 0.35 * np.sqrt(np.mean(frames[10].astype(float) ** 2))
    assert (out[9] == frames[9]).all()
    assert (out[12] == frames[12]).all()


def test_after_sixty_milliseconds_of_loss_there_is_silence() -> None:
    concealer = LossConcealer()
    for frame in tone(200, 200, -12).reshape(-1, FRAME_SAMPLES):
        concealer.push(frame)
    lost = [concealer.push(None) for _ in range(5)]
    assert dbfs(lost[0]) > dbfs(lost[1]) > dbfs(lost[2])
    assert not lost[4].any()
