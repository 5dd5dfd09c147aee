"""Who published a document for which year (部门, 年度), from its title lines and the titles of its tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from kpi.text import fold, squeeze, usual_characters

_CHINESE_DIGITS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_YEAR = re.compile(r"(20\d\d)(?:年|[-—~至]20\d\d年)")
_CHINESE_YEAR = re.compile(r"二[〇○零][一二三四五六七八九〇○零]{2}(?=年)")
_ORGANISATION = (
    r"(?!年|度|部门|单位|本级|省级|市级|县级|区级|项目|关于)[\u4e00-\u9fff（）()·]{2,30}?(?:局|委员会|委|厅|办公室|办|中心|研究院|医院|院|会|部|署|总队|支队|大队|学校|中学|小学|学院|大学|幼儿园|馆|所|站|处|"
    r"法院|检察院|政府|街道办事处|街道|镇|乡|社|台|团|公司|服务部|管理处|基地|园|校)(?:（[^（）]{1,8}）|\([^()]{1,8}\))?"
)
_ORGANISATION_END = re.compile(rf"^(?:{_ORGANISATION})$")
_TITLE_PATTERNS = (
    re.compile(rf"({_ORGANISATION})[-—]?(?:关于)?20\d\d年?度?(?:[\u4e00-\u9fff]{{0,6}})(?:预算|决算|绩效)"),
    re.compile(rf"20\d\d年?度?({_ORGANISATION})(?:部门|单位|本级)?[\u4e00-\u9fff]{{0,4}}(?:预算|决算|绩效)"),
)
_DATE = re.compile(r"(?:20\d\d|二[〇○零][一二三四五六七八九〇○零]{2})年(?:\d{1,2}|[一二三四五六七八九十]{1,3})月")
"""The date of publication on a cover; it is not part of the title beside it."""
COVER_LINES = 60
"""Lines; covers and contents pages stand in the first ones, whatever the format."""


def year_in(text: str) -> int | None:
    """The year that a title prints: 2026年, （2025年度）, 二〇二六年."""
    folded = fold(text)
    if match := _CHINESE_YEAR.search(folded):
        return int(match[0].translate(_CHINESE_DIGITS))
    match = _YEAR.search(folded)
    return int(match[1]) if match else None


def year_of_titles(titles: Sequence[str]) -> int | None:
    """The year on a table: the title line itself first, then the lines by it, nearest to the table first."""
    for wanted in (r"绩效|目标|自评", r"^[（(]?20\d\d年?度?[)）]?$|预算年度|年度"):
        for line in reversed(titles):
            if re.search(wanted, fold(line)) and (year := year_in(line)):
                return year
    return None


def document_identity(lines: Iterable[str], name: str) -> tuple[str, str, int | None]:
    """Title, department and year of a document.

    Args:
        lines: text lines in reading order; only the first `COVER_LINES` non-empty ones are looked at.
        name: file name, used last.
    """
    cover = [text for line in lines if (text := squeeze(usual_characters(line)).strip("*#-|"))][:COVER_LINES]
    # a title may be broken over two lines; one that is whole by itself is not joined to the page header above it
    pairs = ["" if any(map(_department_in, cover[i + 1 : i + 2])) else "".join(cover[i : i + 2])
             for i in range(min(len(cover), 12))]  # fmt: skip
    joined = [text for both in zip(cover, [*pairs, *cover], strict=False) for text in both] + [squeeze(name)]
    title, department, year = "", "", None
    for text in joined:
        found = _department_in(text)
        if found:
            title, department, year = text, found, year_in(text)
            break
    if year is None:
        year = next((found_year for text in [*cover[:20], name] if (found_year := year_in(text))), None)
    if not title:
        title = next((text for text in cover if re.search("预算|决算|绩效", text)), "")
    return title[:120], department, year


def _department_in(text: str) -> str:
    folded = _DATE.sub(" ", fold(text).replace("(", "（").replace(")", "）"))
    for pattern in _TITLE_PATTERNS:
        if match := pattern.search(folded):
            return match[1]
    return ""


def is_organisation(text: str) -> bool:
    """Whether a text reads like a public body: …局, …中心, …委员会."""
    return bool(_ORGANISATION_END.match(squeeze(text)))


def department_of_table(printed: str, document: str) -> str:
    """The department of a table: what it prints, unless the document's name says the same more fully."""
    text = re.sub(r"^\d{3,9}[-—\s]*", "", squeeze(printed))
    if not text or (document and (text in document or document.startswith(text))):
        return document
    return text
