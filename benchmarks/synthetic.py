"""A synthetic store for benchmarks: documents of many cities, years and departments, the same for the same seed.

Names are put together from the field's own words (respondents, matters, measures), so that words repeat across names as
they do in real budgets; a few names stand in every city, most in one or two.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kpi.catalog.documents import Entry
from kpi.catalog.layout import Layout
from kpi.catalog.schema import RECORD_FIELDS
from kpi.ingestion.parsed import RESULT
from kpi.serial import SERIAL_VERSION

WHO = (
    "参保群众 参保人员 离休干部 救助对象 城乡居民 企业职工 退役军人 残疾人 在校学生 任课教师 受训人员 服务对象 社会公众 医疗机构 基层干部 "
    "贫困家庭 老年人 儿童 孕产妇 农民工 创业人员 失业人员 游客 读者 驾驶员 商户 种粮农户 养殖户 移民 社区居民"
).split()
WHAT = (
    "医保信息系统 基金监管 门诊统筹 住院费用 药品集中采购 医疗救助 道路养护 河道清淤 污水处理 垃圾清运 公园绿化 校舍维修 实验设备 图书购置 课后服务 "
    "教师培训 职业技能培训 就业见习 创业担保贷款 养老服务 居家适老化改造 殡葬服务 婚姻登记 社会组织评估 疫苗接种 慢病管理 卫生监督 食品抽检 农产品检测 "
    "高标准农田 农机购置 动物防疫 森林防火 造林抚育 水库除险 防汛物资 应急演练 消防器材 执法车辆 法律援助 人民调解 普法宣传 社区矫正 电子政务 数据机房 "
    "网络安全 档案数字化 文物保护 非遗传承 群众演出 体育赛事 全民健身 旅游推广 招商引资 科技成果转化 专利资助 外贸促进 商贸流通 粮食储备 价格监测 统计调查 "
    "审计项目 纪检监察 巡察工作 党建活动 离退休管理 公务接待 会议组织 办公设备 物业管理 房屋租赁 燃气改造 供热管网 老旧小区 保障性住房 农村危房 公共交通 "
    "交通信号 停车设施 机动车检验 治安巡防 反诈宣传 禁毒教育 户籍办理 出入境服务 国土调查 不动产登记 地质灾害 矿山治理 大气监测 土壤修复 噪声治理"
).split()
STEP = (
    "建设 维护 升级 改造 采购 发放 审核 检查 宣传 培训 验收 整改 投诉 处理 备案 登记 公示 评审 抽查 巡查 回访 结算 拨付 补助 奖励 覆盖 使用 完成 "
    "更新 运行"
).split()
MEASURE = (
    ("完成率", "%", "质量指标"), ("合格率", "%", "质量指标"), ("覆盖率", "%", "数量指标"), ("知晓率", "%", "社会效益指标"), ("及时率", "%", "时效指标"),
    ("满意度", "%", "满意度指标"), ("准确率", "%", "质量指标"), ("次数", "次", "数量指标"), ("人数", "人", "数量指标"), ("人次", "人次", "数量指标"),
    ("数量", "个", "数量指标"), ("面积", "平方米", "数量指标"), ("成本", "万元", "经济成本指标"), ("补助标准", "元/人", "经济成本指标"),
    ("完成时限", "", "时效指标"), ("水平提升", "", "社会效益指标"), ("环境改善", "", "生态效益指标"), ("机制健全", "", "可持续影响指标"),
)  # fmt: skip
LEVEL1 = {
    "经济成本指标": "成本指标",
    "满意度指标": "满意度指标",
    "数量指标": "产出指标",
    "质量指标": "产出指标",
    "时效指标": "产出指标",
}
DEPARTMENTS = "医疗保障局 教育局 财政局 民政局 水利局 住房和城乡建设局 交通运输局 卫生健康委员会 农业农村局 公安局 司法局 文化广电和旅游局".split()
_SYLLABLES = "安平宁远清河长阳南北东西兴华永泰新丰临江海山石林泉德文武昌盛和顺福康明光景云川原"
_PROVINCES = "河南省 河北省 山东省 湖北省 湖南省 四川省 云南省 江苏省 安徽省 山西省 陕西省 广东省".split()
_WORDS = ("显著提升", "有效改善", "持续健全", "基本建立", "明显提高")
_INDICATORS_OF_PROJECT = 8


@dataclass(frozen=True)
class Size:
    """How much to make."""

    rows: int = 1_000_000
    names: int = 150_000
    cities: int = 300
    years: int = 5
    departments: int = 1
    """Documents of each city and year."""

    @property
    def documents(self) -> int:
        """How many documents the rows are spread over."""
        return self.cities * self.years * self.departments


def make_names(size: Size, seed: int) -> list[tuple[str, str, str]]:
    """Distinct `(name, unit, level2)`; the first are the ones that stand everywhere."""
    chooser = random.Random(seed)
    names: dict[str, tuple[str, str, str]] = {}
    while len(names) < size.names:
        measure, unit, level2 = chooser.choice(MEASURE)
        who = chooser.choice(WHO) if chooser.random() < 0.5 else ""
        step = chooser.choice(STEP) if chooser.random() < 0.7 else ""
        text = f"{who}{chooser.choice(WHAT)}{step}{measure}"
        if chooser.random() < 0.15:
            text += f"（{unit or '年度'}）"
        names[text] = (text, unit, level2)
    return list(names.values())


def make_cities(size: Size) -> list[tuple[str, str]]:
    """`(province, city)`, all distinct."""
    pairs = [f"{a}{b}市" for a in _SYLLABLES for b in _SYLLABLES if a != b]
    return [(_PROVINCES[number % len(_PROVINCES)], pairs[number * 5]) for number in range(size.cities)]


def make_documents(size: Size, seed: int) -> Iterator[dict[str, Any]]:
    """Parsed documents as `kpi.serial` values, one for each city, year and department."""
    names, cities = make_names(size, seed), make_cities(size)
    per_document, remainder = divmod(size.rows, size.documents)
    unused = iter(names)
    for number in range(size.documents):
        province, city = cities[number % size.cities]
        year = 2022 + number // size.cities % size.years
        chooser = random.Random(f"{seed}-{number}")
        rows = per_document + (number < remainder)
        fresh = [next(unused, None) for _ in range(len(names) // size.documents + 1)]
        chosen = [*(item for item in fresh if item), *_popular(names, rows, chooser)][:rows]
        chooser.shuffle(chosen)
        yield make_document(number, province, city, year, chosen, chooser)


def _popular(names: list[tuple[str, str, str]], count: int, chooser: random.Random) -> Iterator[tuple[str, str, str]]:
    for _ in range(count):
        # The square of a uniform number: early names are drawn far more often than late ones.
        yield names[int(len(names) * chooser.random() ** 4)]


def make_document(
    number: int, province: str, city: str, year: int, rows: list[tuple[str, str, str]], chooser: random.Random
) -> dict[str, Any]:
    """One parsed document with the given names."""
    department = f"{city}{chooser.choice(DEPARTMENTS)}"
    sha256 = hashlib.sha256(f"{number}-{city}-{year}-{len(rows)}".encode()).hexdigest()
    file = f"{city}{year}-{number}.pdf"
    common = {"province": province, "city": city, "county": "", "department": department, "year": year}
    records, projects = [], []
    project, amount, ids = "", 0, []
    for row, (name, unit, level2) in enumerate(rows, 1):
        if (row - 1) % _INDICATORS_OF_PROJECT == 0:
            project = f"{chooser.choice(WHAT)}{chooser.choice(STEP)}{chooser.choice(('补助资金', '工作经费', '专项', '项目'))}"
            project += chooser.choice(("", "", "（二期）", f"（{year}年）"))
            amount, ids = chooser.randrange(1, 5000) * 10_000, []
            projects.append(_project(common, sha256, file, project, amount, ids, row))
        record = dict(_EMPTY) | common | _target(unit, chooser)
        place = f"{sha256},{row // 25 + 1},1,{row},7"
        record |= {
            "id": hashlib.sha1(place.encode()).hexdigest()[:16], "document": file, "path": f"synthetic/{file}",
            "table": "项目绩效目标", "table_index": 1, "row": row, "column": 7, "page": row // 25 + 1,
            "boxes": [[row // 25 + 1, 400.0, 100.0 + row % 25 * 20, 480.0, 118.0 + row % 25 * 20]],
            "unit_code": str(300000 + number), "unit_name": department, "project_code": f"41{number:05d}{row:05d}",
            "project": project, "budget": f"{amount}.00", "level1": LEVEL1.get(level2, "效益指标"), "level2": level2, "name": name,
            "category": level2.removesuffix("指标").removeprefix("经济") if level2 == "经济成本指标" else level2.removesuffix("指标"),
        }  # fmt: skip
        ids.append(record["id"])
        records.append(record)
    body = {
        "path": f"synthetic/{file}", "name": file, "sha256": sha256, "format": "pdf", "title": f"{department}{year}年度部门预算",
        **common, "page_count": len(rows) // 25 + 1, "tables": [], "projects": projects, "units": [], "warnings": [],
        "suspect_pages": [], "passed_over": [],
    }  # fmt: skip
    return {"version": SERIAL_VERSION, "document": body, "indicators": records}


_DEFAULTS: dict[str, Any] = {"text": "", "flag": False, "list": [], "float": 1.0}
_EMPTY = {item.name: _DEFAULTS.get(item.type) for item in RECORD_FIELDS} | {"period": "年度"}


def _target(unit: str, chooser: random.Random) -> dict[str, Any]:
    if not unit:
        word = chooser.choice(_WORDS)
        return {"target": word, "kind": "qualitative"}
    comparator = chooser.choice("≥≥≥≤=")
    value = chooser.choice((80, 85, 90, 92, 95, 98, 100)) if unit == "%" else chooser.randrange(1, 2000)
    base, base_unit = (value * 10_000, "元") if unit == "万元" else (value, unit)
    return {
        "target": f"{comparator}{value}{unit}", "kind": "numeric", "comparator": comparator, "value": str(value), "unit": unit,
        "base_value": str(base), "base_unit": base_unit,
    }  # fmt: skip


def _project(
    common: dict[str, Any], sha256: str, file: str, name: str, amount: int, ids: list[str], row: int
) -> dict[str, Any]:
    source = {
        "document": file, "path": f"synthetic/{file}", "sha256": sha256, "table": "项目绩效目标", "table_index": 1, "row": row,
        "column": 0, "page": row // 25 + 1, "boxes": [],
    }  # fmt: skip
    return {
        "source": source, "code": "", "name": name, "unit_code": "", "unit_name": common["department"],
        "department": common["department"], "year": common["year"], "block": None, "budget": str(amount), "budget_printed": "",
        "funds": [], "goal": f"完成{name}年度任务", "goal_actual": "", "tasks": [], "period": "年度", "weight_total": None,
        "score_total": None, "execution": None, "indicator_ids": ids,
    }  # fmt: skip


def keep_parsed(layout: Layout, plain: dict[str, Any], parser: str) -> Entry:
    """Put a parsed document where `kpi ingest` would have put it; returns its entry."""
    body = plain["document"]
    data = gzip.compress(json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode(), 1, mtime=0)
    layout.objects.write(f"parsed/{parser}/{body['sha256']}/{RESULT}", data)
    return Entry(sha256=body["sha256"], path=body["path"], location=str(Path("/", body["path"])), parser=parser)
