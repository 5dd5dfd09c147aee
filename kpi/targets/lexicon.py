"""The lexicon (词典): every word of the vocabulary with the role of its token, and the phrases that only a pattern finds."""

from __future__ import annotations

import re
from typing import Any

from kpi.targets import vocabulary as words


def _entries() -> dict[str, tuple[str, Any]]:
    table: dict[str, tuple[str, Any]] = dict.fromkeys(words.IDIOMS, ("words", None))
    for trend, direction in words.TRENDS.items():
        table[trend] = ("trend", direction)
        table.update({trend + tail: ("words", None) for tail in words.TREND_NOUN_TAILS})
    table.update(dict.fromkeys(words.LEVEL, ("level", None)))
    table.update(dict.fromkeys(words.FLAT, ("flat", None)))
    table.update({word: ("before", mark) for word, mark in words.BEFORE.items()})
    table.update({word: ("after", mark) for word, mark in words.AFTER.items()})
    table.update({word: ("mark", mark) for word, mark in words.MARKS.items()})
    table.update(dict.fromkeys((*words.ABOUT_BEFORE, *words.ABOUT_AFTER), ("about", None)))
    table.update(dict.fromkeys(words.AND, ("and", None)))
    table.update({word: ("per", (part,)) for word, part in words.PER_WORDS.items()})
    table.update(dict.fromkeys((",", ";", "。", "、", "!", "?", "|"), ("separator", None)))
    table.update(dict.fromkeys(("-", "~", "至", "到", "--", "---", "~~"), ("range", None)))
    table.update({"±": ("plus_minus", None), "+/-": ("plus_minus", None), ":": ("colon", None), "比": ("colon", None)})
    table.update(
        {"+": ("plus", None), "/": ("slash", None), "×": ("times", None), "*": ("times", None), "¥": ("currency", None)}
    )
    table.update(
        {
            "人民币": ("currency", None),
            "前": ("top", None),
            "第": ("ordinal", None),
            "负": ("minus", None),
            "零下": ("minus", None),
            "零": ("zero", None),
            "百分百": ("whole", None),
        }
    )
    table.update(
        {"百分之": ("share", "%"), "千分之": ("share", "‰"), "万分之": ("share", "‱"), "十万分之": ("share", "/10万")}
    )
    return table


LEXICON = _entries()
LENGTHS: dict[str, tuple[int, ...]] = {}
for _word in sorted(LEXICON, key=len, reverse=True):
    if len(_word) not in LENGTHS.get(_word[0], ()):
        LENGTHS[_word[0]] = (*LENGTHS.get(_word[0], ()), len(_word))

# Names that hold digits and are no figures: PM2.5, 12345热线, 5G基站, 4A级, 豫财(2023)5号, 第3标段, 1+N, GB18466-2005.
NAMED = re.compile(
    r"(?![Pp][Hh][0-9])[A-Za-zμ]{1,20}(?:[-/.]?[0-9]+(?:\.[0-9]+)?)+[A-Za-z]*"
    r"|[2-6][GD](?=[一-龥])|[2-6]G/[2-6]G|[1-6]A+(?=级|景|$|及|以|、|,)"
    r"|1:[0-9]{3,7}万?(?=比例|地形|地质|测图|数字|基础|图|影像|航)|1:[0-9]{1,3}万(?=比例|地形|地质|测图|数字|基础|图|影像|航)"
    r"|[1-5]星级(?=[一-龥])(?!以|及)"
    r"|\([0-9]{4}\)第?[0-9]+号|[0-9]{4}\([0-9]+\)号?"
    r"|[0-9]{1,2}:[0-5][0-9](?:-|~|至)[0-9]{1,2}:[0-5][0-9]"
    r"|(?:1[12][0-9]|12[0-9]{3}|9[56][0-9]{3})(?=热线|平台|服务热|便民|接警|接处警|、1[12][0-9]|报警|急救|指挥|工程|投诉|举报|系统|政务)"
    r"|第[0-9]+(?!名|位|[0-9.]|季|[-~至到][0-9]+[名位])[一-龥]?|[0-9]{1,6}\+(?:[0-9]+|[A-Za-z])(?:\+(?:[0-9]+|[A-Za-z]))*"
)
# 不低于前三年平均水平: a baseline, no rank.
PAST_YEARS = re.compile(r"[前近][一二两三四五六七八九十0-9]+个?[年月]的?(?=平均|均值|水平|同期|实际)")
NUMBERING = re.compile(r"\(?[0-9]{1,2}(?:\)[.、]?|[.、:](?![0-9]))(?=[^0-9%])")
FRACTION = re.compile(r"([一二三四五六七八九十百]+)分之([一二三四五六七八九十百]+)")

# 排名全省第5, 位居全国第一: the rank is the figure; 安全第一 is a saying
RANK = re.compile(r"(?<=[省市国区县州业名列居])第([0-9]{1,3}|[一二三四五六七八九十]{1,3})(?=$|[,;。、)])")

# 介于60分和80分之间, 在5天与10天之间
BETWEEN = re.compile(r"[和与][^,;。和与]{1,12}之间")

# Output that is to double or quadruple (发改, 工信, 文旅 tables): 产值翻一番, 翻两番.
DOUBLED = re.compile(r"翻([一两二三四])?番")

_TREND = "|".join(sorted((*words.TRENDS, *words.FLAT), key=len, reverse=True))
_ADVERB = "(?:有所|略有|稳步|逐步|逐年|逐渐|明显|显著|大幅度?|小幅|基本|平均|年均|实现|持续|进一步|均|不断|再|全面|得到|力争|要|保持|的|稍有|呈)*"
_KNOWN_BASE = (
    r"(?:上一?年度?|去年|前[一二三两0-9]年|往年|历年|以往|近[三五0-9]年|(?:19|20)[0-9]{2}年度?|上期|上一?季度|上一?个?月|年初|期初|基期|同期|改造前|实施前|整治前)"
    r"(?:的?(?:平均|同期|水平|标准|基数|实际|数|底|末|均值|值)+)?"
)
VERSUS = re.compile(
    rf"(?P<d>同比|环比)|(?:相较于?|相比于?|对比|较(?![好高大强快低小少多广深轻优佳为完])|(?<![占对评环同])比(?!例|重|率|值|赛|武))"
    rf"(?P<a>{_KNOWN_BASE}(?=[^,;。]{{0,40}}?(?:{_TREND}))|[^,;。≥≤<>=()%]{{1,16}}?(?=(?:相比|比较)?{_ADVERB}(?:{_TREND})))(?:相比较?|比较)?"
    rf"|(?:与|同|和|跟)(?P<b>[^,;。≥≤<>=()%]{{1,16}}?)(?:(?:相比较?|比较|相较|比)(?={_ADVERB}(?:{_TREND}))|(?=(?:基本|保持|大体|总体)*(?:{'|'.join(words.FLAT)})))"
    rf"|在(?P<c>[^,;。≥≤<>=()%]{{1,16}}?)的?基础上"
)
