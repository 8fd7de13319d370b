"""The registrar's work: lists taken in, judgements recorded, persons looked up, under lock and log.

This room composes: it opens the register's sealed tables with the vault's keys and puts the pure
rules of ``register`` to work on them.  The desks and the command line both ask it, so that what one
may do the other may do, and every reveal is written down in one place.
"""
