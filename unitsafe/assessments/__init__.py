"""四个能力季度自评: scored from the ledgers, checked by a team, signed, printed."""
