"""Checklists, plans, due checks, answers, the ledger of checks."""
