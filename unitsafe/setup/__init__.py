"""First run: create the school or load the sample."""
