"""微型消防站: its team, its kit and the weekly count, its duty, how quickly it musters."""
