"""The same indicator across cities (同类指标): names → clusters, explainable, stable, corrected by people's decisions."""

from __future__ import annotations

from kpi.cluster.build import add_names, cluster_counts, cluster_names
from kpi.cluster.names import NameForm, parse_name
from kpi.cluster.normal import normalise_name
from kpi.cluster.overlay import apply_decisions
from kpi.cluster.result import Cluster, Clustering, Conflict, Member, clustering_to_rows, rows_to_clustering
from kpi.cluster.score import CUT, Explanation, explain
from kpi.cluster.vocabulary import Vocabulary, load_vocabulary

__all__ = [
    "CUT", "Cluster", "Clustering", "Conflict", "Explanation", "Member", "NameForm", "Vocabulary", "add_names",
    "apply_decisions", "cluster_counts", "cluster_names", "clustering_to_rows", "explain", "load_vocabulary",
    "normalise_name", "parse_name", "rows_to_clustering",
]  # fmt: skip
