"""消防器材: the register of fire equipment."""
