"""Do indicators match goal and tasks, and are they the project's own (相关性): R35, R36, R38."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import lru_cache

from kpi.review.registry import DOCUMENT, LEAD, PROJECT_TABLES, RELEVANT, TARGET_TABLES, WARNING, Problem, rule
from kpi.review.views import DocumentView, ProjectView
from kpi.review.vocabulary import BENEFIT, OUTPUT, fold
from kpi.targets import find_unit

# A promise: what is done, then how much. Money, dates, shares of a year and counts of what exists are none.
_PROMISE = re.compile(
    r"(?:完成|建成|建设|新建|改建|扩建|改造|维修|修缮|开展|举办|组织|培训|发放|购置|采购|资助|救助|补助|检查|抽检|监测|印发|编制|新增|治理|修复|铺设|安装|"
    r"配备|招聘|招录|扶持|培育|防治|营造|造林|种植|清理|清运|清淤|疏浚|整治|养护|加固|帮扶|慰问|走访|受理|审结|办结|审计|评审|征集|演出|放映|接种|筛查|随访|"
    r"巡查|演练|宣传|出版|储备|收储|检验|抽查|孵化|引进|认定|签约|选派|编纂|数字化|达到|达|不低于|不少于|提高到|提升至|控制在|降至|覆盖)"
    r"([^\d，。；、,;]{0,14}?)(\d+(?:\.\d+)?)\s*(%|万?[\u4e00-\u9fff]{1,3})"
)
_FEWEST_PROMISED = 2
"""举办1次 is a way of saying that it is done; 1.2万平方米 is a number."""
_BACKGROUND = re.compile(r"现有|共有|目前|截至|上年|去年|历年|以来|其中|预计收入|总投资|投资")
_CLAUSE = re.compile(r"[，。；;,\n]")


@rule(
    "R35", WARNING, "目标里承诺的数量没有对应指标", topic=RELEVANT, tables=PROJECT_TABLES,
    advice="为目标里写明的数量设指标，或使指标值与目标一致",
    explained="绩效目标写“培训200人次”“合格率达到95%”，而没有任何指标值是这个数。金额、日期和现状数不算。",
)  # fmt: skip
def promised_numbers(view: ProjectView) -> Iterator[Problem]:
    """A number promised in the goal stands in an indicator."""
    if not view.project.goal or not view.rows:
        return
    values: set[Decimal] = set()
    shares: set[Decimal] = set()
    for row in view.rows:
        item = row.indicator
        found = shares if item.base_unit == "%" else values
        found.update(
            number for number in (item.value, item.upper, item.base_value, item.base_upper) if number is not None
        )
        if found is values:
            found.update(Decimal(number) for number in re.findall(r"\d+(?:\.\d+)?", f"{item.target} {item.name}"))
    for clause in _CLAUSE.split(fold(view.project.goal)):
        if _BACKGROUND.search(clause):
            continue
        for match in _PROMISE.finditer(clause):
            number, unit = Decimal(match[2]), match[3]
            kept = values | shares if unit.startswith("%") else values  # 3万亩 is not kept by 3‰
            base = _promised(number, unit)
            if not base or max(base) < _FEWEST_PROMISED or base & kept:
                continue
            yield Problem(
                message=f"目标承诺“{match[0]}”，没有指标值是 {match[2]}{unit}",
                printed=match[0],
                expected=f"一条指标值为 {match[2]}{unit} 的指标",
            )


def _promised(number: Decimal, unit: str) -> set[Decimal]:
    """The number with and without its scale; empty for money, dates and what is no unit."""
    for length in range(len(unit), 0, -1):
        known = find_unit(unit[:length])
        if known is not None:
            if known.family in {"money", "years", "months", "days", "working_days", "duration"}:
                return set()
            return {number, number * known.factor / known.divisor}
    return set()


_GENERAL = re.compile(
    r"^\d+[、.．]?|持续|着力|推进|完善|加强|做好|完成|强化|落实|维护|优化|深化|提升|提高|扎实|全面|积极|稳步|进一步|加快|健全|抓好|开展|组织|工作|任务|"
    r"管理|建设|服务|保障|的|和|与|及|等|重点|年度|项目|情况|水平|能力|体系|机制|制度|质量"
)


@lru_cache(maxsize=50_000)
def _topics(text: str) -> frozenset[str]:
    """Pairs of characters of a text's own words, general words left out."""
    parts = re.split(r"[^\w]|\s", _GENERAL.sub(" ", fold(text)))
    return frozenset(part[at : at + 2] for part in parts for at in range(len(part) - 1))


@rule(
    "R36", LEAD, "主要任务没有对应的产出", topic=RELEVANT, tables=TARGET_TABLES, settings=("task_overlap",),
    advice="为每项主要任务设产出指标",
    explained="年度主要任务的名称和内容（去掉推进、完善、工作等泛词后）与所有产出、效益指标的名称和说明没有共同的词。",
)  # fmt: skip
def tasks_without_output(view: ProjectView) -> Iterator[Problem]:
    """Each named task has an output."""
    rows = [row for row in view.rows if row.group in {OUTPUT, BENEFIT}]
    if not rows:
        return
    known: set[str] = set()
    for row in rows:
        known |= _topics(row.indicator.name) | _topics(row.indicator.description) | _topics(row.indicator.target)
    for task in view.project.tasks:
        own = _topics(task.name) | _topics(task.content)
        if _topics(task.name) and len(own & known) < view.settings.task_overlap:
            yield Problem(
                message=f"主要任务“{task.name}”没有对应的指标", printed=task.name, expected="至少一条产出指标"
            )


@rule(
    "R38", LEAD, "指标块与另一项目雷同", topic=RELEVANT, view=DOCUMENT, settings=("block_share", "block_rows"),
    advice="确认两个项目内容确实相同；不同的按各自内容设指标",
    explained="两个项目 80%（默认）以上的指标（名称和指标值）相同，成本除外。每个项目只与前面最相似的一个比较，列出一次。",
)  # fmt: skip
def copied_blocks(view: DocumentView) -> Iterator[Problem]:
    """Indicator blocks of two projects are not the same."""
    seen: dict[tuple[str, str], list[int]] = {}
    projects = [project for project in view.projects if not project.overall]
    blocks = [_block(project) for project in projects]
    share = Decimal(str(view.settings.block_share)) / 100
    for number, (project, block) in enumerate(zip(projects, blocks, strict=True)):
        common: dict[int, int] = {}
        for key in block:
            for other in seen.get(key, ()):
                common[other] = common.get(other, 0) + 1
        for key in block:
            seen.setdefault(key, []).append(number)
        if len(block) < view.settings.block_rows or not common:
            continue
        twin = max(common, key=lambda other: (common[other], -other))
        larger = max(len(block), len(blocks[twin]))
        if common[twin] >= share * larger:
            original = projects[twin]
            yield Problem(
                message=f"成本以外的 {larger} 条指标中 {common[twin]} 条与“{original.title}”（第 {original.project.source.row} 行起）相同",
                source=project.project.source, project=project.title, printed=f"{common[twin]}/{larger}", expected="按本项目内容设置的指标",
                evidence={"twin": original.project.code or original.title, "page": original.project.source.page, "common": common[twin]},
            )  # fmt: skip


def _block(project: ProjectView) -> frozenset[tuple[str, str]]:
    return frozenset((row.name, fold(row.indicator.target)) for row in project.rows if row.group != "成本")


# Populations of which a project serves one: an indicator that names only another was copied from elsewhere.
_OPPOSED: tuple[Mapping[str, str], ...] = (
    {"职工": "职工", "居民": "居民"},  # 医疗保险
    {"城镇": "城镇", "城市": "城镇", "农村": "农村", "乡村": "农村", "村民": "农村"},  # 道路, 低保, 住房
    {
        "幼儿": "幼儿园",
        "学前": "幼儿园",
        "小学": "小学",
        "初中": "初中",
        "高中": "高中",
        "中职": "中职",
        "高校": "高校",
    },  # 教育
    {"老年人": "老年人", "老人": "老年人", "儿童": "儿童", "少儿": "儿童"},  # 民政, 卫生
)


@lru_cache(maxsize=50_000)
def _populations(text: str) -> tuple[frozenset[str], ...]:
    folded = fold(text)
    return tuple(frozenset(kind for word, kind in words.items() if word in folded) for words in _OPPOSED)


@rule(
    "R51", LEAD, "指标对象与项目不符", topic=RELEVANT, tables=PROJECT_TABLES,
    advice="核对指标是否从别的项目照搬",
    explained="项目名称和目标只涉及一类对象（职工、农村、小学、老年人），指标名称写的却只是与之相对的另一类（居民、城镇、初中、儿童）。",
)  # fmt: skip
def other_population(view: ProjectView) -> Iterator[Problem]:
    """Indicators are about those whom the project serves."""
    served = _populations(f"{view.project.name} {view.project.goal}")
    if not any(len(kinds) == 1 for kinds in served):
        return
    for row in view.rows:
        for kinds, named in zip(served, _populations(row.indicator.name), strict=True):
            if len(kinds) == 1 and len(named) == 1 and kinds != named:
                yield Problem(
                    indicator=row.indicator, message=f"项目涉及{next(iter(kinds))}，指标却写{next(iter(named))}",
                    printed=row.indicator.name, expected="本项目的对象",
                )  # fmt: skip
