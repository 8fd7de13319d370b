"""Files that leave: written, and inspected by other code."""
