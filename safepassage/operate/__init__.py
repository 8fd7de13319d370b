"""What is happening: decisions at the gate, aboard and at the haven, from values alone.

No store and no clock: whoever decides hands in what is known and what time it is.
"""
