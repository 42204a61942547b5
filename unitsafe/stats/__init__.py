"""统计: how checks and hazards went over months, counted from the ledgers."""
