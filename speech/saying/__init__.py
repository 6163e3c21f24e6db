"""How a written Mandarin sentence is said: words for the ear, syllables for a voice, pauses for breath."""

from speech.saying.pauses import Clause, clauses
from speech.saying.pinyin import pronounce
from speech.saying.written import say

__all__ = ["Clause", "clauses", "pronounce", "say"]
