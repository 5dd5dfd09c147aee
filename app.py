"""Entry of the app (网页入口): `streamlit run app.py`, or `kpi serve`."""

if __name__ == "__main__":  # worker processes that parse uploads import this file under another name
    from kpi.ui.shell import main

    main()
