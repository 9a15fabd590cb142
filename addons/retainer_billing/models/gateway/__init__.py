"""Plain helpers of ``retainer.gateway``: what may be written, checks, and the writing itself."""
