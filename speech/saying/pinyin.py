"""Characters to syllables: polyphones, names, neutral tones, tone sandhi, Latin letters.

Most readings come from pypinyin's phrase dictionary (MIT); what follows is what an elder-care hotline says that
it reads wrongly, and the sandhi of 一, 不 and of third tones.
"""

import re
from functools import lru_cache
from typing import Final

from pypinyin import Style, load_phrases_dict
from pypinyin.contrib.neutral_tone import NeutralToneWith5Mixin
from pypinyin.converter import DefaultConverter
from pypinyin.core import Pinyin

from speech.saying.syllables import Syllable, parse

_PHRASES: Final = """
重阳 chong2 yang2|重阳节 chong2 yang2 jie2|重新 chong2 xin1|重复 chong2 fu4|重听 zhong4 ting1|体重 ti3 zhong4
银行 yin2 hang2|行动 xing2 dong4|行不行 xing2 bu5 xing2|出行 chu1 xing2|行吗 xing2 ma5|助行 zhu4 xing2
长者 zhang3 zhe3|长者食堂 zhang3 zhe3 shi2 tang2|家长 jia1 zhang3|院长 yuan4 zhang3|村长 cun1 zhang3|站长 zhan4 zhang3
长护险 chang2 hu4 xian3|长期 chang2 qi1|长期护理保险 chang2 qi1 hu4 li3 bao3 xian3|多长 duo1 chang2|时长 shi2 chang2
还款 huan2 kuan3|还钱 huan2 qian2|还给 huan2 gei3|退还 tui4 huan2|归还 gui1 huan2|还要 hai2 yao4|还有 hai2 you3
还是 hai2 shi5|还没 hai2 mei2|还能 hai2 neng2|还可以 hai2 ke3 yi3|还需要 hai2 xu1 yao4|还想 hai2 xiang3
了解 liao3 jie3|受不了 shou4 bu5 liao3|动不了 dong4 bu5 liao3|来不了 lai2 bu5 liao3|去不了 qu4 bu5 liao3|不得了 bu4 de2 liao3
起不来 qi3 bu5 lai2|喘不上 chuan3 bu5 shang4|睡不着 shui4 bu5 zhao2|找不着 zhao3 bu5 zhao2|睡着 shui4 zhao2|着凉 zhao2 liang2
着火 zhao2 huo3|着急 zhao2 ji2|接着 jie1 zhe5|带着 dai4 zhe5|等着 deng3 zhe5|陪着 pei2 zhe5|别着急 bie2 zhao2 ji2
慢慢地 man4 man4 de5|好好地 hao3 hao3 de5|轻轻地 qing1 qing1 de5|地址 di4 zhi3|地方 di4 fang5|当地 dang1 di4|地铁 di4 tie3
听得见 ting1 de5 jian4|听不见 ting1 bu5 jian4|走得动 zou3 de5 dong4|记得 ji4 de5|觉得 jue2 de5|得病 de2 bing4|得了 de2 le5
大夫 dai4 fu5|大爷 da4 ye5|爷爷 ye2 ye5|奶奶 nai3 nai5|姥姥 lao3 lao5|老爷 lao3 ye5|叔叔 shu1 shu5|爸爸 ba4 ba5|妈妈 ma1 ma5
阿姨 a1 yi2|伯伯 bo2 bo5|婆婆 po2 po5|公公 gong1 gong5|哥哥 ge1 ge5|姐姐 jie3 jie5|弟弟 di4 di5|妹妹 mei4 mei5|太太 tai4 tai5
先生 xian1 sheng5|师傅 shi1 fu5|老人家 lao3 ren2 jia1|人家 ren2 jia5|孩子 hai2 zi5|儿子 er2 zi5|孙子 sun1 zi5|妻子 qi1 zi5
谢谢 xie4 xie5|没关系 mei2 guan1 xi5|对不起 dui4 bu5 qi3|便宜 pian2 yi5|麻烦 ma2 fan5|舒服 shu1 fu5|清楚 qing1 chu5|明白 ming2 bai5
告诉 gao4 su5|知道 zhi1 dao5|认识 ren4 shi5|休息 xiu1 xi5|打听 da3 ting5|收拾 shou1 shi5|打扫 da3 sao3|招呼 zhao1 hu5|事情 shi4 qing5
东西 dong1 xi5|衣服 yi1 fu5|窗户 chuang1 hu5|钥匙 yao4 shi5|眼睛 yan3 jing5|耳朵 er3 duo5|脑袋 nao3 dai5|胳膊 ge1 bo5|嘴巴 zui3 ba5
饺子 jiao3 zi5|包子 bao1 zi5|馒头 man2 tou5|豆腐 dou4 fu5|暖和 nuan3 huo5|凉快 liang2 kuai5|消息 xiao1 xi5|什么 shen2 me5|怎么 zen3 me5
早上 zao3 shang5|晚上 wan3 shang5|身上 shen1 shang5|家里 jia1 li5|这里 zhe4 li5|那里 na4 li5|哪里 na2 li5|里头 li3 tou5|外头 wai4 tou5
多少 duo1 shao5|月亮 yue4 liang5|太阳 tai4 yang2|大方 da4 fang5|精神 jing1 shen5|精神慰藉 jing1 shen2 wei4 jie4|慰藉 wei4 jie4
量血压 liang2 xue4 ya1|量体温 liang2 ti3 wen1|血压 xue4 ya1|血糖 xue4 tang2|流血 liu2 xie3|出血 chu1 xue4|抽血 chou1 xie3|验血 yan4 xie3
降压药 jiang4 ya1 yao4|降糖药 jiang4 tang2 yao4|降温 jiang4 wen1|睡觉 shui4 jiao4|午觉 wu3 jiao4|一觉 yi2 jiao4|理发 li3 fa4|头发 tou2 fa5
转人工 zhuan3 ren2 gong1|转接 zhuan3 jie1|转告 zhuan3 gao4|转院 zhuan3 yuan4|转账 zhuan3 zhang4|日间照料 ri4 jian1 zhao4 liao4|房间 fang2 jian1
应答 ying4 da2|呼应 hu1 ying4|应急 ying4 ji2|反应 fan3 ying4|应该 ying1 gai1|供餐 gong1 can1|提供 ti2 gong1|供应 gong1 ying4
当中 dang1 zhong1|适当 shi4 dang4|上当 shang4 dang4|教您 jiao1 nin2|教你 jiao1 ni3|教书 jiao1 shu1|教室 jiao4 shi4
背上 bei4 shang5|后背 hou4 bei4|背着 bei1 zhe5|切菜 qie1 cai4|一切 yi2 qie4|空调 kong1 tiao2|调整 tiao2 zheng3|调解 tiao2 jie3|调查 diao4 cha2
好客 hao4 ke4|爱好 ai4 hao4|喜好 xi3 hao4|兴趣 xing4 qu4|高兴 gao1 xing4|音乐 yin1 yue4|快乐 kuai4 le4|处理 chu3 li3|相处 xiang1 chu3|办事处 ban4 shi4 chu4
数一数 shu3 yi5 shu3|数字 shu4 zi4|种花 zhong4 hua1|一种 yi4 zhong3|差不多 cha4 bu5 duo1|出差 chu1 chai1|参差 cen1 ci1|假期 jia4 qi1|请假 qing3 jia4
传达 chuan2 da2|传染 chuan2 ran3|弹钢琴 tan2 gang1 qin2|省事 sheng3 shi4|折叠 zhe2 die2|折了 she2 le5|骨折 gu3 zhe2|打折 da3 zhe2|露馅 lou4 xian4
薄荷 bo4 he5|单薄 dan1 bo2|吐血 tu4 xie3|呕吐 ou3 tu4|吐了 tu4 le5|发晕 fa1 yun1|头晕 tou2 yun1|晕倒 yun1 dao3|晕车 yun4 che1|眩晕 xuan4 yun4
尿不湿 niao4 bu4 shi1|尿裤子 niao4 ku4 zi5|瘫痪 tan1 huan4|褥疮 ru4 chuang1|压疮 ya1 chuang1|护理 hu4 li3|看护 kan1 hu4|看家 kan1 jia1|照看 zhao4 kan1
一会儿 yi2 hui4 r5|一块儿 yi2 kuai4 r5|一点儿 yi4 dian3 r5|慢点儿 man4 dian3 r5|这儿 zhe4 r5|那儿 na4 r5|哪儿 na3 r5|事儿 shi4 r5|女儿 nv3 er2|儿女 er2 nv3
少儿 shao4 er2|婴儿 ying1 er2|幼儿园 you4 er2 yuan2|儿媳妇 er2 xi2 fu5|媳妇 xi2 fu5|女婿 nv3 xu5|亲家 qing4 jia5|外甥 wai4 sheng5|丈夫 zhang4 fu5
幺 yao1|嗯 en5|欸 ei1|喂 wei2|哦 o4|噢 o1|唉 ai4|不好意思 bu4 hao3 yi4 si5|意思 yi4 si5|第一 di4 yi1|一楼 yi1 lou2|一单元 yi1 dan1 yuan2|一栋 yi1 dong4
一号 yi1 hao4|一月 yi1 yue4|一日 yi1 ri4|星期一 xing1 qi1 yi1|礼拜一 li3 bai4 yi1|周一 zhou1 yi1|初一 chu1 yi1|统一 tong3 yi1|唯一 wei2 yi1
万一 wan4 yi1|银铃 yin2 ling2|岳阳 yue4 yang2|摔着 shuai1 zhao2|磕着 ke1 zhao2|烫着 tang4 zhao2|烧着了 shao1 zhao2 le5|睡着了 shui4 zhao2 le5
给予 ji3 yu3|供给 gong1 ji3|给您 gei3 nin2|兴许 xing1 xu3|系鞋带 ji4 xie2 dai4|联系 lian2 xi4|关系 guan1 xi5|没电 mei2 dian4|没过 mei2 guo4|淹没 yan1 mo4
"""
# Surnames whose reading differs from the common word.
_SURNAMES: Final = {
    "单": "shan4", "解": "xie4", "仇": "qiu2", "任": "ren2", "华": "hua4", "查": "zha1", "区": "ou1", "朴": "piao2",
    "盖": "ge3", "曾": "zeng1", "宁": "ning4", "繁": "po2", "冼": "xian3", "翟": "zhai2", "尉": "wei4", "覃": "qin2",
    "召": "shao4", "燕": "yan1", "缪": "miao4", "种": "chong2", "令": "ling2", "黑": "he4", "员": "yun4", "纪": "ji3",
    "那": "na1", "洗": "xian3", "秘": "bi4", "乐": "yue4", "隗": "wei3", "应": "ying1",
}  # fmt: skip
_TITLES: Final = "先生|女士|小姐|奶奶|爷爷|阿姨|叔叔|大爷|大妈|大娘|婆婆|老师|师傅|医生|大夫|护士|主任|院长|站长|老人|老太太|老先生|同志|伯伯"
_NAME: Final = re.compile(
    rf"(?<![\u4e00-\u9fff])(?P<a>[{''.join(_SURNAMES)}])(?=[\u4e00-\u9fff]{{0,2}}(?:{_TITLES}))"
    rf"|(?<=[姓叫给找])(?P<b>[{''.join(_SURNAMES)}])(?=[\u4e00-\u9fff]{{0,2}}(?:{_TITLES})|[，。]|$)"
)
# How Latin letters are said by Mandarin speakers.
_LETTERS: Final = dict(
    zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        [
            "ei1",
            "bi4",
            "xi1",
            "di4",
            "yi4",
            "ai2 fu5",
            "ji4",
            "ei2 chi5",
            "ai4",
            "jie4",
            "kai4",
            "ai2 lou5",
            "ai2 mu5",
            "en1",
            "ou1",
            "pi1",
            "kou4",
            "a1 er5",
            "ai2 si5",
            "ti4",
            "you1",
            "wei1",
            "da2 bu5 liu5",
            "ai2 ke5 si5",
            "wai4",
            "zei4",
        ],
        strict=True,
    )
)
_COUNTING: Final = "零一二三四五六七八九十幺"


class _Converter(NeutralToneWith5Mixin, DefaultConverter):
    """pypinyin with the neutral tone written as 5."""


@lru_cache(maxsize=1)
def _reader() -> Pinyin:
    phrases = {}
    for entry in _PHRASES.replace("\n", "|").strip("|").split("|"):
        word, _, readings = entry.partition(" ")
        # pypinyin takes tone marks or TONE3; 儿 that colours the syllable before it is written r5.
        phrases[word] = [[reading] for reading in readings.split()]
    load_phrases_dict(phrases, style="tone2")
    return Pinyin(_Converter())


def pronounce(text: str) -> list[Syllable]:
    """Syllables of spoken text (as `say` gives it), sandhi applied; marks and unknown signs give none."""
    characters, readings = _read(text)
    readings = [_bu(characters, readings, i) for i in range(len(readings))]
    readings = [_yi(characters, readings, i) for i in range(len(readings))]
    return _third_tones(_erhua([parse(reading) if reading != "r5" else None for reading in readings]))


def _read(text: str) -> tuple[list[str], list[str]]:
    """Characters and one reading each (letters may give several, all under the same character)."""
    surnames = {match.start(): _SURNAMES[match[0]] for match in _NAME.finditer(text)}
    characters: list[str] = []
    readings: list[str] = []
    position = 0
    for run in re.findall(r"[\u3400-\u9fff]+|[A-Za-z]|.", text, flags=re.DOTALL):
        if "\u3400" <= run[0] <= "\u9fff":
            said = _reader().lazy_pinyin(run, style=Style.TONE3, errors="ignore")
            for offset, reading in enumerate(said):
                characters.append(run[offset])
                readings.append(surnames.get(position + offset, reading))
        elif run.upper() in _LETTERS:
            letter = _LETTERS[run.upper()].split()
            characters.extend([run] * len(letter))
            readings.extend(letter)
        else:
            # A boundary: sandhi does not reach over it, so it is kept as a character without a reading.
            pass
        position += len(run)
    return characters, readings


def _tone(readings: list[str], i: int) -> int:
    return int(readings[i][-1]) if 0 <= i < len(readings) and readings[i][-1].isdigit() else 0


def _bu(characters: list[str], readings: list[str], i: int) -> str:
    """不: bú before a fourth tone, neutral between two like characters (好不好), else as read."""
    if characters[i] != "不" or readings[i] == "bu5":
        return readings[i]
    if 0 < i < len(characters) - 1 and characters[i - 1] == characters[i + 1]:
        return "bu5"
    return "bu2" if _tone(readings, i + 1) == 4 else "bu4"


def _yi(characters: list[str], readings: list[str], i: int) -> str:
    """一: yí before a fourth tone, yì before the others, yī in digits, ordinals, dates and at an end."""
    if characters[i] != "一" or i + 1 >= len(characters):
        return readings[i]
    before, after = characters[i - 1] if i else "", characters[i + 1]
    if i > 0 and before == after and before not in _COUNTING:
        return "yi5"
    if before in {"第", "周", "期", "拜", "初", *_COUNTING} or after in {
        *_COUNTING,
        "月",
        "号",
        "日",
        "楼",
        "栋",
        "幢",
    }:
        return "yi1"
    # 个 is neutral in speech but was a fourth tone: 一个 is yí gè.
    return "yi2" if _tone(readings, i + 1) == 4 or after == "个" else "yi4"


def _erhua(syllables: list[Syllable | None]) -> list[Syllable]:
    out: list[Syllable] = []
    for syllable in syllables:
        if syllable is None:
            if out:
                out[-1] = out[-1]._replace(erhua=True)
        else:
            out.append(syllable)
    return out


def _third_tones(syllables: list[Syllable]) -> list[Syllable]:
    """A third tone before a third tone is said as a second; a longer run keeps its rhythm in pairs from its end."""
    out = list(syllables)
    end = len(out)
    while end > 0:
        start = end - 1
        while start > 0 and out[start].tone == 3 and out[start - 1].tone == 3:
            start -= 1
        for i in range(end - 2, start - 1, -2 if end - start > 3 else -1):
            out[i] = out[i]._replace(tone=2)
        end = start
    return out
