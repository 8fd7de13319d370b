"""What exists: movements, places, lifts, deadlines, doubts.  Standard library only; no clock, no chance, no I/O."""
