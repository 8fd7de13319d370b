"""Files of other people, read and refused."""
