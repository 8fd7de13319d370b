"""The tests, laid out like the package; ``tests/stories`` holds whole journeys."""
