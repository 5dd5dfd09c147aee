"""Documents made for tests of the store, and a parser that reads them from small JSON files."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from decimal import Decimal
from pathlib import Path

from kpi.errors import BadInput
from kpi.model import (
    Box,
    Document,
    Execution,
    Fund,
    Indicator,
    LogicalRow,
    LogicalTable,
    Project,
    Repair,
    Source,
    SuspectPage,
    Task,
    UnitTotal,
)

CITIES = {"焦作市": "河南省", "许昌市": "河南省", "晋州市": "河北省"}
ROWS = (
    # level1, level2, name, target, comparator, value, unit, base value, base unit, category
    ("成本指标", "经济成本指标", "项目资金预算成本", "≤10万元", "≤", "10", "万元", "100000", "元", "成本"),
    ("产出指标", "数量指标", "集中带量采购批次", "≥30批", "≥", "30", "批", "30", "批", "数量"),
    ("产出指标", "质量指标", "政策范围内住院费用报销比例", "≥75%", "≥", "75", "%", "75", "%", "质量"),
    ("满意度指标", "服务对象满意度指标", "参保群众满意度", "≥90%", "≥", "90", "%", "90", "%", "满意度"),
)


def make_indicator(place: tuple[int, int], sha256: str, file_name: str, **values: object) -> Indicator:
    table_index, row = place
    source = Source(
        document=file_name, path=f"in/{file_name}", sha256=sha256, table=str(values.pop("table", "项目绩效目标")),
        table_index=table_index, row=row, column=6, page=row // 20 + 1, boxes=(Box(row // 20 + 1, 10.5, 20.0, 110.5, 32.25),),
    )  # fmt: skip
    return Indicator(source=source, **values)  # type: ignore[arg-type]


def make_document(
    content: str = "a", *, city: str = "焦作市", year: int | None = 2026, department: str | None = None,
    projects: tuple[str, ...] = ("城乡医疗救助补助",), rows: tuple[tuple[str, ...], ...] = ROWS, name: str = "",
    title: str = "", changes: dict[str, str] | None = None, format: str = "pdf",  # noqa: A002
) -> Document:  # fmt: skip
    """A document of one department; `changes` maps indicator names to other targets (`≥91%`)."""
    sha256 = hashlib.sha256(content.encode()).hexdigest()
    name = name or f"{content}.{format}"
    department = f"{city}医疗保障局" if department is None else department
    common = {"province": CITIES.get(city, ""), "city": city, "department": department, "year": year}
    indicators, made = [], []
    for project in projects:
        ids = []
        for level1, level2, indicator, target, comparator, value, unit, base, base_unit, category in rows:
            changed = (changes or {}).get(indicator)
            if changed:
                target, value, base = changed, changed.strip("≥≤%批"), changed.strip("≥≤%批")  # noqa: PLW2901
            item = make_indicator(
                (1, len(indicators) + 1), sha256, name, **common, project=project, budget=Decimal("100000.00"),
                level1=level1, level2=level2, name=indicator, target=target, kind="numeric", comparator=comparator,
                value=Decimal(value), unit=unit, base_value=Decimal(base), base_unit=base_unit, category=category,
            )  # fmt: skip
            indicators.append(item)
            ids.append(item.id)
        source = Source(
            document=name, path=f"in/{name}", sha256=sha256, table="项目绩效目标", table_index=1, row=1, column=0
        )
        made.append(
            Project(
                source=source, code="410800", name=project, department=department, year=year, budget=Decimal("100000.00"),
                funds=(Fund("财政拨款", Decimal(10), "10"),), indicator_ids=tuple(ids),
            )
        )  # fmt: skip
    table = LogicalTable(
        index=1, kind="项目绩效目标", layout="wide", title="项目绩效目标表", year=year, pages=(1, 2),
        rows=(LogicalRow(("一级", "二级"), 1, "header"),),
    )  # fmt: skip
    return Document(
        path=f"in/{name}", name=name, sha256=sha256, format=format, title=title, page_count=2, tables=(table,),
        projects=tuple(made), indicators=tuple(indicators), **common,
    )  # fmt: skip


def full_document() -> Document:
    """A document that uses every field of every dataclass."""
    document = make_document("full")
    first, *rest = document.indicators
    source = first.source
    everything = make_indicator(
        (2, 1), document.sha256, "full.pdf", table="整体绩效自评", province="河南省", city="许昌市", county="长葛市",
        department="许昌市财政局", year=2025, unit_code="101", unit_name="许昌市财政局本级", project_code="4110", project="项目",
        budget=Decimal("12345.67"), period="实施期", level1="效益指标", level2="社会效益指标", name="覆盖率", category="社会效益",
        category_inferred=True, description="说明", basis="依据", target="60-80%", kind="range", comparator="in",
        value=Decimal("60.50"), upper=Decimal(80), unit="%", base_value=Decimal("0.333333"), base_upper=Decimal(80),
        base_unit="%", date_end=date(2026, 12, 31), baseline="上年", direction="increase", grade="full", approximate=True,
        implied_unit="%", half_target="30%", actual="61%", weight="10", score="9.5", deviation="1%", reason="无",
        confidence=0.75, warnings=("joined_over_page", "ocr"),
    )  # fmt: skip
    project = Project(
        source=source, block=1, funds=(Fund("中央", Decimal("1E+3"), "1000"),), goal="目标", goal_actual="完成",
        tasks=(Task("任务", "内容", "实际"),), weight_total=Decimal(100), score_total=Decimal("98.5"),
        execution=Execution(budget=Decimal(1), rate=Decimal("99.5")), indicator_ids=(everything.id,),
    )  # fmt: skip
    return Document(
        path=document.path, name=document.name, sha256=document.sha256, format="pdf", title="标题", province="河南省",
        city="许昌市", county="长葛市", department="许昌市财政局", year=2025, page_count=None, tables=document.tables,
        projects=(*document.projects, project), units=(UnitTotal(source=source, code="101", budget=Decimal(5)),),
        indicators=(first, *rest, everything), warnings=(Repair("joined_over_page", 1, 2, "跨页"),),
        suspect_pages=(SuspectPage(3, "scanned", "扫描页"),),
    )  # fmt: skip


def parse_sample(path: Path) -> Document:
    """A parser for tests: a JSON file with the arguments of `make_document`; `broken` in it fails."""
    text = Path(path).read_text("utf-8")
    values = json.loads(text)
    if values.get("broken"):
        raise BadInput("文件已损坏", where=str(path))
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in values.items()}
    return make_document(text, name=Path(path).name, **values)


def write_sample(path: Path, **values: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(values, ensure_ascii=False), "utf-8")
    return path
