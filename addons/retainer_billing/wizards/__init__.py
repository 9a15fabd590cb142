from . import retainer_acceptance
