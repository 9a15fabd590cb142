"""The border to Odoo: one file per Odoo model, and nothing else knows a field's name there.

A file has this form, as far as the model needs it:

- ``MODEL``, ``FIELDS``: what is read (``id`` always comes along);
- ``domain(...)``: which records, as small as the rules allow, never growing with history;
- ``value(row, ...)``: one row to one frozen value of the domain; raises ``fields.Unreadable`` with
  the field, what is wrong and what to do. ``reading.read_each`` makes an issue of that and goes on
  with the next row;
- ``outgoing(value, unit, ...)``: one value to one document of ``retainer.gateway.apply``
  (docs/gateway.md): money as decimal text, hours as seconds, dates as ``YYYY-MM-DD``.

``fields`` parses strictly at the border: no float, no NaN, no control character gets past it, and
nothing is guessed. ``books`` holds a company's accounts and journals, which only the push needs;
``pulled`` is what a pull hands on: the snapshot for the rules, and the books.
"""

from mappings.books import Books
from mappings.fields import Unreadable
from mappings.pulled import Pulled
from mappings.reading import Read, read_each, unreadable

__all__ = ["Books", "Pulled", "Read", "Unreadable", "read_each", "unreadable"]
