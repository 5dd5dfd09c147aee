"""The layouts that are supported (版式): what names each, where it was seen, and a small example.

A new layout is one entry here, its words in `headers.py`, and nothing else where its columns have known roles: the test
reads every example back, and docs/layouts.md is made from this list.
"""

from __future__ import annotations

from dataclasses import dataclass

Rows = tuple[tuple[str, ...], ...]
LEFT = "<"
"""In an example: the cell to the left covers this place too."""
ABOVE = "^"
"""In an example: the cell above covers this place too."""


@dataclass(frozen=True, slots=True)
class LayoutDefinition:
    """One supported layout."""

    id: str
    title: str
    seen: str
    """Provinces and kinds of documents."""
    special: str
    """What sets it apart, in English."""
    requires: frozenset[str]
    """Features that a header must have (roles of columns; `groups`, `periods`, `levels`); the first entry that fits names it."""
    example: Rows
    """Header and data rows; `LEFT` and `ABOVE` mark merged cells."""
    expected: Rows
    """What the example must give: period, level1, level2, name, target of each indicator."""


LAYOUTS: tuple[LayoutDefinition, ...] = (
    LayoutDefinition(
        "wide", "汇总宽表", "河南各市项目绩效目标汇总表",
        "The n-th indicator of each group shares the n-th row of a project; code, name and amounts are merged over its rows; unit "
        "rows with sub-totals stand between projects.",
        frozenset({"groups"}),
        (
            ("项目编码", "项目名称", "项目金额（万元）", "绩效目标", LEFT, LEFT, LEFT),
            (ABOVE, ABOVE, ABOVE, "产出指标", LEFT, "满意度指标", LEFT),
            (ABOVE, ABOVE, ABOVE, "三级指标", "指标值", "三级指标", "指标值"),
            ("410800260000000049606", "教师培训", "10.00", "培训人数", "≥100人", "教师满意度", "≥90%"),
            (ABOVE, ABOVE, ABOVE, "培训期数", "≥3期", "", ""),
        ),
        (
            ("年度", "产出指标", "", "培训人数", "≥100人"),
            ("年度", "满意度指标", "", "教师满意度", "≥90%"),
            ("年度", "产出指标", "", "培训期数", "≥3期"),
        ),
    ),
    LayoutDefinition(
        "two_halves", "左右两期", "山西、安徽；中央专项申报表",
        "Two periods in one row: 实施期 on the left, 年度 on the right; both are extracted. One name with two 指标值 columns works too.",
        frozenset({"periods"}),
        (
            ("一级指标", "实施期绩效指标", LEFT, LEFT, "年度绩效指标", LEFT, LEFT),
            (ABOVE, "二级指标", "三级指标", "指标值", "二级指标", "三级指标", "指标值"),
            ("产出指标", "数量指标", "建设校舍面积", "≥9000平方米", "数量指标", "建设校舍面积", "≥3000平方米"),
        ),
        (
            ("实施期", "产出指标", "数量指标", "建设校舍面积", "≥9000平方米"),
            ("年度", "产出指标", "数量指标", "建设校舍面积", "≥3000平方米"),
        ),
    ),
    LayoutDefinition(
        "self_evaluation", "自评表", "中央模板、各省项目和整体自评",
        "实际完成值, 分值 and 得分 beside the target; a 总分 row below; often vertical text in 一级 and `指标1：` prefixes.",
        frozenset({"actual"}),
        (
            ("一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因分析及改进措施"),
            ("产出指标", "数量指标", "指标1：培训人数", "≥100人", "120人", "10", "10", ""),
        ),
        (("年度", "产出指标", "数量指标", "培训人数", "≥100人"),),
    ),
    LayoutDefinition(
        "half_year", "半年与全年", "江苏",
        "The half-year value goes to `half_target`, the full-year value is the target.",
        frozenset({"half_target"}),
        (
            ("一级指标", "二级指标", "三级指标", "半年（程）目标值", "全年（程）目标值"),
            ("产出指标", "数量指标", "培训人数", "≥50人", "≥100人"),
        ),
        (("年度", "产出指标", "数量指标", "培训人数", "≥100人"),),
    ),
    LayoutDefinition(
        "grades", "分档表", "河北旧版",
        "Four columns 优 良 中 差: 优 is the target, the others are kept in `basis`.",
        frozenset({"grade_best"}),
        (
            ("一级指标", "二级指标", "绩效指标", "绩效指标描述", "优", "良", "中", "差"),
            ("产出指标", "数量指标", "培训人数", "参加培训的人数", "≥100人", "≥90人", "≥80人", "＜80人"),
        ),
        (("年度", "产出指标", "数量指标", "培训人数", "≥100人"),),
    ),
    LayoutDefinition(
        "several_years", "多年对照", "湖北",
        "Figures of earlier years stand beside the target; they are kept in `basis`.",
        frozenset({"history"}),
        (
            ("一级指标", "二级指标", "三级指标", "指标值", LEFT, LEFT),
            (ABOVE, ABOVE, ABOVE, "前年", "上年", "预计当年实现"),
            ("产出指标", "数量指标", "培训人数", "80人", "90人", "≥100人"),
        ),
        (("年度", "产出指标", "数量指标", "培训人数", "≥100人"),),
    ),
    LayoutDefinition(
        "split_value", "拆分值", "四川、重庆、云南",
        "Comparator, value and unit in columns of their own, in any order; a 定性 value is words. With levels on rows of their own "
        "this is the outline table of 云南 05-2.",
        frozenset({"comparator"}),
        (
            ("项目名称", "一级指标", "二级指标", "三级指标", "指标性质", "指标值", "度量单位", "权重", "指标方向性"),
            ("教师培训", "产出指标", "数量指标", "培训人数", "≥", "100", "人", "20", "正向指标"),
            (ABOVE, "效益指标", "社会效益指标", "教学水平", "定性", "有所提高", "", "20", "正向指标"),
        ),
        (
            ("年度", "产出指标", "数量指标", "培训人数", "≥100人"),
            ("年度", "效益指标", "社会效益指标", "教学水平", "有所提高"),
        ),
    ),
    LayoutDefinition(
        "typed", "定量定性", "湖南",
        "A column says 定量 or 定性; explanations and scoring rules beside the target; mostly web pages.",
        frozenset({"value_type"}),
        (
            ("一级指标", "二级指标", "三级指标", "指标值类型", "指标值", "计量单位", "指标解释", "评（扣）分标准"),
            ("产出指标", "数量指标", "培训人数", "定量", "100", "人", "参加培训的人数", "少1人扣1分"),
        ),
        (("年度", "产出指标", "数量指标", "培训人数", "100人"),),
    ),
    LayoutDefinition(
        "unit_column", "单列单位", "各省",
        "The unit stands in its own column behind the value.",
        frozenset({"unit_of_measure"}),
        (
            ("一级指标", "二级指标", "三级指标", "指标值", "计量单位"),
            ("产出指标", "数量指标", "培训人数", "≥100", "人"),
        ),
        (("年度", "产出指标", "数量指标", "培训人数", "≥100人"),),
    ),
    LayoutDefinition(
        "levels", "三级指标表", "各省项目和整体绩效目标表",
        "One row an indicator; 一级 and 二级 merged or left blank below; under the block of a project or of the department.",
        frozenset({"levels"}),
        (
            ("一级指标", "二级指标", "三级指标", "绩效指标描述", "指标值", "指标值确定依据"),
            ("产出指标", "数量指标", "培训人数", "参加培训的人数", "≥100人", "工作计划"),
            (ABOVE, "质量指标", "培训合格率", "", "≥95%", ""),
        ),
        (
            ("年度", "产出指标", "数量指标", "培训人数", "≥100人"),
            ("年度", "产出指标", "质量指标", "培训合格率", "≥95%"),
        ),
    ),
    LayoutDefinition(
        "scored", "评分指标表", "各省绩效评价报告附表；财预〔2020〕10号指标体系框架",
        "No 指标值: what an evaluation scores (分值, 得分, 评分标准), or the framework with 指标解释 alone; the target is missing.",
        frozenset({"untargeted"}),
        (
            ("一级指标", "分值", "二级指标", "分值", "三级指标", "分值", "评分标准", "得分"),
            ("过程", "20", "资金管理", "20", "资金到位率", "10", "到位率100%得满分", "10"),
            (ABOVE, ABOVE, ABOVE, ABOVE, "预算执行率", "10", "执行率×10", "9.5"),
        ),
        (
            ("年度", "过程", "资金管理", "资金到位率", ""),
            ("年度", "过程", "资金管理", "预算执行率", ""),
        ),
    ),
    LayoutDefinition(
        "crosswise", "横排指标", "各省转移支付区域绩效目标分解表；衔接资金、涉农资金项目表",
        "Levels stand over the columns, a county or a project in each row. The header names the indicators, or each cell holds "
        "name and value in one (硬化产业路≥3.2公里).",
        frozenset({"crosswise"}),
        (
            ("项目名称", "资金规模（万元）", "产出指标", LEFT, "效益指标"),
            (ABOVE, ABOVE, "数量指标", "质量指标", "社会效益指标"),
            ("产业路硬化", "160.00", "硬化道路≥3.2公里", "验收合格率100%", "受益户数≥86户"),
        ),
        (
            ("年度", "产出指标", "数量指标", "硬化道路", "≥3.2公里"),
            ("年度", "产出指标", "质量指标", "验收合格率", "100%"),
            ("年度", "效益指标", "社会效益指标", "受益户数", "≥86户"),
        ),
    ),
    LayoutDefinition(
        "list", "指标清单", "各县",
        "No level columns: levels stand on rows of their own or not at all; taken only where 绩效 is printed above it.",
        frozenset(),
        (
            ("指标名称", "指标值"),
            ("产出指标", LEFT),
            ("培训人数", "≥100人"),
        ),
        (("年度", "产出指标", "", "培训人数", "≥100人"),),
    ),
)  # fmt: skip
