"""Who: list rows, the records read from them, judgements about them, and the persons they leave.

Start reading at ``safepassage/register/record.py``, then ``judgement.py`` and ``linkage.py``.
"""
