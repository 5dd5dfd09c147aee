"""The snapshot on disk (快照): build, publish, open, filter, count."""
