"""G.711 against the values of the recommendation."""

import numpy as np
import pytest

from speech.audio.g711 import decode_alaw, decode_ulaw, encode_alaw, encode_ulaw


def test_every_code_survives_the_way_there_and_back() -> None:
    codes = bytes(range(256))
    assert encode_alaw(decode_alaw(codes)) == codes
    # µ-law has two zeroes; the negative one comes back as the positive.
    assert encode_ulaw(decode_ulaw(codes)) == codes.replace(b"\x7f", b"\xff")


@pytest.mark.parametrize(
    ("sample", "code"), [(0, 0xD5), (-1, 0x55), (32767, 0xAA), (-32768, 0x2A), (1000, 0xFA)]
)
def test_known_alaw_codes(sample: int, code: int) -> None:
    assert encode_alaw(np.array([sample], np.int16)) == bytes([code])


@pytest.mark.parametrize(("sample", "code"), [(0, 0xFF), (32767, 0x80), (-32768, 0x00), (1000, 0xCE)])
def test_known_ulaw_codes(sample: int, code: int) -> None:
    assert encode_ulaw(np.array([sample], np.int16)) == bytes([code])


@pytest.mark.parametrize(("encode", "decode"), [(encode_alaw, decode_alaw), (encode_ulaw, decode_ulaw)])
def test_error_stays_within_a_step(encode, decode) -> None:  # type: ignore[no-untyped-def]
    samples = np.arange(-32000, 32000, 7).astype(np.int16)
    error = np.abs(decode(encode(samples)).astype(int) - samples)
    assert (error <= np.maximum(16, np.abs(samples.astype(int)) / 16)).all()
