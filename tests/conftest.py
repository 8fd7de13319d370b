"""The fixtures strategy: real things, started by the suite and thrown away by it.

A test of the ledger on PostgreSQL talks to a real server, a test of a page drives a real browser.
What a machine lacks is skipped there, and the end of the run says what was not run and the one
command that adds it. ``SAFEPASSAGE_REQUIRE=postgres,browser`` turns such a gap into a failure;
see ``tests/fixtures/requirements.py``.
"""

# The requirements come last: they import the other two, and pytest wants to see a plugin first.
pytest_plugins = [
    "tests.fixtures.postgres",
    "tests.fixtures.browser",
    "tests.fixtures.kabul",
    "tests.fixtures.stores",
    "tests.fixtures.requirements",
]
