"""Dates and periods that must be met (时限): days, months, quarters, years, recurring and contract-bound terms."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass, replace
from datetime import date

from kpi.targets.numerals import chinese_value

# Names under which a bare year or `1-12月` is a time limit and no figure (时效 indicators of all provinces).
TIME_NAME = re.compile(r"时效|时限|时间|日期|期限|工期|进度|时点|时节|及时|按期|按时")
# … and names that contain such a word but count something: 可支配月数, 响应时间（分钟）, 时间达标率.
_COUNTED_NAME = re.compile(r"月数|天数|年数|时长|次数|率$|个月|年限|\((?:分钟|小时|天|日|月|个月|年|工作日|秒)\)")

_CN = "〇零○一二三四五六七八九"
_N = "(?:[0-9]{1,2}|[元一二三四五六七八九十]{1,3})"
_Y = f"(?:(?:19|20)[0-9]{{2}}|[一二][{_CN}]{{3}})"
_BEFORE = "(?:之前|以前|前)"
_IS_BEFORE = re.compile(_BEFORE)
_WITH_MONTH = re.compile(f"{_N}月")
_PERIOD_END = re.compile("(?:半年|季度?)(?:末|底|内)?$")
_TAIL = "(?:底|末|份|初|上旬|中旬|下旬|中)"

_POINT = re.compile(
    rf"""
    (?:(?P<year>{_Y})(?:年度?|(?=[Qq][1-4]))|(?P<short>[2-4][0-9])年(?={_N}月|[底末内])|(?P<said>次年|翌年|明年|当年|本年度?|今年|上年|去年))?
    (?:
        (?P<month>{_N})月(?:份)?(?:(?P<day>{_N})(?:[日号]|(?=前|之前|以前|$))|(?P<part>{_TAIL}))?
      | 前(?P<quarters>[三二3])季度(?:末|底)?
      | (?:(?:第(?=[一二三四1-4]个?季)|(?=[一二三四1-4]季))(?P<quarter>[一二三四1-4])个?季(?:度|(?!度))|[Qq](?P<q>[1-4]))(?:末|底|内)?(?!(?!{_N}月)[0-9一二两三四五六七八九十次期场])
      | (?P<half>上|下)半年(?:末|底|内)?
      | (?P<whole>年底|年末|年终|年内|全年|底|末|终|内|度内|年度内)
    )?
    """,
    re.VERBOSE,
)
_DIGITS_DATE = re.compile(
    r"(?P<year>(?:19|20)[0-9]{2})(?:(?P<sep>[.\-/])(?P<month>1[0-2]|0?[1-9])(?:(?P=sep)(?P<day>3[01]|[12][0-9]|0?[1-9]))?"
    r"|(?P<month2>0[1-9]|1[0-2])(?P<day2>0[1-9]|[12][0-9]|3[01]))(?:[日号月](?:底|末|份)?)?(?![0-9]|\.[0-9])"
)
_MONTH_DAY = re.compile(
    r"(?P<month>1[0-2]|0?[1-9])(?P<sep>[./-])(?P<day>3[01]|[12][0-9]|0?[1-9])日?(?![0-9]|[./-][0-9])"
)
_BARE_YEAR = re.compile(rf"(?P<year>{_Y})(?![0-9.,%])")
_YEARS = re.compile(rf"{_Y}年?(?:-+|~|至|到)(?P<year>{_Y})(?:学年|年度?)?(?:底|末|内)?(?![0-9月.\-/])")
_MONTHS = re.compile(
    rf"(?:(?P<year>{_Y})年度?)?{_N}(?:月份?)?(?:-+|~|至|到)(?P<month>{_N})月份?(?P<part>{_TAIL})?(?!{_N}[日号])"
)
# 1-4季度, 第二至第四季度
_QUARTERS = re.compile(
    rf"(?:(?P<year>{_Y})年度?)?第?[一二三1-3](?:季度?)?(?:-+|~|至|到)第?(?P<quarter>[二三四2-4])季度?(?:末|底|内)?"
)
_EIGHT_MORE = re.compile(r"(?:-+|~|至|到)20[0-9]{6}(?![0-9])")
_TO = re.compile(r"(?:起)?(?:-+|~|至|到)")
# 6月30日24时前, 10月8日17:30前 (registration, reports)
_CLOCK = re.compile(
    r"(?<=[日号])(?:上午|下午|中午|晚上?|早上?|凌晨)?[0-9]{1,2}(?:[时点](?:整|[0-9]{1,2}分)?|:[0-5][0-9])"
)
_SUFFIX = re.compile(rf"\(?(?:含)?\)?(?P<bound>{_BEFORE}|之内|以内|内)?(?:\(含[^()]*\))?")

# 每月10日前, 次月15日前, 每季度末: no single day can be named.
_RECURRING = re.compile(
    rf"(?:每个?(?:年度?|半年|季度?|月|周[一二三四五六日末]?|旬|学期|学年)|次月|当月|下月|次周|下季度|次季度|逐月|当季|季后|月后)"
    rf"(?:(?:第?[一二三四1-4]季度)|{_N}月份?)?(?:(?:第?{_N}|最后一)个?(?:日|号|工作日|天|周|月))?(?P<tail>底|末|初|上旬|中旬|下旬|终)?(?:之前|以前|前|内|之内)?"
)
_RECURRING_END = re.compile(rf"(?:{_N}[日号]|最后一个?(?:日|天|工作日|周|月)|底|末|初|旬|终|前|内|{_N}月份?)$")
# 每日17时前, 每天8:30前
_DAILY = re.compile(
    rf"每(?:个?工作)?[日天](?:上午|下午|早|晚)?[0-9]{{1,2}}(?:[时点](?:整|半|[0-9]{{1,2}}分)?|:[0-5][0-9]){_BEFORE}"
)
# T+1日, T+3个工作日: days after a transaction (财政 国库, 公积金, 人社 待遇发放).
_AFTER_EVENT = re.compile(r"[TtDd]\+[0-9]{1,2}个?(?:工作日|日|天)?(?P<tail>之?内|之?前|以内|以前)?")
# The shape of a day that no calendar holds (13月45日, 2026.2.30): told, never guessed.
_DAY_SHAPE = re.compile(
    rf"(?:{_Y}年)?{_N}月份?{_N}[日号]|(?:19|20)[0-9]{{2}}(?P<sep>[./-])[0-9]{{1,2}}(?P=sep)[0-9]{{1,2}}(?![0-9])日?"
)
_MONTH_END = re.compile(r"(?:月|季度?)(?:底|末|初|中)(?:之前|以前|前)?")
_DAY_BEFORE = re.compile(rf"{_N}[日号]{_BEFORE}")

# Terms bound to a contract, a plan or an event (服务, 采购, 水利, 教育 tables): a deadline without a date.
_BOUND_TERM = re.compile(
    r"(?:在|于|按)?(?:[一-龥]{0,8}?)(?:(?:工期|期限|时限|周期)(?:之|以)?内[一-龥]{0,8}|(?:合同|协议|约定|规定|法定|计划|承诺|服务|建设|实施|有效|项目|工程|要求|限定|目标|任务|执行|施工|质保|评审|招标|批复|预定|既定)"
    r"[一-龥]{0,6}?(?:期限|时限|审限|限期|时间|工期|周期|年度|期|节点|时段)(?:要求|范围)?(?:之内|以内|内|之前|以前|前)[一-龥]{0,8})"
)
_AS_AGREED = re.compile(
    r"按照?(?:合同|协议|约定|规定|法定|计划|既定|要求|方案|批复|承诺)[一-龥]{0,6}?(?:工期|期限|时限|限期|时间节点|时间|节点)(?:要求|进度)?"
    r"(?:完成|完工|办结|交付|拨付|发放|支付|到位|竣工|落实|全部)*"
)
_EVENT = re.compile(
    r"(?:在|于)?(?:(?:19|20)[0-9]{2}年)?(?:[0-9]{1,2}月)?[一-龥]{0,6}?(?:春节|国庆节?|元旦|中秋节?|端午节?|清明节?|五一|十一|劳动节|节日|两节|汛期|主汛期|雨季|冬季|夏季|秋季|春季|供暖季?|采暖季?|供暖期|采暖期|防火期|"
    r"八一|七一|三八|六一|开学|毕业季?|学期|学年|春耕|秋收|三夏|高考|中考|考试|封冻|上冻|入冬|入汛|汛|台风季|旺季|会议|活动|节|换届|交付)"
    r"(?:召开|来临|到来|开始|结束|举办|开幕)?(?:之前|以前|前)[一-龥]{0,8}"
)
# Any season or stage whose end or beginning bounds the work: 休渔期结束前, 播种季前, 项目验收前, 系统上线前.
_STAGE = re.compile(
    r"(?:在|于)?[一-龥]{0,8}?(?:[一-龥]{1,4}[期季](?:来临|到来|开始|结束)?|结束|开始|来临|到来|启动|验收|竣工|完工|开工|投产|投用|投入使用|投入运营|交付|上线|结题|结项|开业|开馆|"
    r"取暖|供暖|供热|采暖|放假|招生|录取|播种|插秧|收割|越冬)(?:之前|以前|前)(?:完成|到位|完工|办结|交付|拨付|发放|建成|落实|全部|[一-龥]{2}完成)*"
)
_LAST_QUARTER_MONTH = {"一": 3, "二": 6, "三": 9, "四": 12, "1": 3, "2": 6, "3": 9, "4": 12}
_DECADE_END = {"初": 10, "上旬": 10, "中": 20, "中旬": 20}
_YEAR_SHIFT = {"次年": 1, "翌年": 1, "明年": 1, "上年": -1, "去年": -1}
# A month without a year is dated by the document; these are the printed years that make sense.
_LAST_MONTH = 12
# 26年12月底: two digits of a year of this century.
_CENTURY = 2000
# Where no year is known, 2月29日 may be a day.
_LEAP_YEAR = 2000


@dataclass(frozen=True, slots=True)
class Deadline:
    """A date or period that was read.

    Attributes:
        end: where it ends in the cleaned text.
        last_day: the last day that meets it, None where no year is known or the term recurs.
        firm: it is a date whatever the indicator's name; False for a month that may be a number of months.
        bound: it is closed by 前 or 内.
        recurring: 每月10日前, 次月15日前.
        bare_year: nothing but a year.
    """

    end: int
    last_day: date | None
    firm: bool = True
    bound: bool = False
    recurring: bool = False
    bare_year: bool = False


def names_time(name: str) -> bool:
    """Whether an indicator's cleaned name makes a bare year or month a time limit."""
    return TIME_NAME.search(name) is not None and _COUNTED_NAME.search(name) is None


def read_deadline(text: str, position: int, *, year: int | None, time_name: bool) -> Deadline | None:
    """Read a date, a range of dates or a recurring term at `position`; None where there is none."""
    recurring = after_event = None
    if not text[position].isdigit():
        recurring = _RECURRING.match(text, position)
        after_event = _AFTER_EVENT.match(text, position)
    if recurring is not None and _RECURRING_END.search(text, position, recurring.end()):
        return Deadline(recurring.end(), None, bound=recurring[0].endswith(("前", "内")), recurring=True)
    if after_event is None and text.startswith("每", position):
        after_event = _DAILY.match(text, position)
    if after_event is not None:
        return Deadline(after_event.end(), None, bound=True, recurring=True)
    first = _read_range(text, position, year, time_name) or _read_point(text, position, year, time_name)
    if first is None:
        loose = _MONTH_END.match(text, position) or _DAY_BEFORE.match(text, position)
        return Deadline(loose.end(), None, bound=True, recurring=True) if loose else None
    if _PERIOD_END.search(text, position, first.end) and _WITH_MONTH.match(text, first.end):
        # 上半年6月底前: the month says it more closely
        first = _read_point(text, first.end, first.last_day.year if first.last_day else year, time_name) or first
    joint = _TO.match(text, first.end)
    if joint is not None:
        start_year = first.last_day.year if first.last_day is not None else year
        second = _read_point(text, joint.end(), start_year, time_name=True)
        if second is not None:
            first = Deadline(second.end, second.last_day)
    elif text.startswith("起", first.end) and first.firm:
        return Deadline(first.end + 1, None)  # 2026年1月1日起: a beginning bounds nothing
    clock = _CLOCK.match(text, first.end)
    if clock is not None:
        first = replace(first, end=clock.end())
    suffix = _SUFFIX.match(text, first.end)
    if suffix is not None and suffix["bound"] is not None and (first.firm or suffix["bound"] in {"前", "之前", "以前"}):
        return Deadline(suffix.end(), first.last_day, bound=True, bare_year=first.bare_year)
    return first if first.firm or time_name else None


def impossible_day(text: str, position: int) -> int:
    """The end of what is printed as a day at `position`, where `read_deadline` found none; 0 where no day is printed."""
    shape = _DAY_SHAPE.match(text, position)
    return shape.end() if shape is not None else 0


def _read_range(text: str, position: int, year: int | None, time_name: bool) -> Deadline | None:
    years = _YEARS.match(text, position)
    if years is not None:
        return Deadline(years.end(), date(_number(years["year"]), 12, 31))
    months = _MONTHS.match(text, position)
    if months is None:
        quarters = _QUARTERS.match(text, position) if "季" in text else None
        if quarters is None:
            return None
        known = _number(quarters["year"]) if quarters["year"] else year
        return Deadline(quarters.end(), _month_end(known, _LAST_QUARTER_MONTH[quarters["quarter"]], None))
    month = _number(months["month"])
    if not 1 <= month <= _LAST_MONTH:
        return None
    printed = months["year"]
    both = _WITH_MONTH.match(text, position) is not None
    firm = bool(printed) or both or time_name or bool(months["part"])
    return Deadline(months.end(), _month_end(_number(printed) if printed else year, month, months["part"]), firm=firm)


def _read_point(text: str, position: int, year: int | None, time_name: bool) -> Deadline | None:
    digits = _DIGITS_DATE.match(text, position)
    if digits is not None and (
        not digits["month2"]
        or time_name
        or text[digits.end() : digits.end() + 1] == "前"
        or _EIGHT_MORE.match(text, digits.end())
        or _EIGHT_MORE.match(text, position - 1)
    ):
        day = digits["day"] or digits["day2"]
        found = _day(int(digits["year"]), int(digits["month"] or digits["month2"]), int(day) if day else None)
        if found is not None and (day or digits["sep"] != "-" or time_name or digits.end() == len(text)):
            return Deadline(digits.end(), found)
    point = _POINT.match(text, position)
    if point is not None and point.end() > position:
        return _resolve(point, year, time_name)
    month_day = _MONTH_DAY.match(text, position)
    if month_day is not None and (time_name or _IS_BEFORE.match(text, month_day.end())):
        if month_day["sep"] == "-" and not _IS_BEFORE.match(text, month_day.end()):
            return None
        return Deadline(month_day.end(), _day(year, int(month_day["month"]), int(month_day["day"])))
    bare = _BARE_YEAR.match(text, position) if time_name else None
    if bare is not None:
        return Deadline(bare.end(), date(_number(bare["year"]), 12, 31), bare_year=True)
    return None


def _resolve(point: re.Match[str], year: int | None, time_name: bool) -> Deadline | None:
    part = point.groupdict()
    said = part["said"]
    if part["year"]:
        year = _number(part["year"])
    elif part["short"]:
        year = _CENTURY + int(part["short"])
    elif said and year is not None:
        year += _YEAR_SHIFT.get(said, 0)
    dated = bool(part["year"] or part["short"])
    end = point.end()
    if part["month"]:
        return _resolve_month(part, end, year, firm=dated or bool(said) or time_name or point[0].endswith("份"))
    if part["quarter"] or part["q"]:
        return Deadline(end, _month_end(year, _LAST_QUARTER_MONTH[part["quarter"] or part["q"]], None))
    if part["quarters"]:
        return Deadline(end, _month_end(year, 9 if part["quarters"] in "三3" else 6, None))
    if part["half"]:
        return Deadline(end, _month_end(year, 6 if part["half"] == "上" else 12, None))
    whole = part["whole"] or ""
    alone = whole == "年度内" or whole.startswith(("年", "全"))
    if dated or alone or (said and (whole or time_name)):
        return Deadline(end, _month_end(year, 12, None), bound=whole.endswith("内"), bare_year=not whole)
    return None


def _resolve_month(part: dict[str, str], end: int, year: int | None, *, firm: bool) -> Deadline | None:
    month = _number(part["month"])
    if not 1 <= month <= _LAST_MONTH:
        return None
    if part["day"]:
        found = _day(year or _LEAP_YEAR, month, _number(part["day"]))
        if year is None:
            return Deadline(end, None) if found is not None else None
        return Deadline(end, found) if found is not None else None
    return Deadline(end, _month_end(year, month, part["part"]), firm=firm or bool(part["part"]))


def bound_term(text: str) -> bool:
    """Whether the whole text names a term without a date: 合同有效期内, 汛期前, 规定时限内完成."""
    plain = text.replace('"', "")
    return any(term.fullmatch(plain) is not None for term in (_BOUND_TERM, _AS_AGREED, _EVENT, _STAGE))


def _number(text: str) -> int:
    if text.isascii():
        return int(text)
    value = chinese_value(text.replace("元", "一"))
    return int(value) if value is not None else 0


def _day(year: int | None, month: int, day: int | None) -> date | None:
    if year is None or not 1 <= month <= _LAST_MONTH:
        return None
    last = calendar.monthrange(year, month)[1]
    if day is None:
        return date(year, month, last)
    return date(year, month, day) if 1 <= day <= last else None


def _month_end(year: int | None, month: int, part: str | None) -> date | None:
    return _day(year, month, _DECADE_END.get(part or ""))
