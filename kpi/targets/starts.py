"""What may stand at a place of a target (字符): the characters and short words by which the scanner decides what begins or ends."""

from __future__ import annotations

from decimal import Decimal

from kpi.targets import vocabulary as words
from kpi.targets.lexicon import DOUBLED, LENGTHS, NAMED, PAST_YEARS, VERSUS

DIGITS = frozenset("0123456789")
CHINESE_DIGITS = frozenset("〇○一二两三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟半零")
# Of amounts in words (叁万元整): never part of another word.
CAPITALS = frozenset("壹贰叁肆伍陆柒捌玖")
LETTERS = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyzμΩ")
# Letters of a name that a figure may be glued to (COD, VOCs); shorter ones with digits are names (PM10, H7N9, A4).
LEAST_NAME = 3
DATE_HEADS = frozenset("第上下全年本当次翌明今去每月季逐前Qq")
# First character → role and pattern of a phrase that may begin there.
PATTERNS = {
    **dict.fromkeys("较比与同和跟环在相对", ("versus", VERSUS)),
    **dict.fromkeys("前近", ("named", PAST_YEARS)),
    "第": ("named", NAMED),
    "翻": ("doubled", DOUBLED),
}
DATE_MARKS = frozenset("年月季日号.-/~至到前Qq")
NAMED_MARKS = frozenset("、:GDA(+热平服便接报急指工投举系政星")
RANGE_MARKS = "-~至到"

COUNT_START = frozenset(
    ("before", "mark", "about", "per", "range", "separator", "top", "currency", "and", "level", "trend", "plus_minus")
)
COUNT_ENDS = frozenset((*",;。、)(/每以之内左-~至到或及且余半前*·", ""))
# … and at the beginning of a cell also before another count (一年两次, 一年不少于两次).
COUNT_STARTS = COUNT_ENDS | CHINESE_DIGITS | DIGITS | {"不"}
# Verbs that begin a phrase, not a counted thing: 100%完成, 20全部到位.
NO_NOUN = frozenset("号完达合全左以及的为和与或且是不无未已内前后起余多来几%上下")
LONGEST_NOUN = 5
ABOUT_DIGITS = 2
# A unit in brackets with its brackets: (万元/人·月)
LONGEST_BRACKET = 10
NOT_NOUNS = ("比", "至", "到", *words.AFTER)
HALF = Decimal("0.5")
# 一年半, 1天半
HALVED = frozenset(("年", "月", "天", "小时", "日"))
# 七成五: tenths of a tenth.
TENTHS = {mark: digit for digit, mark in enumerate("一二三四五六七八九", start=1)}
# 1000+人, as publicity tables write it
MORE = ("余", "多", "来", "+")


RARE_HEADS = frozenset("第和与")
# 无一例, 没有1起, 未发生一起: not one case is nought
NOT = ("无", "没有", "未发生", "不发生", "未出现", "不出现", "未发现")
CASES = ("起", "例", "宗", "桩", "件", "次", "人")
# What a sign may follow: -5%~+5%, ≥负3℃
SIGNED_AFTER = frozenset(("", "range", "before", "mark", "separator", "level"))
# 百余家, 千余亩: more than one of the scale
ROUND_ABOUT = {"百": Decimal(100), "千": Decimal(1000), "万": Decimal(10000)}
# Characters with which anything but plain words may begin; all others are passed over at once.
SPECIAL_HEADS = frozenset((*LETTERS, *PATTERNS, *DATE_HEADS, *CHINESE_DIGITS, "(", "/", "每"))
HEADS = frozenset((*SPECIAL_HEADS, *DIGITS, *LENGTHS))
