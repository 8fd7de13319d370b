"""Tests of shuttles: the earliest end, its proof, counts that change, the recount."""
