"""A department with its units, projects and indicators: what a document is about, before any layout."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from tests.generator.levels import LevelStyle
from tests.generator.places import Place, pick_place
from tests.generator.topics import LONG_PROJECTS, RUNNING_PROJECTS, Topic, all_topics
from tests.generator.values import Target, satisfaction, target_of

LEVELS = {
    "数量": ("产出指标", "数量指标"), "质量": ("产出指标", "质量指标"), "时效": ("产出指标", "时效指标"), "成本": ("成本指标", "经济成本指标"),
    "经济": ("效益指标", "经济效益指标"), "社会": ("效益指标", "社会效益指标"), "生态": ("效益指标", "生态效益指标"),
    "可持续": ("效益指标", "可持续影响指标"), "满意": ("满意度指标", "服务对象满意度指标"),
}  # fmt: skip
GROUPS = {
    "成本指标": ["成本"], "产出指标": ["数量", "质量", "时效"],
    "效益指标": ["社会", "经济", "生态", "可持续"], "满意度指标": ["满意"],
}  # fmt: skip


@dataclass(frozen=True)
class Indicator:
    kind: str
    """`数量`, `质量` …, the key of `LEVELS`."""
    name: str
    target: Target
    actual: str = ""
    weight: str = ""
    score: str = ""
    half: str = ""
    past: tuple[str, str] = ("", "")


@dataclass
class Project:
    code: str
    name: str
    amount: str
    """万元 with two decimals."""
    sources: tuple[str, str, str]
    """政府预算资金, 财政专户管理资金, 单位资金."""
    goal: str
    indicators: list[Indicator] = field(default_factory=list)

    def of(self, kinds: list[str]) -> list[Indicator]:
        return [indicator for indicator in self.indicators if indicator.kind in kinds]


@dataclass
class Unit:
    code: str
    name: str
    projects: list[Project] = field(default_factory=list)


@dataclass
class Department:
    """Everything that a document of this department may print."""

    rng: random.Random
    place: Place
    topic: Topic
    name: str
    code: str
    year: int
    units: list[Unit] = field(default_factory=list)
    level_style: LevelStyle | None = None
    codes_printed: bool = True
    """Whether the 绩效 tables print the project codes; set by the layout."""

    @property
    def projects(self) -> list[tuple[Unit, Project]]:
        return [(unit, project) for unit in self.units for project in unit.projects]

    @property
    def total(self) -> str:
        return money_text(sum(float(project.amount) for _, project in self.projects))


def money_text(value: float) -> str:
    return f"{value:.2f}"


def project_code(rng: random.Random, place: Place, style: str, year: int) -> str:
    """A project code: GB/T 2260 prefix and 20 or 21 places, digits or with letters (河北 P, 四川 T, 财政一体化 Y)."""
    digits = "".join(rng.choice("0123456789") for _ in range(8))
    if style == "digits21":
        return f"{place.code}{year % 100:02d}00000{digits}"
    if style == "digits20":
        return f"{place.code}{year % 100:02d}0000{digits}"
    if style == "P":
        return f"{place.code}{year % 100:02d}P0003{digits}"[:20] + rng.choice("ABCDEFGHJKLNPQRTUX0123456789")
    if style == "T":
        return f"{place.code}{year % 100:02d}T0000{digits}"
    return f"{place.code}210000{rng.choice('YRZ')}{digits}"


def project_name(rng: random.Random, topic: Topic, place: Place, year: int) -> str:
    """Mostly the plain project, every third one with the brackets, years and document numbers of transfers."""
    if rng.random() < 0.22:
        return rng.choice(RUNNING_PROJECTS)
    base = rng.choice(topic.projects)
    if rng.random() < 0.6:
        return base
    pattern = rng.choice(LONG_PROJECTS)
    level = rng.choice(["中央", "省级", "中央和省级财政", "市级"])
    return pattern.format(
        next=year, last=year - 1, level=level, base=base, region=place.name[:2], number=rng.randint(3, 260)
    )


def make_indicator(rng: random.Random, entry: str, kind: str, year: int, amount: str) -> Indicator:
    name, _, form = entry.partition("=")
    target = target_of(rng, form, year, amount) if form else satisfaction(rng)
    if rng.random() < 0.03:
        name = f"{name}（{target.unit}）" if target.unit and target.unit not in name else f"{year}年{name}"
    return Indicator(kind, name, target)


def make_indicators(rng: random.Random, topic: Topic, year: int, amount: str, richness: float) -> list[Indicator]:
    """Indicators of one project, in the order 成本 … 满意, none twice."""
    counts = {
        "成本": rng.choice([0, 1, 1, 1, 1, 2, 3]), "数量": rng.randint(1, 1 + round(3 * richness)), "质量": rng.randint(1, 1 + round(2 * richness)),
        "时效": rng.choice([0, 1, 1, 2]), "经济": rng.choice([0, 0, 0, 1]), "社会": rng.choice([1, 1, 1, 2, 2, 3]),
        "生态": rng.choice([0, 0, 1]), "可持续": rng.choice([0, 1, 1]), "满意": rng.choice([0, 1, 1, 1, 1, 1, 2]),
    }  # fmt: skip
    result: list[Indicator] = []
    for kind, number in counts.items():
        entries = topic.entries(kind)
        for entry in rng.sample(entries, min(number, len(entries))):
            indicator = make_indicator(rng, entry, kind, year, amount)
            if indicator.name not in [other.name for other in result]:
                result.append(indicator)
    return result


def make_amount(rng: random.Random) -> str:
    return money_text(
        rng.choice(
            [
                rng.uniform(0.5, 20),
                rng.uniform(10, 300),
                rng.uniform(100, 9000),
                rng.randint(1, 60) * 5,
                rng.uniform(10000, 150000),
            ]
        )
    )


def make_project(rng: random.Random, department: Department, style: str, richness: float) -> Project:
    amount = make_amount(rng)
    whole = float(amount)
    own = round(whole * rng.uniform(0.05, 0.4), 2) if rng.random() < 0.15 else 0.0
    special = round(whole * 0.1, 2) if rng.random() < 0.06 else 0.0
    sources = (
        money_text(whole - own - special),
        money_text(special) if special else "",
        money_text(own) if own else "",
    )
    name = project_name(rng, department.topic, department.place, department.year)
    verb = rng.choice(["通过项目实施，", "按照年度工作计划，", "完成年度各项任务，", "保障项目顺利实施，"])
    goal = f"{verb}{department.topic.goal}。"
    if rng.random() < 0.4:
        goal = f"1.{verb}{department.topic.goal}。2.规范资金管理，提高资金使用效益。3.确保{name[:14]}按期完成。"
    project = Project(project_code(rng, department.place, style, department.year), name, amount, sources, goal)
    project.indicators = make_indicators(rng, department.topic, department.year, amount, richness)
    return project


def make_department(
    rng: random.Random, *, province: str = "", units: int = 0, projects: int = 0, richness: float = 1.0
) -> Department:
    """A department; `units` and `projects` a unit are drawn where not given."""
    place = pick_place(rng, province)
    topic = rng.choice(all_topics())
    year = rng.choice([2022, 2023, 2024, 2025, 2026, 2026, 2027])
    code = str(rng.randint(101, 899))
    department = Department(rng, place, topic, place.name + rng.choice(topic.departments), code, year)
    style = rng.choice(["digits21", "digits21", "digits20", "P", "T", "Y"])
    number = units or rng.choice([1, 1, 2, 2, 3])
    names = [department.name + rng.choice(["", "", "（本级）", "机关"])]
    names += [place.name + unit for unit in rng.sample(topic.units, min(number - 1, len(topic.units)))]
    suffixes = rng.choice(
        [["001", "002", "003", "004"], ["101", "201", "202", "301"], ["001001", "002001", "003001", "004001"]]
    )
    for position, name in enumerate(names):
        unit = Unit(code + suffixes[position], name)
        for _ in range(projects or rng.randint(1, 5)):
            project = make_project(rng, department, style, richness)
            if project.name not in [other.name for other in unit.projects]:
                unit.projects.append(project)
        department.units.append(unit)
    return department
