"""Nobody and nothing uncovered: what has no grid, no holder, no deputy; the board of the 七定."""
