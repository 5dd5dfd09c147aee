"""Libraries of indicators (指标库): the store's own as a workbook, and those of bureaus and ministries as references."""

from __future__ import annotations

from kpi.library.rows import COLUMNS, CatalogueRow, profile_to_row
from kpi.library.writing import write_catalogue

__all__ = ["COLUMNS", "CatalogueRow", "profile_to_row", "write_catalogue"]
