"""`python -m safepassage` is the same as `safepassage`."""

from safepassage.cli import main

main()
