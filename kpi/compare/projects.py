"""What a project is about (项目类型): its name without years, levels of government, document numbers and words for money."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

from kpi.text import fold

# Prefixes and parts that say how the money came, not what for (all provinces' lists of projects).
_PARTS = re.compile(
    r"【[^】]*】|\[[^\]]*\]|〔[^〕]*〕"
    r"|[一-鿿]{1,6}[\[〔(（]?\d{4}[\])）〕]?\d*号"  # 豫财社〔2025〕128号
    r"|(?:19|20)\d\d(?:[-—~至到](?:19|20)?\d\d)?(?:学年度?|年度?)?|第[一二三四五六七八九十\d]{1,6}批(?:次)?"
    r"|[(（](?:本级|上年结转|结转|续建|新建|待分配|直达资金|一般债券|专项债券)[)）]"
    r"|(?:关于)?(?:提前)?(?:下达|拨付|预拨|追加|清算|预安排)|实际下达|上年结转|以前年度|结转|结余|上级|配套|本级|代扣|预留"
    r"|(?:中央|省级|市级|县级|区级|州级|自治区级?|省|市|县)(?:(?:和|及|、)(?:中央|省级?|市级?|县级?)){0,4}(?:财政(?:预算内)?|预算内)"
    r"|(?:中央|省级|市级|县级|区级|州级)(?:(?:和|及|、)(?:中央|省级?|市级?|县级?))*"
    r"|财政(?=补助|资金|专项|预算|拨款)"
)
_MONEY = re.compile(
    r"(?:补助|专项|转移支付|奖补|补贴|工作|业务|配套|预算|项目|奖励|结算){0,8}(?:资金|经费|款项?|补助费?|补贴|费用)(?=$|[^一-鿿]|部分)|(?:项目|专项)$"
)
_PUNCTUATION = re.compile(r"[^\w]|_")
_EXTRA, _LACKING = 0.3, 0.7
"""What a pair of characters costs that only the other project has, and that only the asked one has."""


@lru_cache(maxsize=65536)
def project_core(name: str) -> str:
    """What is left of a project's name, folded: `2026年城乡医疗救助市级补助资金` → `城乡医疗救助`; the whole if nothing is."""
    text = _PARTS.sub("", fold(name).replace("(", "（").replace(")", "）"))
    for _ in range(2):
        text = _MONEY.sub("", text)
    core = _PUNCTUATION.sub("", text)
    return core if len(core) > 1 else _PUNCTUATION.sub("", fold(name))


def project_similarity(asked: str, other: str) -> float:
    """How alike two cores are, 0–1: common pairs of characters; what the other has more is cheap (a part of a programme)."""
    own, others = _pairs(asked), _pairs(other)
    common = len(own & others)
    return common / (common + _LACKING * len(own - others) + _EXTRA * len(others - own)) if common else 0.0


@lru_cache(maxsize=65536)
def _pairs(text: str) -> frozenset[str]:
    return frozenset(text[n : n + 2] for n in range(len(text) - 1)) or frozenset({text})


_ORGANISATION = re.compile("(?:委员会办公室|委员会|办公室|总局|分局|局|厅|委|处|部)$")
_BRACKETS = re.compile(r"[（(][^（）()]*[)）]")
_PLACE = re.compile(
    "^[一-鿿]{2,6}?(?:自治区|自治州|自治县|省|(?<!城)市(?![场政民容])|地区|盟|县(?!域)|旗|(?<![社园城])区(?!域))(?=[一-鿿]{2})"
)
_OF_NOWHERE = re.compile(
    "^(?:中共|中国共产党|人民政府|[省市县区](?![场政民容域])(?=[一-鿿]{2}))*(?:委(?=[一-鿿]{2,}[部办]))?"
)


def department_field(department: str, place: Sequence[str] = ()) -> str:
    """Field of work (行业领域) by the department's name: 焦作市医疗保障局（本级） → 医疗保障; "" stays ""."""
    text = _BRACKETS.sub("", fold(department).replace("(", "（").replace(")", "）"))
    text = _BRACKETS.sub("", text)
    text = text.removeprefix("中共")
    for name in filter(None, map(fold, place)):
        text = text.removeprefix(name)
    text = _OF_NOWHERE.sub("", _PLACE.sub("", _PLACE.sub("", text)))
    core = _ORGANISATION.sub("", text)
    return core if len(core) > 1 else text
