"""The script that `kpi serve` runs; alone in its folder, because Streamlit puts that folder on the import path."""
