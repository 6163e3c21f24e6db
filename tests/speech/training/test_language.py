"""Texts, phones, language model, Kaldi's file format: what needs neither PyTorch nor a graph compiler."""

import math
import random
import re
import struct
from pathlib import Path

import numpy as np
import pytest

from speech.acoustics import Layer
from speech.phones import PHONE_ID, PHONES, SANDHI_COST, pronunciations
from speech.training.kaldi_format import Writer, acoustic_model
from speech.training.language_model import END, START, Mixture, Part, Source
from speech.training.opengram import OpenGram, worth_keeping
from speech.training.texts import Domain, lines, sentences_in

EVALUATION = Path(__file__).parents[2] / "evaluation" / "speech"


def test_silence_initials_and_toned_finals() -> None:
    assert len(PHONES) == 1 + 21 + 38 * 5
    assert PHONE_ID["SIL"] == 1


def test_a_character_has_all_its_readings_a_word_only_its_own() -> None:
    assert pronunciations("行").keys() >= {("x", "ing2"), ("h", "ang2")}
    assert pronunciations("银行") == {("in2", "h", "ang2"): 0}
    assert pronunciations("，") == {}


def test_a_last_tone_that_others_change_is_known_both_ways() -> None:
    assert pronunciations("可以") == {("k", "e2", "i3"): 0, ("k", "e2", "i2"): SANDHI_COST}
    assert pronunciations("不").keys() >= {("b", "u4"), ("b", "u2")}


def test_every_phrase_can_be_filled_and_said() -> None:
    for sentence in Domain(random.Random(1)).plain():
        assert re.fullmatch(r"[\u4e00-\u9fff ]+", sentence), sentence


def test_sentences_are_the_same_at_every_run() -> None:
    first, again = Domain(random.Random(3)), Domain(random.Random(3))
    assert [first.sentence() for _ in range(50)] == [again.sentence() for _ in range(50)]


def test_a_citys_words_are_drawn_beside_ours() -> None:
    domain = Domain(random.Random(1), {"place": ["测试食堂"]})
    drawn = [domain._filled("去{place}怎么走") for _ in range(50)]
    assert 10 < drawn.count("去测试食堂怎么走") < 40


def test_no_evaluation_sentence_is_learnt_from() -> None:
    phrases = {
        phrase
        for name in ("openers", "situations", "requests", "tails", "emergencies")
        for phrase in lines(f"{name}.txt")
    }
    assert not phrases & set((EVALUATION / "rambling.txt").read_text("utf-8").split())


def test_sentences_of_training_data_lose_their_annotations(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(
        'nlu:\n- intent: book\n  examples: |\n    - 我要[助餐]{"entity": "service"}\n', "utf-8"
    )
    (tmp_path / "b.txt").write_text("明天14:30来\nSOS\n", "utf-8")
    assert list(sentences_in(tmp_path)) == ["我要助餐", "明天下午两点半来"]


VOCABULARY = ["我", "要", "洗澡", "吃饭", "不"]
PRIOR = dict.fromkeys(VOCABULARY, 0.15) | {END: 0.25}


@pytest.fixture
def mixture() -> Mixture:
    talk = [["我", "要", "洗澡"], ["我", "要", "吃饭"], ["我", "不", "要", "洗澡"]] * 3
    other = [["吃饭"], ["不", "洗澡"], ["我", "外语", "洗澡"]] * 2
    talked, others = Source(talk, PRIOR, 0.1), Source(other, PRIOR, 0.3)
    parts = [Part(talked, 0.7, talked.seen((1, 2))), Part(others, 0.3, others.seen((1, 1)))]
    return Mixture(parts, VOCABULARY)


def automaton(model: Mixture, history: tuple[str, ...], word: str) -> float:
    """P(word | history) as the finished automaton gives it."""
    if not history or word in model.words.get(history, ()):
        return model.probability(history, word)
    if history not in model.words:
        return automaton(model, history[1:], word)
    return math.exp(model.backoff(history)) * automaton(model, history[1:], word)


def test_probabilities_add_up_after_every_history(mixture: Mixture) -> None:
    for history in [(), *mixture.words]:
        total = sum(automaton(mixture, history, word) for word in (*VOCABULARY, END))
        assert total == pytest.approx(1, abs=1e-6), history


def test_what_was_read_is_likelier(mixture: Mixture) -> None:
    assert mixture.probability(("我", "要"), "洗澡") > mixture.probability(("我", "要"), "不")
    assert mixture.probability((START,), "我") > mixture.probability((START,), "要")


def test_unknown_words_cut_a_sentence(mixture: Mixture) -> None:
    assert "洗澡" not in mixture.words.get(("我",), {})


@pytest.fixture
def written() -> OpenGram:
    """Words 1–4 are 我, 要, a comma and a full stop; 0 is the unknown word."""
    single = np.array([[0, 0.1, 1], [1, 0.3, 0.5], [2, 0.2, 0.9], [3, 0.2, 1], [4, 0.2, 1]])
    pairs = np.array([[1, 2, 0.5, 1], [1, 1, 0.1501, 1], [1, 3, 0.1, 1], [1, 0, 0.2, 1], [4, 1, 0.6, 1]])
    return OpenGram(worth_keeping(["<0>", "我", "要", "，", "。"], single, pairs, least=1e-3))


def test_pairs_that_say_nothing_new_are_dropped(written: OpenGram) -> None:
    assert set(written.pairs(0)) == {(("我",), "要"), ((START,), "我")}


def test_a_pause_between_two_words_is_passed_over(written: OpenGram) -> None:
    known = 1 - 0.2
    through_a_comma = (0.1 + 0.5 * 0.2) / known * (0.2 / (1 - 0.1))
    assert written.probability(("我",), "要") == pytest.approx(0.5 / known + through_a_comma)
    assert written.probability((), "我") == pytest.approx(0.3 / (1 - 0.1))


def test_sentences_end_where_marks_stand(written: OpenGram) -> None:
    marks_it_does_not_know = 2 * 0.5 * 1e-9
    assert written.probability(("我",), END) == pytest.approx(
        (0.1 + 0.5 * 0.2 + marks_it_does_not_know) / (1 - 0.2)
    )


def test_weights_keep_their_value_in_sixteen_bits() -> None:
    values = np.array([[-1.0, 0.0, 0.25], [0.5, 0.75, 1.0]])
    out = Writer()
    out.compressed_matrix(values)
    header, content = out.content()[2:6], out.content()[6:]
    least, span, rows, columns = struct.unpack("<ffii", content[:16])
    assert (header, least, span, rows, columns) == (b"CM2 ", -1, 2, 2, 3)
    back = least + span * np.frombuffer(content[16:], "<u2").reshape(2, 3) / 65535
    assert np.abs(back - values).max() < 2 / 65535


def test_kaldi_numbers_carry_their_size() -> None:
    out = Writer()
    out.token("<A>")
    out.integer(7)
    out.vector([1.0, 2.0])
    assert out.content() == b"\0B<A> \x04" + struct.pack("<i", 7) + b"FV \x04" + struct.pack("<iff", 2, 1, 2)


def test_a_model_file_names_its_nodes_and_closes() -> None:
    layer = Layer(np.zeros((4, 120)), np.zeros(4), (-1, 0, 1))
    content = acoustic_model(60, [layer], Layer(np.zeros((60, 4)), np.zeros(60), (0,)), bins=40, context=1)
    assert b"input=Append(Offset(input, -1), input, Offset(input, 1))" in content
    for tag in (b"<TransitionModel>", b"</TransitionModel>", b"<Nnet3>", b"</Nnet3>", b"<RightContext>"):
        assert content.count(tag) == 1
