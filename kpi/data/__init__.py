"""Vocabulary that users can extend (词表), as data files."""
