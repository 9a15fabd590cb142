"""Exit codes. They are an interface: scripts and schedulers decide by them."""

from enum import IntEnum


class Exit(IntEnum):
    """What a command's end means."""

    done = 0
    attention = 1
    """Done, but something needs a person: held, parked, in conflict or rejected."""
    usage = 2
    """Wrong arguments, settings or files."""
    connection = 3
    """The server cannot be reached, does not accept the key, or is not one we can work with."""
    missing = 4
    """The check found something missing, a right is missing, or records are hidden."""
    refused = 5
    """The plan is stale, or over its limits; nothing was written."""
    busy = 6
    """Another run holds the lease; nothing was written."""
    untied = 7
    """The books do not tie."""
    defect = 70
    """A defect of ours."""
    interrupted = 130
    """Stopped by SIGINT."""
    terminated = 143
    """Stopped by SIGTERM."""


TEXT = """\b
Exit codes:
  0    done
  1    done, but something needs a person: documents held, in conflict
       or rejected, engagements parked
  2    wrong arguments, settings or files
  3    Odoo not reachable, key not accepted, or not a version we know
  4    the check found something missing, a right is missing, or
       records are hidden from the service user
  5    plan refused: stale, or over its limits; nothing was written
  6    another run holds the lease; nothing was written
  7    the books do not tie
  70   a defect of ours
  130  stopped by SIGINT (143: by SIGTERM)"""
