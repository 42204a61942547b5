"""迎检: visits of whoever inspects the school, what they found, and the reply."""
