"""One file a screen: what it is asked, what it looks up, which template shows it."""
