"""The same indicator across cities (同类指标): names → clusters, explainable, stable, corrected by people's decisions."""

from __future__ import annotations

from kpi.cluster.build import add_names, cluster_counts, cluster_names
from kpi.cluster.names import NameForm, normalise_name, parse_name
from kpi.cluster.result import Cluster, Clustering, Conflict, Member
from kpi.cluster.score import CUT, Explanation, explain
from kpi.cluster.vocabulary import Vocabulary, load_vocabulary

__all__ = [
    "CUT", "Cluster", "Clustering", "Conflict", "Explanation", "Member", "NameForm", "Vocabulary", "add_names",
    "cluster_counts", "cluster_names", "explain", "load_vocabulary", "normalise_name", "parse_name",
]  # fmt: skip
