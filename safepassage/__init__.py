"""Safe Passage: plan, run and account for a mass evacuation.

Everything that happens to a person is a movement from one place to another, kept in a ledger that
only grows. A plan is a ledger of promises, a simulation a ledger that did not happen, operations
the one that did. Start reading at ``safepassage/model/movement.py``.
"""

__version__ = "0.1.0"
