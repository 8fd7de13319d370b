"""Boats, buses, any vehicles that shuttle until everybody is out: when the last one can be safe.

Start reading: problem.py (what is asked), tours.py (everything one vehicle can do by an hour),
cover.py and search.py (who goes where, and the proof that no plan ends sooner), rolling.py (counts
that change on the way), recount.py (the judge that trusts none of these).
"""
