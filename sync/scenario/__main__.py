"""``python -m sync.scenario schema`` writes the JSON schema; ``check FILE…`` reads scenarios."""

import sys
from pathlib import Path

from sync.scenario.errors import ScenarioError
from sync.scenario.reading import read
from sync.scenario.schema import export

SCHEMA = Path("tests/scenarios/scenario.schema.json")


def main(arguments: list[str]) -> int:
    """Do what the words say; 0 when all is well."""
    match arguments:
        case ["schema"]:
            export(SCHEMA)
            return 0
        case ["check", *files] if files:
            return max(_check(Path(file)) for file in files)
        case _:
            print(__doc__, file=sys.stderr)
            return 2


def _check(file: Path) -> int:
    try:
        read(file)
    except (OSError, ScenarioError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
