"""Clauses and the breath after them."""

from speech.saying import clauses, say


def test_marks_give_pauses_by_weight() -> None:
    parts = clauses("您好，这里是银铃。请讲")
    assert [part.text for part in parts] == ["您好", "这里是银铃", "请讲"]
    assert parts[1].pause > parts[0].pause > 0
    assert parts[-1].pause == 0


def test_telephone_numbers_are_read_in_groups() -> None:
    assert [part.text for part in clauses(say("13900001111"))] == ["幺三九", "零零零零", "幺幺幺幺"]


def test_letters_of_one_word_stay_together() -> None:
    assert [part.text for part in clauses(say("按SOS键"))] == ["按SOS键"]


def test_a_long_clause_is_cut_at_a_joint() -> None:
    parts = clauses("您明天上午的助浴已经取消了但是后天下午的上门理发还保留着呢")
    assert [part.text for part in parts] == ["您明天上午的助浴已经取消了", "但是后天下午的上门理发还保留着呢"]
    assert parts[0].pause > 0


def test_nothing_is_lost() -> None:
    text = "好的，您订了两份午餐，六月十二日周四上午十一点半送到，共二十四元。对吗？"
    assert "".join(part.text for part in clauses(text)) == "".join(c for c in text if c not in "，。？")
