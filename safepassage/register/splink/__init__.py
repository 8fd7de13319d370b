"""Splink as an engine of the register, on DuckDB or on Spark: the peer of ``register/match/``.

Splink (moj-analytical-services, MIT) is an optional package. It is given what our own reading made
of the records (``flat.py``), blocks, compares, trains and scores by itself (``settings.py``,
``training.py``), and what a machine may do with its weights is decided by the register's own rules
and judgements (``engine.py``).
"""
