"""Plans at work: scenarios, solving as a job, and what becomes of a plan."""
