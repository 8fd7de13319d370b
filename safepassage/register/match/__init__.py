"""Who is the same: from records to links with their evidence, and to clusters.

Read in this order: ``features.py`` (what is compared), ``keys.py`` (which pairs are), ``model.py``
(what agreement is worth), ``families.py`` (what relatives add), ``bands.py`` (what a machine may do
alone), ``engine.py`` (the whole way), ``incremental.py`` (the same for a change).
"""
