"""Keys, accounts, roles and the audit chain: who may do what, and what a stolen disk surrenders.

Start reading at `vault.py` (what is sealed, and under which key), then `roles.py` (who may).
Nothing in this room knows a store, a web page or a clock: what is kept and what time it is are
arguments.
"""
