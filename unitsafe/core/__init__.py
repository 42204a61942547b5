"""What every feature leans on; knows no feature itself."""
