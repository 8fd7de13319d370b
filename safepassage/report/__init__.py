"""What we say happened: figures with their definitions, comparisons, claims, situation reports."""
