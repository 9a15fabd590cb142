"""From what should be and what is to a sorted, explained, checksummed list of changes."""
