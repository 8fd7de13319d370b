"""Tests of the planner: norms, rules, bound, dispatch, recount."""
