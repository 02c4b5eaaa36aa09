"""What an installation needs, looked at piece by piece, and for each piece that is not right how to mend it."""
