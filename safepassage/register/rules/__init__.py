"""Tables of priority rules as data: what is urgent is decided by people, not by code."""
