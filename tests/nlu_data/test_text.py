from components.text import fuzzy, fuzzy_syllables, normalise, syllables


def test_normalise_keeps_offsets() -> None:
    text = "ＹＬ２５，Ａ😊ﬁ"
    assert len(normalise(text)) == len(text)
    assert normalise("ＹＬ２５，") == "yl25,"


def test_every_character_has_one_syllable() -> None:
    text = "我要2份😊ok"
    assert len(syllables(text)) == len(text)
    assert syllables("助餐") == ("zhu4", "can1")


def test_fuzzy_merges_what_is_confused() -> None:
    assert fuzzy("zhu4") == fuzzy("zu3") == "zu"
    assert fuzzy("neng2") == fuzzy("len4")
    assert fuzzy("hua1") == fuzzy("fua1")
    assert fuzzy("xing2") == fuzzy("xin1")


def test_homophones_sound_alike() -> None:
    assert fuzzy_syllables("住餐") == fuzzy_syllables("助餐") == fuzzy_syllables("煮餐")
    assert fuzzy_syllables("助餐") != fuzzy_syllables("助浴")
