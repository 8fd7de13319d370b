"""Other people's formats, in and out; every reader names the line, the field and the remedy."""
