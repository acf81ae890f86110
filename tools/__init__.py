from . import periods, rules, terms
