"""What exists: movements, places, lifts, deadlines, doubts.  Standard library only, no I/O."""
