"""Stories that an accountant can read and extend: given, when, expect.

One file tells what was agreed and worked, what people and the service then do, and the numbers
that must come out. The same file runs over the in-memory Odoo and over a real one.
"""
