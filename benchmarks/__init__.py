"""Measured side by side with peers; tests never assert a time."""
