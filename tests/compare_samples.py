"""Rows for tests of comparison, and figures of them calculated with pandas, apart from the product's own way."""

from __future__ import annotations

import random
from typing import Any

import pandas as pd

from kpi.compare import Observation, record_to_observation
from kpi.model import Indicator, Source, indicator_to_record
from kpi.targets import normalize

PLACES = (
    ("河南省", "焦作市", ""), ("河南省", "许昌市", ""), ("河南省", "洛阳市", ""), ("河北省", "石家庄市", "晋州市"), ("江苏省", "南京市", "鼓楼区"),
    ("福建省", "福州市", "鼓楼区"), ("浙江省", "", ""),
)  # fmt: skip


def make_row(target: str, *, number: int = 0, cluster: str = "c", publication: str = "", **values: Any) -> Observation:
    """One observation whose target is read as those of documents are."""
    name = str(values.get("name", "参保群众满意度"))
    place = values.pop("place", PLACES[0])
    read = normalize(target, name=name, level1=str(values.get("level1", "")), year=values.get("year", 2026))
    table = str(values.pop("table", "项目绩效目标"))
    source = Source(
        document=f"{publication or 'd'}.pdf", path=f"{publication or 'd'}.pdf", sha256="0", table=table, table_index=1,
        row=number, column=1, page=1,
    )  # fmt: skip
    own = {"name": name, "year": 2026, "department": f"{place[1]}医疗保障局", **values}
    indicator = Indicator(
        source=source, province=place[0], city=place[1], county=place[2], target=target, kind=read.kind,
        comparator=read.comparator, value=read.value, upper=read.upper, unit=read.unit, base_value=read.base_value,
        base_upper=read.base_upper, base_unit=read.base_unit, date_end=read.date_end, direction=read.direction, **own,
    )  # fmt: skip
    return record_to_observation(indicator_to_record(indicator), cluster=cluster, publication=publication)


def random_rows(seed: int, count: int = 60) -> list[Observation]:
    """Rows of several places, publications, projects, units and sorts of targets."""
    chooser = random.Random(seed)
    rows = []
    for number in range(count):
        place = chooser.choice(PLACES[:5])
        unit = chooser.choice(("%", "%", "%", "万元", "人"))
        sign = chooser.choice("≥≥≥≤=")
        target = chooser.choice(
            (f"{sign}{chooser.randrange(1, 40) * 2.5:g}{unit}", f"{sign}{chooser.randrange(50, 100)}{unit}", "有所提升")
        )
        rows.append(
            make_row(
                target, number=number, place=place, publication=f"{'-'.join(place)}-{chooser.randrange(2)}",
                project=f"项目{chooser.randrange(4)}", period=chooser.choice(("年度", "年度", "实施期")),
                table=chooser.choice(("项目绩效目标", "项目绩效目标", "整体绩效目标")),
            )
        )  # fmt: skip
    return rows


def to_frame(rows: list[Observation]) -> pd.DataFrame:
    """The rows as a table for pandas."""
    return pd.DataFrame(
        [
            {
                "place": "|".join(row.place), "publication": row.publication, "project": row.project, "department": row.department,
                "table": row.table, "period": row.period, "county": row.place.county, "unit": row.family.unit,
                "sort": row.family.sort, "value": row.low, "comparator": row.comparator, "id": row.id,
            }
            for row in rows
        ]
    )  # fmt: skip


def lower_middle(values: pd.Series) -> float:
    """The middle value, the lower of two."""
    ordered = values.sort_values().reset_index(drop=True)
    return float(ordered[(len(ordered) - 1) // 2])


def plain_figures(frame: pd.DataFrame, unit: str, keys: list[str]) -> dict[str, float]:
    """Figures of the plain numbers of one unit, one value a group of `keys`."""
    own = frame[(frame["sort"] == "level") & (frame["unit"] == unit)]
    values = own.groupby(keys)["value"].apply(lower_middle)
    return {
        "n": len(values), "cities": own["place"].nunique(), "median": values.median(), "p10": values.quantile(0.1),
        "p90": values.quantile(0.9), "minimum": values.min(), "maximum": values.max(),
    }  # fmt: skip
