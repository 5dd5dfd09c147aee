"""Records → files (导出): xlsx, csv, jsonl, json, parquet; exactly the records that are given, all of them.

Text that a spreadsheet would take for a formula (targets like `=100%` begin so) never runs as one, see
`kpi.export.formulas`; csv files of this program are read back unchanged by `read_csv`.
"""

from kpi.export.formulas import protect, unprotect
from kpi.export.plain import read_csv
from kpi.export.writing import FORMATS, About, export_file, format_of, write_records

__all__ = ["FORMATS", "About", "export_file", "format_of", "protect", "read_csv", "unprotect", "write_records"]
