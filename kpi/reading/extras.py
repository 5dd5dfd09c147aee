"""What optional libraries are there, and what to tell people when they are not."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec

OCR_MODULES = ("rapidocr", "onnxruntime", "cv2")
OCR_INSTALL = 'pip install "kpi-atlas[ocr]"'

SUSPECT_MESSAGES: dict[str, str] = {
    "scanned": "该页是扫描图片，没有文字层",
    "outlined": "该页的文字已转成曲线，没有文字层",
    "unreadable_text": "该页的文字层是乱码（字体没有编码表）",
    "damaged_page": "该页已损坏，无法读取",
    "damaged_data": "文件的部分数据与校验和不符（下载或存储时损坏），文字可能缺失或有误，请重新下载",
    "too_much_drawn": "该页的图形、文字或像素超出解析上限，未读取；确需读取时提高上限（环境变量 KPI_LIMIT_PAGE_OBJECTS、KPI_LIMIT_PIXELS）",
}
"""`Page.suspect` → what evaluators read."""
RECOGNISABLE = frozenset({"scanned", "outlined", "unreadable_text"})
"""Pages that optical recognition may read."""


@cache
def ocr_is_installed() -> bool:
    """Whether the extra `kpi-atlas[ocr]` is there."""
    return all(find_spec(name) is not None for name in OCR_MODULES)


def suspect_message(suspect: str) -> str:
    """What evaluators read of a page that could not be read, with the install line where recognition would help."""
    message = SUSPECT_MESSAGES.get(suspect, suspect)
    if suspect in RECOGNISABLE and not ocr_is_installed():
        return f"{message}；安装文字识别组件后可以读取：{OCR_INSTALL}"
    return message
