"""Tests of the ledgers that are drawn from a seed."""
