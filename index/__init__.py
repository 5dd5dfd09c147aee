"""The text index (文字索引): distinct indicator names, project names and departments over Whoosh, in `search/` of a snapshot.

`build_index` and `extend_index` write it, `open_index` gives a `TextIndex` that finds, ranks, highlights and suggests.
It is a cache that can always be built again from the Parquet files of the snapshot; the folder holds pickles of Whoosh,
so it must come from this machine's own store and never from an upload.
"""

from index.building import Entry, build_index, extend_index
from index.highlighting import highlights
from index.stamp import OUTDATED
from index.suggesting import Suggestion
from index.text_index import TextIndex, open_index

__all__ = ["OUTDATED", "Entry", "Suggestion", "TextIndex", "build_index", "extend_index", "highlights", "open_index"]
