"""The words of units (计量单位) as data: families with their base, symbols, classifiers, denominators.

One entry a spelling. A measure's factor leads to its family's base unit; what has no conversion in the normal form
(倍, 分, 兆瓦 …) is its own base. Adding a unit is adding an entry here.
"""

from __future__ import annotations

from typing import NamedTuple


class Family(NamedTuple):
    """Units that are converted into one base unit: spelling → (factor, divisor)."""

    name: str
    base: str
    spellings: dict[str, tuple[str, int]]


MEASURES: tuple[Family, ...] = (
    # money: every cost indicator of every province; 角 in meal and heating subsidies
    Family("money", "元", {"元": ("1", 1), "块钱": ("1", 1), "元人民币": ("1", 1), "角": ("0.1", 1)}),
    # ratio: 成 in party and publicity work, ‰ in health and forest fire, ‱ in statistics
    Family("ratio", "%", {"%": ("1", 1), "百分比": ("1", 1), "‰": ("1", 10), "‱": ("1", 100), "成": ("10", 1)}),
    # cases per 100,000 people: mortality in health tables (孕产妇死亡率 12/10万); printed as a bare fraction
    Family("ratio", "%", {
        "/10万": ("1", 1000), "/十万": ("1", 1000), "/100000": ("1", 1000), "/万": ("1", 100), "/千": ("1", 10),
    }),
    Family("points", "百分点", {"百分点": ("1", 1), "个百分点": ("1", 1)}),
    Family("duration", "分钟", {
        "分钟": ("1", 1), "小时": ("60", 1), "秒": ("1", 60), "秒钟": ("1", 60), "毫秒": ("1", 60000),
        "钟头": ("60", 1), "刻钟": ("15", 1),
    }),
    Family("days", "天", {
        "天": ("1", 1), "日": ("1", 1), "周": ("7", 1), "星期": ("7", 1), "礼拜": ("7", 1), "旬": ("10", 1),
        "自然日": ("1", 1), "日历天": ("1", 1), "日历日": ("1", 1), "昼夜": ("1", 1),
    }),
    Family("working_days", "工作日", {"工作日": ("1", 1), "法定工作日": ("1", 1)}),
    Family("months", "个月", {"个月": ("1", 1), "月": ("1", 1)}),
    # 医保年度, 会计年度: the fund year of social insurance
    Family("years", "年", {
        "年": ("1", 1), "周年": ("1", 1), "年度": ("1", 1), "个年度": ("1", 1), "医保年度": ("1", 1), "会计年度": ("1", 1),
        "预算年度": ("1", 1), "财政年度": ("1", 1), "自然年度": ("1", 1), "自然年": ("1", 1),
    }),
    Family("length", "米", {
        "米": ("1", 1), "公里": ("1000", 1), "千米": ("1000", 1), "厘米": ("0.01", 1), "毫米": ("0.001", 1),
        "分米": ("0.1", 1), "延米": ("1", 1), "延长米": ("1", 1), "海里": ("1852", 1), "微米": ("0.000001", 1),
    }),
    Family("area", "平方米", {
        "平方米": ("1", 1), "平米": ("1", 1), "平方": ("1", 1), "公顷": ("10000", 1), "平方公里": ("1000000", 1),
        "平方千米": ("1000000", 1), "平方厘米": ("0.0001", 1),
    }),
    Family("mu", "亩", {"亩": ("1", 1)}),
    Family("volume", "立方米", {
        "立方米": ("1", 1), "立方": ("1", 1), "方": ("1", 1), "升": ("0.001", 1), "公升": ("0.001", 1),
        "毫升": ("0.000001", 1), "标方": ("1", 1), "标立方米": ("1", 1),
    }),
    # 斤 in grain and vegetable figures of agriculture
    Family("weight", "吨", {
        "吨": ("1", 1), "公吨": ("1", 1), "千克": ("0.001", 1), "公斤": ("0.001", 1), "斤": ("0.0005", 1),
        "市斤": ("0.0005", 1), "克": ("0.000001", 1),
    }),
    Family("energy", "千瓦时", {"千瓦时": ("1", 1), "度": ("1", 1), "度电": ("1", 1), "兆瓦时": ("1000", 1), "吉瓦时": ("1000000", 1)}),
    Family("power", "千瓦", {"千瓦": ("1", 1), "兆瓦": ("1000", 1), "吉瓦": ("1000000", 1), "瓦": ("0.001", 1)}),
)  # fmt: skip

# Measures that stay as printed: spelling → family. Weights of pollutants are only met as concentrations (环境 tables),
# where tonnes would be unreadable.
OWN_BASE: dict[str, str] = {
    "毫克": "trace_weight", "微克": "trace_weight", "纳克": "trace_weight",
    "吨标准煤": "coal_equivalent", "吨标煤": "coal_equivalent", "千克标准煤": "coal_equivalent", "克标准煤": "coal_equivalent",
    "岁": "age", "周岁": "age", "倍": "multiple", "比": "proportion", "分": "score", "学分": "score", "积分": "score", "星": "stars",
    "KB": "data", "MB": "data", "GB": "data", "TB": "data", "PB": "data", "字节": "data",
    "Mbps": "data_rate", "Gbps": "data_rate", "Kbps": "data_rate", "兆": "data_rate", "QPS": "data_rate", "TPS": "data_rate", "IOPS": "data_rate", "并发": "data_rate", "dpi": "image", "DPI": "image", "M": "data_rate", "MB/s": "data_rate",
    "℃": "temperature", "摄氏度": "temperature", "分贝": "sound", "毫摩尔": "substance", "摩尔": "substance", "千伏": "voltage", "伏": "voltage", "千伏安": "power",
    "兆帕": "pressure", "千帕": "pressure", "帕": "pressure", "赫兹": "frequency", "勒克斯": "light", "ppm": "trace_weight",
    "吉焦": "heat", "焦耳": "heat", "千焦": "heat", "安培": "current", "像素": "image", "万像素": "image", "马力": "power",
    "美元": "foreign_money", "欧元": "foreign_money", "港元": "foreign_money", "港币": "foreign_money",
    "日元": "foreign_money", "英镑": "foreign_money", "人均元": "money",
}  # fmt: skip

# Latin symbols → the Chinese spelling that the normal form prints. Case as met; folding has made m² into m2.
SYMBOLS: dict[str, str] = {
    "m2": "平方米", "M2": "平方米", "m^2": "平方米", "km2": "平方公里", "KM2": "平方公里", "km^2": "平方公里", "hm2": "公顷",
    "ha": "公顷", "cm2": "平方厘米", "m3": "立方米", "M3": "立方米", "m^3": "立方米", "Nm3": "标立方米",
    "km": "公里", "KM": "公里", "Km": "公里", "m": "米", "cm": "厘米", "CM": "厘米", "mm": "毫米", "MM": "毫米", "μm": "微米",
    "kg": "千克", "KG": "千克", "Kg": "千克", "g": "克", "t": "吨", "T": "吨", "mg": "毫克", "μg": "微克", "ug": "微克", "ng": "纳克",
    "L": "升", "l": "升", "mL": "毫升", "ml": "毫升", "ML": "毫升",
    "h": "小时", "H": "小时", "hour": "小时", "hours": "小时", "min": "分钟", "mins": "分钟", "s": "秒", "S": "秒", "ms": "毫秒",
    "d": "天",
    "kWh": "千瓦时", "KWh": "千瓦时", "kwh": "千瓦时", "KWH": "千瓦时", "kW·h": "千瓦时", "MWh": "兆瓦时", "GWh": "吉瓦时", "kW": "千瓦",
    "KW": "千瓦", "kw": "千瓦", "MW": "兆瓦", "GW": "吉瓦", "W": "瓦", "kV": "千伏", "KV": "千伏", "kv": "千伏", "V": "伏",
    "kVA": "千伏安", "KVA": "千伏安", "MPa": "兆帕", "kPa": "千帕", "Pa": "帕", "Hz": "赫兹", "GJ": "吉焦", "kJ": "千焦",
    "lx": "勒克斯", "lux": "勒克斯", "dB": "分贝", "db": "分贝", "DB": "分贝", "dB(A)": "分贝", "°C": "℃",
    "tce": "吨标准煤", "kgce": "千克标准煤", "mmol": "毫摩尔", "mol": "摩尔", "gce": "克标准煤", "PPM": "ppm", "G": "GB", "Mb/s": "Mbps", "mbps": "Mbps", "MBPS": "Mbps", "Mbit/s": "Mbps",
    "Gb/s": "Gbps", "gbps": "Gbps", "kb": "KB", "mb": "MB", "gb": "GB", "tb": "TB", "pb": "PB", "RMB": "元",
}  # fmt: skip

# Classifiers and things that are counted (量词), each its own base. Grouped by where most of them were met.
_COUNTED = (
    # people and households: all departments
    "人 名 位 位次 户 口 人次 户次 人天 人日 人月 人年 人口 生 师 对 家 家次 户数 人份 名次 "
    # events and documents: offices, party, publicity
    "次 场 场次 期 批 批次 轮 届 回 份 篇 本 册 册次 页 张 封 条 件 件次 项 项次 款 则 类 种 样 例 起 宗 桩 卷 案 部 集 首 幅 档 章 版 稿 "
    "期次 班次 频次 遍 趟 步 单 票 笔 组 队 支 伙 "
    # facilities and equipment: housing, roads, water, police
    "个 只 套 台 辆 座 处 栋 幢 间 所 架 艘 台套 台次 台件 辆次 架次 座次 车次 车 船 床 张次 根 块 片 盏 盘 面 枚 把 扇 道 条次 孔 眼 井 "
    "口井 门 段 标段 站 点 点位 站点 泊位 机位 床位 学位 席 席位 工位 车位 班 课 节 节次 课时 学时 课次 学年 学期 学科 "
    "季度 季 级 等级 档次 层 层次 路 线 线路 回路 环 圈 箱 包 袋 瓶 桶 罐 盒 捆 筐 剂次 剂 针 针次 支次 粒 片次 疗程 "
    # land and living things: agriculture, forestry
    "头 匹 羽 株 棵 尾 丛 穗 茬 季次 亩次 头次 羽次 头份 公里次 栏 窝 箱次 苗 垄 "
    # administrative and other bodies
    "村 社区 乡镇 乡 镇 县 市 区 街道 校 院 馆 厂 店 企 园 机构 单位 部门 组次 平台 系统 基地 "
    # shares of shifts and labour
    "人公里 吨公里 车公里 座公里 列公里 人·次 工日 工时 台班 台时 班组 机时 标箱 TEU 帧 字 万字节 集次 条款 人·天 元·人"
)
COUNTERS: tuple[str, ...] = tuple(_COUNTED.split())

# Words that stand after / or 每 in a rate and are no unit elsewhere: 元/生·年 (education), 人/校, 次/标的.
DENOMINATORS: dict[str, str] = {
    "m2": "平方米", "h": "小时", "d": "天", "km": "公里", "m3": "立方米", "m": "米",
    "L": "升", "l": "升", "kg": "千克", "t": "吨", "a": "年", "s": "秒", "min": "分钟", "个月": "月", "学员": "学员",
    "个季度": "季度", "个学期": "学期", "个工作日": "工作日", "个小时": "小时", "y": "年", "月": "月", "半年": "半年", "半月": "半月", "半个月": "半月", "半天": "半天", "全年": "年", "每年": "年", "ha": "公顷",
    "hm2": "公顷", "km2": "平方公里", "床日": "床日", "人口": "人口", "住户": "住户", "村民": "村民", "生源": "生源", "人天": "人天",
}  # fmt: skip

# Denominators with one base spelling.
BASE_DENOMINATORS: dict[str, str] = {"平米": "平方米", "平方": "平方米", "季": "季度", "个月": "月"}

# Denominators of time: in a base unit they follow the others (元/月·人 = 元/人·月).
# One-character denominators that a following word does not lengthen: 每人培训3次 is per 人, 元/床日 is per 床日.
CLOSED_DENOMINATORS = frozenset(
    "人名户亩年月日天周次季头只台辆度吨套件个篇场期例元羽株升米班校村县乡镇生师店车企所家项处座份"
)

_TIMES = "年 半年 半月 半天 学年 学期 季度 季 月 旬 周 星期 天 日 工作日 小时 分钟 秒 年度 次 期"
TIME_DENOMINATORS = frozenset(_TIMES.split())

# Measure words before which a classifier 个 is only a filler (3个工作日); 个月 keeps it because 月 may be a date.
_AFTER_GE = (
    "工作日 法定工作日 自然日 日历天 日历日 小时 百分点 学时 课时 学期 学年 季度 星期 礼拜 年度 医保年度 会计年度 预算年度 财政年度 "
    "自然年度 钟头 学分 标段 批次 场次 点位 工时 台班 疗程 位次 泊位 床位 学位 席位 车位 机位 工位 站点 人次 班次 标箱 等级 层次"
)
FILLED_BY_GE = frozenset(_AFTER_GE.split())

SCALES: dict[str, int] = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
"""Scale words that stand before a unit and multiply: 百万元 = 100 × 10,000 元."""
