"""The first page: what is due now."""
