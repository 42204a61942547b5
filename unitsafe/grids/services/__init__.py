"""Changing the grid tree, its spaces and who answers for them; history stays."""

from unitsafe.grids.services.assignments import assign, cancel, end, end_all
from unitsafe.grids.services.spaces import put_spaces
from unitsafe.grids.services.tree import add_grid, merge, move, rename_grid, retire, shift, split

__all__ = [
    "add_grid",
    "assign",
    "cancel",
    "end",
    "end_all",
    "merge",
    "move",
    "put_spaces",
    "rename_grid",
    "retire",
    "shift",
    "split",
]
