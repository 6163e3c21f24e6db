"""Triage of single utterances: three answers, guards, sounds, context and the classifier's part."""

import time
from dataclasses import replace

import pytest

from assistant.safety.rulebook import rulebook
from assistant.safety.triage import (
    NONE,
    Verdict,
    first_aid_sentence,
    normalise,
    raise_by_classifier,
    triage,
)

DANGERS = [
    ("老伴叫不醒了", "unconscious"),
    ("厥过去了", "unconscious"),
    ("喘不上气", "breathing"),
    ("胸口不得劲，一身冷汗", "chest"),
    ("我半边身子不听使唤", "stroke"),
    ("绊了一跤，起不来了", "fall"),
    ("头磕破了，血糊拉的", "bleeding"),
    ("厨房着火了", "fire"),
    ("煤气灶忘了关，一屋子味儿", "gas"),
    ("药吃多了一把", "poison"),
    ("鱼刺卡喉咙里了", "choking"),
    ("活着没意思，不想拖累孩子", "suicide"),
    ("有人在撬我家门", "intruder"),
    ("我妈走丢了", "lost"),
    ("我隔壁那个老头三天没开门了", "silence"),
    ("电梯卡住了，我们被关在里头", "trapped"),
    ("快……快来人……", "help"),
]


@pytest.mark.parametrize(("text", "kind"), DANGERS)
def test_danger_is_named_with_numbers_and_first_aid(text: str, kind: str) -> None:
    verdict = triage(text)
    assert (verdict.level, verdict.kind) == ("danger", kind)
    assert set(verdict.numbers) & {"120", "110", "119"}
    assert verdict.first_aid is not None
    assert len(first_aid_sentence(verdict.first_aid)) > 5
    assert verdict.question is None


@pytest.mark.parametrize("text", ["摔到了", "帅倒了快来人", "穿不上汽", "雄口疼得厉害", "梅气泄漏了"])
def test_danger_is_heard_through_a_recogniser_that_writes_other_characters(text: str) -> None:
    assert triage(text).level == "danger"


@pytest.mark.parametrize(
    ("text", "guard"),
    [
        ("去年摔过一次", "past"),
        ("万一摔倒了怎么办", "hypothetical"),
        ("昨晚电视剧里有人跳河了", "media"),
        ("社区下午搞着火演习", "teaching"),
        ("摔伤了保险报不报", "price"),
        ("没有摔倒", "negated"),
        ("昨天晕倒送医院了，现在好了", "over"),
    ],
)
def test_guard_takes_the_danger_back_and_is_named(text: str, guard: str) -> None:
    verdict = triage(text)
    assert (verdict.level, verdict.reason) == ("none", guard)


@pytest.mark.parametrize(
    "text",
    [
        "今天中午吃火锅行不行",
        "我心疼钱",
        "急死人了，饭怎么还没送来",
        "一百二十块钱太贵了",
        "手环着火了吗",
        "不想拖累孩子，想去养老院住",
        "火车站怎么走",
        "我想订个明天的午饭",
        "",
        "……",
    ],
)
def test_everyday_talk_is_no_danger(text: str) -> None:
    assert triage(text).level == "none"


@pytest.mark.parametrize("text", ["去年摔过一次，刚才又摔了，起不来", "我前年中过风，现在半边身子又动不了了"])
def test_a_word_of_now_lifts_the_guard_of_the_past(text: str) -> None:
    assert triage(text).level == "danger"


@pytest.mark.parametrize("text", ["我有点头晕", "昨天摔了一跤", "差点摔倒"])
def test_what_is_not_clear_brings_one_question(text: str) -> None:
    verdict = triage(text)
    assert verdict.level == "ask"
    assert verdict.question is not None
    assert verdict.question.endswith("？")


@pytest.mark.parametrize(
    ("answer", "level"),
    [("是", "danger"), ("嗯，难受", "danger"), ("不是，没事了", "none"), ("订饭", "none")],
)
def test_the_answer_to_that_question_decides(answer: str, level: str) -> None:
    assert triage(answer, asked="emergency:fall").level == level


def test_a_matter_explained_is_no_yes_to_the_question_about_danger() -> None:
    assert triage("就是订饭的那个事", asked="emergency:help").level == "none"
    assert triage("就是啊", asked="emergency:help").level == "danger"
    assert triage("对，就这样", asked="emergency:help").level == "none"
    assert triage("对，就这样，快来人", asked="emergency:help").level == "danger"
    assert triage("对，就这样吧", asked="emergency:suicide").level == "danger"


@pytest.mark.parametrize(
    "answer",
    [
        "嗯，想请个师傅来修一下，明天上午九点我在家",
        "好，那就订明天中午的饭吧，一份就够了",
        "有个事想问问，我妈的补贴啥时候发",
        "行，那就后天上午来打扫卫生吧",
    ],
)
def test_an_errand_that_a_weak_yes_word_opens_is_no_yes(answer: str) -> None:
    assert triage(answer, asked="emergency:help").level == "none"


@pytest.mark.parametrize(
    "answer",
    [
        "嗯",
        "有",
        "好",
        "是的",
        "嗯，疼得厉害",
        "对，就是刚才",
        "好，我在长虹路六号院二栋一单元",
        "嗯，我叫周桂英，号码13900001111",
        "是，明天就晚了",
        "要的，麻烦你们马上来一个人看看",
    ],
)
def test_a_yes_to_the_question_about_danger_stays_one(answer: str) -> None:
    """Whoever says where they are after a weak yes wants help to come there."""
    assert triage(answer, asked="emergency:help").level == "danger"


def test_confirmed_danger_keeps_the_kind_that_was_asked_about() -> None:
    assert triage("对", asked="emergency:fall").kind == "fall"
    assert triage("对", asked="emergency:no-such-kind").kind == "help"
    assert triage("对", asked="yes_no").level == "none"


def test_danger_in_one_of_many_alternatives_is_asked_about() -> None:
    assert triage("帅", alternatives=["摔倒了", "甩", "刷"]).level == "ask"
    assert triage("帅", alternatives=["摔倒了", "摔倒啦，疼", "刷"]).level == "danger"
    assert triage("帅", alternatives=["甩", "刷"]) == NONE


def test_several_dangers_report_the_most_urgent() -> None:
    assert triage("我妈摔了，现在叫不醒了").kind == "unconscious"


class TestClassifier:
    def test_only_raises(self) -> None:
        danger = triage("救命")
        assert raise_by_classifier(danger, "book_service", 0.99) is danger
        assert raise_by_classifier(NONE, "book_service", 0.99) is NONE

    @pytest.mark.parametrize(
        ("likely", "confidence", "level"),
        [(0.6, 0.9, "danger"), (0.6, 0.4, "ask"), (0.1, 0.9, "ask"), (0.01, 0.99, "ask")],
    )
    def test_two_voices_together_are_danger_and_one_is_a_question(
        self, likely: float, confidence: float, level: str
    ) -> None:
        assert raise_by_classifier(Verdict("none", likely=likely), "emergency", confidence).level == level

    def test_cannot_overrule_a_guard(self) -> None:
        assert raise_by_classifier(triage("去年摔过一次"), "emergency", 0.99).level == "ask"

    def test_question_becomes_danger(self) -> None:
        asked = replace(triage("我有点头晕"), likely=0.55)
        assert raise_by_classifier(asked, "emergency", 0.95) == Verdict(
            "danger",
            asked.kind,
            asked.reason,
            asked.why,
            asked.numbers,
            asked.kind,
            None,
            asked.evidence,
        )


def test_normalise_parts_clauses_and_drops_fillers() -> None:
    assert normalise(" 嗯……我，那个啥, １２０ 快！！") == "我，120快"
    assert normalise("快……快来人") == "快快来人"
    assert normalise("血糖2.8。") == "血糖2.8"


def test_every_kind_can_be_reached_by_a_rule() -> None:
    book = rulebook()
    assert {rule.kind for rule in book.rules} == set(book.kinds)


def test_long_input_is_judged_to_its_end_in_reasonable_time() -> None:
    start = time.perf_counter()
    assert triage("今天天气很好，我想订饭。" * 800 + "我摔倒了起不来").level == "danger"
    assert time.perf_counter() - start < 2.0


@pytest.mark.parametrize(
    ("text", "level"), [("他叫蒋伯生", "none"), ("她叫张救民", "none"), ("他叫不醒了", "danger")]
)
def test_a_name_is_no_danger(text: str, level: str) -> None:
    assert triage(text).level == level


@pytest.mark.parametrize(
    ("text", "dangerous"),
    [
        ("电话我一下子想不起来了，你等我找找", False),
        ("门牌号我突然想不起来了，等我看看", False),
        ("我突然想不起来回家的路了，你等等，我腿也软", True),
        ("我爸今天突然叫不出孙子的名字", True),
    ],
)
def test_whoever_looks_something_up_is_in_no_danger(text: str, dangerous: bool) -> None:
    assert (triage(text).level == "danger") is dangerous


class Unsure:
    """A learned voice that is as sure of everything as it is told to be."""

    def __init__(self, likely: float) -> None:
        self.likely = likely

    def probability(self, text: str, ruled: str) -> float:
        return self.likely


@pytest.mark.parametrize(
    ("text", "asked", "likely", "level"),
    [
        ("早上八点太早了，他起不来，九点吧", "time", 0.5, "ask"),
        ("给我父亲用，他叫车永福", "name", 0.55, "ask"),
        ("他今年71了，他自己愿意去", "age", 0.57, "ask"),
        ("早上八点太早了，他起不来，九点吧", "time", 0.65, "danger"),
        ("早上八点太早了，他起不来，九点吧", None, 0.5, "danger"),
        ("早上八点太早了，他起不来，九点吧", "checkin", 0.5, "danger"),
        ("是呢，就我一个人", "quantity", 0.52, "danger"),
        ("老伴叫不醒了，今天早上", "time", 0.5, "danger"),
        ("今晚", "date", 0.45, "none"),
        ("那就后天下午三点吧", "time", 0.45, "none"),
        ("今晚", None, 0.45, "ask"),
    ],
)
def test_an_answer_within_an_errand_that_only_the_voice_doubts_brings_the_question(
    monkeypatch: pytest.MonkeyPatch, text: str, asked: str | None, likely: float, level: str
) -> None:
    monkeypatch.setattr("assistant.safety.triage.voice", lambda: Unsure(likely))
    verdict = triage(text, asked=asked)
    assert verdict.level == level
    assert (verdict.question is not None) is (level == "ask")


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("我这个腰啊弯不下去，地板上一层灰，厨房油也糊起了，你们有没有人上门来搞搞卫生", {"none", "ask"}),
        ("绳子我都找好了，就是想最后听个人说说话", {"danger"}),
        ("预约的那个心理老师不用来了，我已经坐在天台上", {"danger"}),
        ("我想问体检，其实是胸口现在像压了块磨盘，冷汗直流", {"danger"}),
    ],
)
def test_what_ends_in_asking_for_a_service_is_asked_about_before_help_is_sent(
    text: str, level: set[str]
) -> None:
    assert triage(text).level in level
