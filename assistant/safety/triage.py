"""Triage: does what somebody just said mean danger now? Decided in about a millisecond, before anything else.

Needs no network, database or Rasa, so it works when all of these are down. Two voices are heard: rules, which
are data (`rules.yaml`, `guards.yaml`, `words.yaml`, `kinds.yaml`), and a learned one (`voice.npz`), which knows
danger that no rule names. Where they disagree strongly, one question decides.
"""

import math
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from assistant.safety.patterns import CLAUSE_END, Heard, heard
from assistant.safety.rulebook import Guard, Level, Rule, rulebook
from assistant.safety.voice import voice

BY_VOICE = "voice"
"""`Verdict.reason` where the learned voice decided and no rule stands behind it."""

ASKED_PREFIX = "emergency"
"""`asked` is `emergency:KIND` in the turn that answers the question of an earlier "ask" verdict."""

DANGER_FROM = 0.5
"""From this probability on, the learned voice means danger by itself (chosen on held-out lines and the evaluation sets)."""

DANGER_IN_AN_ERRAND_FROM = 0.65
"""The same of an answer that tells what was asked for an errand ("早上八点送，哎八点太早了，他起不来"): between the two it
brings the question, never nothing. No danger of the evaluation sets or of the lines taught is heard so."""

DANGER_IN_A_REQUEST_FROM = 0.8
"""The same of what ends in asking for a service ("腰弯不下去，地上一层灰，有没有人上门来搞搞卫生")."""

QUESTION_FROM = 0.4
"""From here on it brings one question."""

UNLIKELY = 0.35
"""Below this, what a rule takes for danger becomes a question."""

NO_DANGER = 0.02
"""Below this not even that ("后天上午十点来人"): of 1,800 dangers of the evaluation sets that a rule heard none lies here,
of as many harmless lines fifty."""

HARDLY = 0.08
"""Below this, a rule's question is not put: it would only get between people and their errand."""

NOTHING_ELSE = 6
"""Characters beside the words of a rule up to which they are all that was said ("我今天有点不舒服"): its question is put."""

HARDLY_THOUGH_NAMED = 0.005
"""The same where danger was named and a guard made a question of it (a fall the day before)."""

RAISED_FROM = 1.5
"""From these log odds on, danger heard by Rasa is danger: those of the learned voice and half of Rasa's."""

_FILLERS = re.compile(r"[\s嗯呃唔唉诶欸喂—~～·\-、]+|\.{2,}|那个啥|内个|就是说")
_SPELLED = re.compile(r"[\u4e00-\u9fff]?([\u4e00-\u9fff])[\u4e00-\u9fff]?的\1(?=\W|$)")
"""A character named by a word it stands in: 救火的救."""
_PUNCTUATION = re.compile(r"(?:(?!(?<=\d)\.\d)[^\w])+")
_YES = re.compile(
    r"^(是|对|嗯|恩|有|要|好|疼|痛|快|叫|可以|行|没错|就是(?:[啊呀的嘛了哦]|$|[，。,！!])|当然|难受|刚刚|刚才)"
)
_CLOSES = re.compile(r"就这[样么]|下单|提交|[订约定办]吧|[没不]变|妥了")
"""Words that close a read-back: who has not heard our question answers the one before it ("对，就这样"). After the
question for a farewell they may be one."""
_WEAK_YES = re.compile(r"(?:嗯|恩|有|要|好|行|可以|叫|快)[的啊呀吧呢呐得,，]*")
"""Yes words that also open any other answer ("嗯，想请个师傅来修一下")."""
_ERRAND = re.compile(r"想|[订约问改退修洗剪]|取消|理发|打扫|饭|补贴|多少钱|明天|后天|下周|礼拜|星期|下个月")
"""Words of an errand or of a later day. An answer without any may be an address or a name: said so that help comes."""
_OF_AN_ERRAND = frozenset(
    [
        "service",
        "person",
        "date",
        "time",
        "quantity",
        "name",
        "phone",
        "contact_phone",
        "address",
        "destination",
        "place",
        "street",
        "full",
        "closed",
        "confirm",
        "correction",
        "order",
        "which_order",
        "new_time",
        "field",
        "age",
        "ability",
        "income",
    ]
)
"""Questions of an errand (`actions`), whose answers are a datum."""
_DATUM = re.compile(
    r"[一二两三四五六七八九十\d]\s*(?:点(?!儿?[都也])|份|岁)|[今明后]天|[上下]午|早上|晚上|礼拜|星期|下周|今年\s*[一二三四五六七八九十\d]{2}|"
    r"[给帮替](?:我|俺|咱)?[^，]{1,4}[用订约办]|[订约]|送(?![命医])|地址|登记|户口|就这[样么]|单元|[栋幢]"
)
"""What an answer to them tells: an hour, a day, a number, an age, for whom, an order, where, that it is right so."""
_MOMENT = re.compile(
    r"(?:那|就|是|约|要|[今明后昨]|大后|天|儿个?|晚上?|早上?|上午|下午|中午|晌午|傍晚|夜里|下?个?(?:礼拜|星期|周)|月|日|号|点[钟半]?|半|"
    r"刻|[一二两三四五六七八九十\d]|份|个|的|吧|呗|嘛|咯|[，,])+"
)
"""Nothing but a day, an hour or a number."""
_REQUEST = re.compile(
    r"(?:想|要|请|帮|给我|找|派|约|订|定|报|安排|能不|能有|可以|有没有|有[冇得]|喊|叫|来个?)[^，]{0,10}"
    r"(?:卫生|打扫|保洁|擦玻璃|理发|剪[头发]|剃头|洗澡|擦澡|助浴|送[点口个]?饭|送餐|[订午晚中早盒]饭|买菜|买米|代购|跑腿|陪诊|日托|日间照料|"
    r"护工|护理员|扶手|改造|体检|量血压|签约|家庭医生|康复|按摩|讲座|培训|法律|律师|心理|疏导|师傅)[^，]{0,8}$"
)
"""The end of what asks for a service, and not for company: "就是想最后听个人说说话" may be a farewell."""
_NO_MORE = re.compile(r"本来|原来|原想|正想|先别|不用|别[再给]|取消|退|换|算了|不要")
"""Beside such words a request is one that was to be made, or has been made."""
_NO = re.compile(r"^(不是|不|没|没有|无|冇|别|错了|好了|已经好)")
_NAMED = re.compile(
    r"(?:[他她我俺您]|老人|大名|名字|人家)*[叫姓](?![不没得着了起疼痛唤喊我你救])[\u4e00-\u9fff]{2,4}"
)
"""Nothing but a name, said as one: no learned voice knows what people are called."""
_RANK: dict[Level, int] = {"none": 0, "ask": 1, "danger": 2}
_UNLESS_REACH = 8
_MOST_MATCHES = 6


@dataclass(frozen=True, slots=True)
class Verdict:
    """What triage makes of an utterance."""

    level: Level
    """danger: act now; ask: put `question` first; none: go on."""
    kind: str | None = None
    """Key of `kinds.yaml`, such as `fall`."""
    reason: str | None = None
    """Id of the rule that decided, or of the guard that took a danger back."""
    why: str | None = None
    """The same in words, for the operator."""
    numbers: tuple[str, ...] = ()
    """Whom to ring, most urgent first: 120, 119, 110."""
    first_aid: str | None = None
    """Key of the sentence to say (`first_aid_sentence`)."""
    question: str | None = None
    """The one question to put; set when level is `ask`."""
    evidence: str | None = None
    """The words that decided, for the ticket; personal data, so never for logs."""
    likely: float = field(default=0.1, compare=False)
    """Probability of danger by the learned voice, which knows what the rules say."""


NONE = Verdict("none")


def warm_up() -> None:
    """Read the rules and the voice now (0.8 s), so that the first who calls does not wait for them."""
    rulebook()
    voice()


def first_aid_sentence(key: str) -> str:
    """Return the sentence to say for the `first_aid` key of a verdict."""
    return rulebook().kinds[key].first_aid


def triage(text: str, *, alternatives: Sequence[str] = (), asked: str | None = None) -> Verdict:
    """Judge one utterance.

    Args:
        text: what was said or typed, possibly garbled by a recogniser.
        alternatives: the recogniser's other hypotheses. A danger heard only there is asked about, unless at
            least half of all hypotheses say so.
        asked: what the assistant had just asked; `emergency:KIND` after an "ask" verdict of that kind.
    """
    verdict = _judge(text)
    if asked and asked.startswith(ASKED_PREFIX):
        verdict = _answered(verdict, text, asked)
    elif asked in _OF_AN_ERRAND:
        verdict = _within_an_errand(verdict, text)
    else:
        verdict = _of_a_request(verdict, text)
    if verdict.level == "danger" or not alternatives:
        return verdict
    others = [_judge(alternative) for alternative in alternatives]
    dangers = [other for other in others if other.level == "danger"]
    if not dangers:
        return verdict
    if 2 * len(dangers) > len(others):
        return dangers[0]
    return verdict if verdict.level == "ask" else _to_ask(dangers[0])


def raise_by_classifier(verdict: Verdict, intent: str | None, confidence: float) -> Verdict:
    """Let the classifier raise a verdict, never lower it: what it takes for an emergency is at least asked about.

    Where a guard took a danger back (a fall last year, a film), it can only make it a question.
    """
    if intent != "emergency" or verdict.level == "danger":
        return verdict
    guarded = verdict.level == "none" and verdict.reason is not None
    odds = _log_odds(verdict.likely) + 0.5 * _log_odds(confidence)
    level: Level = "danger" if odds >= RAISED_FROM and not guarded else "ask"
    kind = verdict.kind or "help"
    return _verdict(
        level, kind, verdict.reason or "classifier", verdict.why or "像是紧急情况", verdict.evidence
    )


def _log_odds(probability: float) -> float:
    within = min(max(probability, 1e-4), 1 - 1e-4)
    return math.log(within / (1 - within))


def normalise(text: str) -> str:
    """Bring text into the form that rules expect: half-width, no fillers, clauses parted by ，."""
    plain = unicodedata.normalize("NFKC", text)
    plain = _FILLERS.sub("", _SPELLED.sub("", plain))
    return _PUNCTUATION.sub(CLAUSE_END, plain).strip(CLAUSE_END)


def by_rules(text: str) -> Verdict:
    """Apply all rules to normalised `text`; the strongest match wins, among equals the most urgent kind."""
    book = rulebook()
    utterance = heard(text)
    urgency = list(book.kinds)
    verdicts = [verdict for rule in book.rules if (verdict := _apply(rule, utterance)) is not None]
    if not verdicts:
        return _harmless(utterance)
    return min(verdicts, key=lambda each: (-_RANK[each.level], urgency.index(each.kind or "help")))


def said_by_rules(verdict: Verdict) -> str:
    """What the learned voice takes into account: none, guarded (a guard spoke against danger), ask or danger."""
    return "guarded" if verdict.level == "none" and verdict.reason else verdict.level


def _judge(text: str) -> Verdict:
    """Hear both voices."""
    plain = normalise(text)
    if not plain:
        return NONE
    ruled = by_rules(plain)
    if ruled.level == "none" and _NAMED.fullmatch(plain):
        return ruled
    likely = voice().probability(plain, said_by_rules(ruled))
    return replace(_weighed(ruled, likely, plain), likely=likely)


def _weighed(ruled: Verdict, likely: float, plain: str) -> Verdict:
    """What the rules say, changed where the learned voice is sure of something else."""
    if ruled.level == "danger":
        return ruled if likely >= UNLIKELY else _to_ask(ruled) if likely >= NO_DANGER else NONE
    if likely >= DANGER_FROM:
        return _verdict("danger", ruled.kind or "help", BY_VOICE, "听着像紧急情况", plain)
    if ruled.level == "ask":
        all_that_is_said = len(plain) <= len(ruled.evidence or "") + NOTHING_ELSE
        return ruled if all_that_is_said or likely >= least_to_ask(ruled) else NONE
    if likely >= QUESTION_FROM:
        return _verdict("ask", ruled.kind or "help", BY_VOICE, "听着像紧急情况", plain)
    return ruled


def least_to_ask(ruled: Verdict) -> float:
    """From which probability on the question of the rules is put."""
    named = any(guard.id == ruled.reason for guard in rulebook().guards)
    return HARDLY_THOUGH_NAMED if named else HARDLY


def _harmless(utterance: Heard) -> Verdict:
    """Return the verdict where no rule matched, with the guard that speaks against danger if there is one."""
    whole = len(utterance.text)
    for guard in rulebook().guards:
        if guard.stands_alone and _holds(guard, utterance, 0, whole):
            return Verdict("none", reason=guard.id, why=guard.reason)
    return NONE


def _apply(rule: Rule, utterance: Heard) -> Verdict | None:
    """Return the strongest verdict of one rule, None if it does not match at all."""
    best: Verdict | None = None
    for start, end in _matches(rule, utterance):
        if any(pattern.search(utterance, *_window(utterance, start, end)) for pattern in rule.unless):
            continue
        guard = _guarded(rule, utterance, start, end)
        if guard is None:
            return _verdict(rule.level, rule.kind, rule.id, rule.reason, utterance.text[start:end])
        if best is None or guard.verdict == "ask":
            best = _verdict(guard.verdict, rule.kind, guard.id, guard.reason, utterance.text[start:end])
    return best


def _matches(rule: Rule, utterance: Heard) -> Iterator[tuple[int, int]]:
    """Yield where a rule matches, at most a few times for each of its patterns."""
    for first, *others in rule.when:
        found = first.search(utterance)
        if found is None or not all(other.search(utterance) for other in others):
            continue
        for _ in range(_MOST_MATCHES):
            yield found
            found = first.search(utterance, found[0] + 1)
            if found is None:
                break


def _window(utterance: Heard, start: int, end: int) -> tuple[int, int]:
    return max(0, start - _UNLESS_REACH), min(len(utterance.text), end + _UNLESS_REACH)


def _guarded(rule: Rule, utterance: Heard, start: int, end: int) -> Guard | None:
    """Return the guard that takes this match back; one that leaves nothing goes before one that asks."""
    holding = [
        guard
        for guard in rulebook().guards
        if guard.id not in rule.ignore
        and (not guard.kinds or rule.kind in guard.kinds)
        and _holds(guard, utterance, start, end)
    ]
    return min(holding, key=lambda guard: _RANK[guard.verdict], default=None)


def _holds(guard: Guard, utterance: Heard, start: int, end: int) -> bool:
    if any(pattern.search(utterance) for pattern in guard.anywhere):
        return True
    left = max(0, start - guard.reach)
    right = min(len(utterance.text), end + guard.reach)
    for pattern in guard.before:
        found = pattern.search(utterance, left, end if guard.inside else start)
        if found and not (guard.lifted_by_now and _now_between(utterance, found[1], end)):
            return True
    for pattern in guard.after:
        found = pattern.search(utterance, start if guard.inside else end, right)
        if found and not (guard.lifted_by_now and _now_between(utterance, left, start)):
            return True
    return False


def _now_between(utterance: Heard, start: int, end: int) -> bool:
    return rulebook().now.search(utterance, start, end) is not None


def _answered(verdict: Verdict, text: str, asked: str) -> Verdict:
    """Read a short answer to the question of an earlier "ask" verdict: a yes is danger."""
    plain = unicodedata.normalize("NFKC", text).strip()
    kind = asked.partition(":")[2]
    kind = kind if kind in rulebook().kinds else "help"
    closes = kind == "help" and verdict.likely < NO_DANGER and _CLOSES.search(plain)
    if verdict.level == "danger" or _NO.match(plain) or (closes and verdict.level == "none"):
        return verdict
    if verdict.level == "ask" or (_YES.match(plain) and not _tells_an_errand(verdict, plain)):
        return _verdict("danger", kind, "confirmed", "问过，说是", plain)
    return verdict


def _within_an_errand(verdict: Verdict, text: str) -> Verdict:
    """Ask first where the learned voice alone, and not sure of it, hears danger in an answer that tells what was asked;
    of one that is nothing but a day or an hour ("今晚") not even that."""
    plain = normalise(text)
    if verdict.level == "ask" and verdict.reason == BY_VOICE and _MOMENT.fullmatch(plain):
        return NONE
    doubted = _doubted(verdict, DANGER_IN_AN_ERRAND_FROM) and _DATUM.search(plain)
    return _to_ask(verdict) if doubted else _of_a_request(verdict, text)


def _of_a_request(verdict: Verdict, text: str) -> Verdict:
    """Ask first where the learned voice alone, and not sure of it, hears danger in what ends in asking for a service."""
    if not _doubted(verdict, DANGER_IN_A_REQUEST_FROM) or _NO_MORE.search(text):
        return verdict
    last = normalise(text).rpartition(CLAUSE_END)[2]
    return _to_ask(verdict) if _REQUEST.search(last) else verdict


def _doubted(verdict: Verdict, sure: float) -> bool:
    """Whether no rule but the learned voice alone hears the danger, less likely than `sure`."""
    return verdict.reason == BY_VOICE and verdict.level == "danger" and verdict.likely < sure


def _tells_an_errand(verdict: Verdict, plain: str) -> bool:
    """Whether an answer opens with a weak yes word, goes on about an errand, and has nothing of danger in the whole."""
    weak = _WEAK_YES.match(plain)
    return weak is not None and _ERRAND.search(plain, weak.end()) is not None and verdict.likely < NO_DANGER


def _to_ask(verdict: Verdict) -> Verdict:
    kind = rulebook().kinds[verdict.kind or "help"]
    return replace(verdict, level="ask", question=kind.question)


def _verdict(level: Level, kind: str, reason: str, why: str, evidence: str | None) -> Verdict:
    data = rulebook().kinds[kind]
    if level == "none":
        return Verdict("none", kind, reason, why, evidence=evidence)
    question = data.question if level == "ask" else None
    return Verdict(level, kind, reason, why, data.numbers, kind, question, evidence)
