"""举报: what anybody tells the school, and how it is answered."""
