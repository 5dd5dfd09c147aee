"""The records that travel between stages: frozen dataclasses without I/O.

Places: pages are 1-based (the sheet number for Excel); rows and columns of cells and tables are 0-based, data rows and
table indexes of a record are 1-based; coordinates are PDF points with the origin at the upper left corner.
"""

from __future__ import annotations

from kpi.model.documents import (
    ANNUAL,
    CATEGORIES,
    OVERALL_SELF_EVALUATION,
    OVERALL_TARGETS,
    PROJECT_SELF_EVALUATION,
    PROJECT_TARGETS,
    PROSE_TARGETS,
    TABLE_KINDS,
    WHOLE_TERM,
    Document,
    Execution,
    Finding,
    Fund,
    Indicator,
    LogicalRow,
    LogicalTable,
    PassedOver,
    Project,
    Repair,
    Source,
    Span,
    SuspectPage,
    Target,
    Task,
    UnitTotal,
)
from kpi.model.pages import (
    Box,
    Cell,
    Page,
    Table,
)
from kpi.model.record import (
    RECORD_FIELDS,
    RecordField,
    indicator_to_record,
    record_to_indicator,
)

__all__ = [
    "ANNUAL",
    "CATEGORIES",
    "OVERALL_SELF_EVALUATION",
    "OVERALL_TARGETS",
    "PROJECT_SELF_EVALUATION",
    "PROJECT_TARGETS",
    "PROSE_TARGETS",
    "RECORD_FIELDS",
    "TABLE_KINDS",
    "WHOLE_TERM",
    "Box",
    "Cell",
    "Document",
    "Execution",
    "Finding",
    "Fund",
    "Indicator",
    "LogicalRow",
    "LogicalTable",
    "Page",
    "PassedOver",
    "Project",
    "RecordField",
    "Repair",
    "Source",
    "Span",
    "SuspectPage",
    "Table",
    "Target",
    "Task",
    "UnitTotal",
    "indicator_to_record",
    "record_to_indicator",
]
