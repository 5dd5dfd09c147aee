"""Entry of the app (网页入口): `streamlit run app.py`, or `kpi serve`."""

from kpi.ui.shell import main

main()
