"""The grids on pictures of the campus, and as tiles by building and floor."""
