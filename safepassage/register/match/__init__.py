"""Who is the same: from records to links with their evidence, and to clusters.

Read in this order: ``features.py`` (what is compared), ``keys.py`` (which pairs are), ``model.py``
(what agreement is worth), ``engine.py`` (the whole way), ``incremental.py`` (the same for a change).
"""
