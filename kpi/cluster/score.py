"""How alike two names are (相似度): vetoes first, then one asymmetric score of their tokens.

An insertion on one side is cheap (a name that says more), a substitution on both sides is dear (another thing). Nothing
here depends on what else is loaded: the score of a pair and the cut are fixed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from kpi.cluster.names import ANSWERED, AWARENESS, WORDY, NameForm, Tags, parse_name
from kpi.cluster.parts import TASK_DONE
from kpi.cluster.vocabulary import Vocabulary, load_vocabulary

# Set by grid on the given names, clusters_more.csv and tests/data/clusters/dev.csv, see docs/decisions.md.
BASE = 0.3
"""What two names of one head have in common before any word."""
INSERTION = 0.8
"""Price of what one name says more, in tokens."""
SUBSTITUTION = 4.0
"""Price of what both names say differently, in tokens."""
CUT = 0.45
"""Least average similarity (0–1) at which two groups are one indicator; fixed, whatever is loaded."""

# Heads that count or price things: 合格批次 is told from 批次 by its words; aspects are vetoes only for rates and states.
PLAIN_MEASURES = frozenset({"数量", "金额", "面积", "长度", "成本", "标准", "时间", "天数", "月数", "浓度"})

# Families in which a word of substance need not be named: who answers, or weak words, tell them apart.
WITHOUT_SUBJECT = (WORDY | ANSWERED) - {AWARENESS}
STATE = "状态"
# Firms are counted by 家, 户 and 个; dwellings (户) and things (个) are not one another.
FIRMS = ({"数量/家", "数量/户"}, {"数量/家", "数量/物"})
RATED = frozenset({"状态/率", "状态/句"})
# Heads of which the actions are the thing itself: 监管能力 is not 监管宣传能力.
ABSTRACT = frozenset({"能力", "水平", "状态/成效"})


class Veto(NamedTuple):
    """Why two names cannot be the same: `what` and the differing words of both."""

    what: str
    left: str
    right: str


def find_vetoes(a: Tags, b: Tags, vocabulary: Vocabulary) -> list[Veto]:
    """All reasons against a pair, in a fixed order; the same from both sides."""
    found = []
    families = {a.family, b.family}
    if not _measures_meet(a, b):
        found.append(Veto("计量", a.family, b.family))
    if a.subject != b.subject and (families == RATED or not families & WITHOUT_SUBJECT):
        found.append(Veto("主体", *("有" if tags.subject else "无" for tags in (a, b))))
    if a.actions and b.actions and (a.actions != b.actions if families & ABSTRACT else not a.actions & b.actions):
        found.append(_veto("动作", a.actions, b.actions))
    if not {group_of(family) for family in families} & PLAIN_MEASURES:
        if a.strong != b.strong and not _task_is_left_out(a, b):
            found.append(_veto("方面", a.strong, b.strong))
        elif not a.strong and a.weak and b.weak and not a.weak & b.weak:
            found.append(_veto("方面", a.weak, b.weak))
    if a.numbers and b.numbers and a.numbers != b.numbers:
        found.append(_veto("数字", a.numbers, b.numbers))
    found.extend(_contrasts(a, b, vocabulary))
    return found


def _measures_meet(a: Tags, b: Tags) -> bool:
    """Whether the heads measure one thing. A rate meets a degree of the same action, aspect or last word (稳定率, 稳定性), not
    one of nothing in common (参保率, 保障情况); and a sentence that says the aspect itself (补助发放及时率, 及时发放补助).
    """
    if a.family == b.family:
        return True
    if {a.family, b.family} == RATED:
        return bool(a.strong & b.strong)
    if not families_meet(a.family, b.family):
        return False
    shared = (a.actions & b.actions) | (a.strong & b.strong) | (a.weak & b.weak)
    return group_of(a.family) != STATE or bool(shared) or (a.stem == b.stem != "")


def _task_is_left_out(a: Tags, b: Tags) -> bool:
    """Whether one name says 任务完成 of a named thing where the other says 完成 (森林抚育任务完成率)."""
    return a.subject and b.subject and a.strong ^ b.strong == TASK_DONE and "完成" in a.weak | b.weak


def _contrasts(a: Tags, b: Tags, vocabulary: Vocabulary) -> list[Veto]:
    found = []
    for name in sorted({name for name, _ in a.contrasts | b.contrasts}):
        if {group_of(a.family), group_of(b.family)} & vocabulary.not_for[name]:
            continue
        left = frozenset(member for group, member in a.contrasts if group == name)
        right = frozenset(member for group, member in b.contrasts if group == name)
        if "*" in left | right:  # 新建 is as good as 新增, and as none
            left, right = left - {"*"}, right - {"*"}
            told = bool(left and right)
        else:
            told = bool(left and right) or name in vocabulary.alone
        if told and left != right:
            found.append(_veto(name, left, right))
    return found


def _veto(what: str, left: frozenset[str], right: frozenset[str]) -> Veto:
    return Veto(what, "、".join(sorted(left)), "、".join(sorted(right)))


def group_of(family: str) -> str:
    """The group of a family: `数量` of `数量/人`."""
    return family.split("/", 1)[0]


def families_meet(a: str, b: str) -> bool:
    """Equal families, or one of them is the open family of their group (数量 beside 人数)."""
    return a == b or (group_of(a) == group_of(b) and ("/" not in a or "/" not in b)) or {a, b} in FIRMS


def similarity(a: NameForm, b: NameForm) -> float:
    """The score of two names' tokens, 0–1, without vetoes; 1 for equal tokens."""
    keys_a, keys_b = {t.key for t in a.tokens}, {t.key for t in b.tokens}
    shared_a = sum(t.weight for t in a.tokens if t.key in keys_b)
    shared_b = sum(t.weight for t in b.tokens if t.key in keys_a)
    more_a = sum(t.weight for t in a.tokens if t.key not in keys_b)
    more_b = sum(t.weight for t in b.tokens if t.key not in keys_a)
    other_a = sum(t.substance for t in a.tokens if t.key not in keys_b)
    other_b = sum(t.substance for t in b.tokens if t.key not in keys_a)
    common = BASE + (shared_a + shared_b) / 2
    return common / (common + INSERTION * max(more_a, more_b) + SUBSTITUTION * min(other_a, other_b))


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why two names are, or are not, one indicator."""

    a: NameForm
    b: NameForm
    identical: bool
    """The normalised names are equal: one indicator whatever the score."""
    vetoes: tuple[Veto, ...]
    common: tuple[str, ...]
    only_a: tuple[str, ...]
    only_b: tuple[str, ...]
    score: float
    """0–1, of the words alone."""
    cut: float = CUT

    @property
    def alike(self) -> bool:
        """Whether the pair by itself would be put together; in a group the average of all pairs counts."""
        return self.identical or (not self.vetoes and self.score >= self.cut)


def explain(a: str, b: str, *, vocabulary: Vocabulary | None = None) -> Explanation:
    """Heads, vetoes, common and different parts, and score of two names."""
    words = vocabulary or load_vocabulary()
    left, right = parse_name(a, words), parse_name(b, words)
    keys_a, keys_b = {t.key for t in left.tokens}, {t.key for t in right.tokens}
    return Explanation(
        a=left,
        b=right,
        identical=left.normal == right.normal,
        vetoes=tuple(find_vetoes(left.tags, right.tags, words)),
        common=tuple(t.shown for t in left.tokens if t.key in keys_b),
        only_a=tuple(t.shown for t in left.tokens if t.key not in keys_b),
        only_b=tuple(t.shown for t in right.tokens if t.key not in keys_a),
        score=similarity(left, right),
    )
