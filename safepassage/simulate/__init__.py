"""What might happen, or must have happened: ledgers drawn from a seed, marked where they are."""
