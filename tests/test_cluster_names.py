"""One name: normalising, head, words, vetoes and the score of a pair."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kpi.cluster import explain, load_vocabulary, normalise_name, parse_name
from kpi.errors import BadInput

PARTS = st.sampled_from(
    [
        "参保",
        "人员",
        "群众",
        "对",
        "的",
        "医保",
        "服务",
        "满意度",
        "2026年",
        "全市",
        "新增",
        "新建",
        "污水",
        "管网",
        "长度",
        "（公里）",
        "指标1：",
        "≥90%",
        "率",
        "数量",
        "培训",
        "人次",
        "（人）",
        "PM2.5",
        "-",
        "，",
        "小学",
        "农村",
    ]
)
NAMES = st.one_of(st.lists(PARTS, min_size=1, max_size=7).map("".join), st.text(max_size=12))


@pytest.mark.parametrize(
    ("printed", "normal"),
    [
        pytest.param("参保人员对医保服务满意度%", "参保人员医保服务满意度", id="percent sign after the name (焦作)"),
        pytest.param("参保人员对医保服务的满意度", "参保人员医保服务满意度", id="的 and 对 (洛阳)"),
        pytest.param(
            "医保信息系统运行维护响应时间（分钟）", "医保信息系统运行维护响应时间", id="unit in brackets (许昌)"
        ),
        pytest.param("基本医保参保人数(万人)", "基本医保参保人数", id="unit with 万"),
        pytest.param("公众满意度（≥90%）", "公众满意度", id="target in brackets"),
        pytest.param("指标1：救助对象满意度", "救助对象满意度", id="label of the template"),
        pytest.param("（2）培训人次", "培训人次", id="list number"),
        pytest.param("提前下达2026年中央财政补助资金", "提前下达中央财政补助资金", id="year"),
        pytest.param("2024-2026年高标准农田建设面积", "高标准农田建设面积", id="years from to"),
        pytest.param("全市用水总量", "用水总量", id="全市"),
        pytest.param("河南省焦作市参保人数", "参保人数", id="province and city"),
        pytest.param("城市区域面积", "城市区域面积", id="市 inside ordinary words stays"),
        pytest.param("“三公经费”控制率", "三公经费控制率", id="quotation marks"),
        pytest.param("购置设备数（台/套）", "购置设备数", id="two units"),
        pytest.param("受助对象数量", "受助对象数量", id="对 inside a word stays"),
        pytest.param("应对气候变化培训人次", "应气候变化培训人次", id="对 after a character goes, on all names alike"),
        pytest.param("5G基站建设数量", "5g基站建设数量", id="figures in the name stay"),
        pytest.param("补助标准2000元", "补助标准2000元", id="an amount is no year"),
        pytest.param("%", "%", id="nothing would be left"),
        pytest.param("", "", id="empty"),
    ],
)
def test_normal_form(printed: str, normal: str) -> None:
    assert normalise_name(printed) == normal


@example("-对参保")
@example("-全市参保")
@settings(deadline=None)
@given(NAMES)
def test_normalising_twice_is_normalising_once(name: str) -> None:
    once = normalise_name(name)
    assert normalise_name(once) == once


@pytest.mark.parametrize(
    ("name", "head", "family"),
    [
        ("参保群众满意度", "满意度", "满意"),
        ("群众对医保政策的知晓程度", "知晓程度", "知晓"),
        ("生产安全事故死亡人数下降", "下降", "状态/率"),
        ("新增市场主体数量（户）", "数量", "数量/户"),
        ("河道清淤疏浚里程", "里程", "长度"),
        ("全市用水总量控制", "总量", "数量"),
        ("工资发放及时率", "率", "状态/率"),
        ("持续完善医保支付管理", "", "状态/句"),
        ("农村低保标准", "标准", "标准"),
        ("项目预算控制数", "预算控制数", "成本"),
        pytest.param("拆除违法建筑面积", "面积", "面积", id="a head cuts no long word"),
        pytest.param("残疾人数", "人数", "数量/人", id="but shares a character with a short one"),
        pytest.param("增殖放流苗种数量（万尾）", "数量", "数量", id="a scaled unit that no list holds"),
        pytest.param("节约能源数量（万吨标准煤）", "数量", "数量", id="a measure without heads of its own"),
        pytest.param("绿化数量（万平方千米）", "数量", "面积", id="a scaled unit of area"),
    ],
)
def test_head(name: str, head: str, family: str) -> None:
    form = parse_name(name)
    assert (form.head, form.tags.family) == (head, family)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("小学生均公用经费标准", "初中生均公用经费标准"),
        ("城市低保标准", "农村低保标准"),
        ("新增灌溉面积", "灌溉面积"),
        ("食品抽检批次", "食品抽检合格率"),
        ("学生满意度", "教师满意度"),
        ("工资发放及时率", "工资发放覆盖率"),
        ("死亡人数", "死亡人数下降率"),
        ("外贸进出口总额增速", "外贸出口总额增速"),
        ("24小时晴雨预报准确率", "48小时晴雨预报准确率"),
        ("校舍维修面积", "校舍新建面积"),
        ("公务接待总成本", "项目总成本"),
        ("以常住人口计算的参保率", "以户籍人口计算的参保率"),
        ("人均成本", "总成本"),
        ("参保职工住院人数", "参保职工住院天数"),
        ("药品不良反应报告数", "每百万人口药品不良反应报告数"),
        ("严重精神障碍患者管理率", "严重精神障碍患者规律服药率"),
        ("园区新入驻企业个数", "园区入驻企业个数"),
        pytest.param("上半年巡查次数", "全年巡查次数", id="half a year"),
        pytest.param("A类低保对象人数", "低保对象人数", id="a class beside none"),
        pytest.param("学前一年毛入园率", "学前三年毛入园率", id="years in words"),
        pytest.param("养老床位总数", "每千名老人养老床位数", id="a number beside a ratio"),
        pytest.param("教师培训人次", "骨干教师培训人次", id="a narrower circle"),
        pytest.param("刑事案件破案率", "刑事案件发案率", id="stages told by one word"),
        pytest.param("防汛物资种类", "防汛物资数量", id="kinds and pieces"),
        pytest.param("任务完成率", "项目按时完成率", id="a task of nothing named"),
        pytest.param("及时发放补助资金", "补助资金发放准确率", id="a sentence states another aspect"),
    ],
)
def test_differences_are_told(a: str, b: str) -> None:
    told = explain(a, b)
    assert told.vetoes
    assert not told.alike


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("参保群众满意度", "参保对象满意率"),
        ("医保信息系统正常运行率", "医保信息系统正常运转率"),
        ("项目成本", "预算资金控制数"),
        ("河道清淤长度", "清淤河道里程（公里）"),
        ("培训退役军人数量", "退役军人培训人数"),
        ("危房改造户数", "完成农村危房改造数量（户）"),
        pytest.param("完成适老化改造户数", "老年人家庭适老化改造数量（户）", id="适老化 says 老年人"),
        pytest.param("高龄津贴发放人数", "高龄老年人补贴人数", id="高龄 says 老年人"),
        pytest.param("拆除违法建筑面积", "违建拆除面积", id="违法建筑 before 面积"),
        pytest.param("新建高标准农田亩数", "建成高标准农田面积", id="建成 is as good as 新建"),
        pytest.param("农村公路养护里程", "养护农村公路里程数", id="a length counted once more"),
        pytest.param("检查单位家数（消防）", "消防检查单位数量", id="a note at the end"),
        pytest.param("补助资金及时发放", "补助资金发放及时率", id="a sentence that states its aspect"),
        pytest.param("及时发放补助资金", "补助资金发放及时率", id="a sentence that ends in money"),
        pytest.param("完成危桥改造", "危桥改造座数", id="a sentence of what is made"),
        pytest.param("义务教育巩固率", "义务教育巩固程度", id="rate and degree of one word"),
        pytest.param("基层治理能力提升", "基层治理能力显著增强", id="endings with adverbs"),
        pytest.param("参训人员满意度", "培训学员满意度", id="one word for who answers"),
        pytest.param("景区游客满意度", "游客对景区的满意度", id="what goes with who answers"),
        pytest.param("受益群众满意度", "服务对象满意度", id="who benefits is served"),
        pytest.param("任务完成及时率", "工作任务按时完成率", id="a task beside another aspect"),
        pytest.param("森林抚育任务完成率", "森林抚育完成率", id="the task of a named thing"),
        pytest.param("农产品抽检合格率", "农产品监测合格率", id="ways to test, of what passes"),
        pytest.param("新建标准化养殖场数", "标准化养殖场建设个数", id="场 of a word is no counter"),
        pytest.param("公共场所检查户数", "公共场所检查家数", id="firms by 户 and by 家"),
        pytest.param("审计整改率", "审计查出问题整改率", id="an action that says of what it is"),
    ],
)
def test_wordings_of_one_thing(a: str, b: str) -> None:
    assert explain(a, b).alike


@settings(deadline=None)
@given(NAMES, NAMES)
def test_a_pair_is_judged_alike_from_both_sides(a: str, b: str) -> None:
    one, other = explain(a, b), explain(b, a)
    assert one.score == pytest.approx(other.score, abs=1e-12)
    assert 0 <= one.score <= 1
    assert [veto.what for veto in one.vetoes] == [veto.what for veto in other.vetoes]
    assert (one.only_a, one.only_b) == (other.only_b, other.only_a)


@settings(deadline=None)
@given(NAMES)
def test_a_name_is_like_itself(name: str) -> None:
    told = explain(name, name)
    assert told.alike
    assert not told.vetoes
    assert told.score == 1


def test_a_user_adds_words(tmp_path: Path) -> None:
    a, b = "云桌面终端购置数量", "瘦客户机购置数量"
    assert not explain(a, b).alike
    path = tmp_path / "own.toml"
    path.write_text('[synonyms]\n"云桌面终端" = ["瘦客户机"]\n', encoding="utf-8")
    assert explain(a, b, vocabulary=load_vocabulary([path])).alike
    assert not explain(a, b).alike


def test_a_word_that_tests_keeps_what_is_tested() -> None:
    assert not explain("食品抽检合格率", "药品抽检合格率").alike


def test_lists_that_share_a_canonical_word_are_one_class(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text('[synonyms]\n"桌面云" = ["云终端"]\n"云终端" = ["瘦客户机"]\n', encoding="utf-8")
    words = load_vocabulary([path])
    assert explain("桌面云购置数量", "瘦客户机购置数量", vocabulary=words).alike


def test_a_user_says_who_answers(tmp_path: Path) -> None:
    a, b = "绿码持有者满意度", "持证商贩满意度"
    assert not explain(a, b).alike
    path = tmp_path / "own.toml"
    path.write_text('[respondents]\n"持证商贩" = ["绿码持有者"]\n', encoding="utf-8")
    assert explain(a, b, vocabulary=load_vocabulary([path])).alike


@pytest.mark.parametrize("name", ["服务能力显著提升", "检查单位家数（消防）", "景区游客满意度", "及时发放补助资金"])
def test_reading_a_name_changes_no_normal_form(name: str) -> None:
    assert parse_name(name).normal == normalise_name(name)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param("synonyms = ", "不是 TOML", id="no TOML"),
        pytest.param('[words2]\na = ["b"]\n', "未知的部分", id="unknown section"),
        pytest.param('[synonyms]\na = "b"\n', "词的列表", id="no list"),
        pytest.param('heads = ["b"]\n', "应为表", id="no table"),
    ],
)
def test_a_wrong_vocabulary_is_refused(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadInput, match=said):
        load_vocabulary([path])


def test_a_missing_vocabulary_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"none\.toml"):
        load_vocabulary([tmp_path / "none.toml"])
