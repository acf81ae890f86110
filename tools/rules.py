"""Whether the rules between the options of a Service can be kept at all.

Nothing here knows Odoo: options and groups are named by any key.
"""

from dataclasses import dataclass, field

# A search this long means rules that nobody can read: they are let through and checked when sold.
MAX_STEPS = 20_000


@dataclass(frozen=True)
class Rule:
    """One option with its rules.

    :param key: names the option
    :param group: key of the group that it belongs to
    :param bool required: it is always chosen
    :param frozenset requires: keys of other options: all of them, or any of them
    :param bool any: one of `requires` is enough
    :param frozenset excludes: keys of options that can't be chosen beside it
    """

    key: object
    group: object
    required: bool = False
    requires: frozenset = field(default_factory=frozenset)
    any: bool = False
    excludes: frozenset = field(default_factory=frozenset)


def find_cycle(rules):
    """Options that require each other in a circle.

    :param list[Rule] rules: all options of a Service
    :return: the keys in the order of the circle; empty: there is none
    :rtype: list
    """
    requires = {rule.key: rule.requires for rule in rules}
    done = set()

    def visit(key, path):
        if key in path:
            return path[path.index(key) :]
        if key in done:
            return []
        for other in sorted(requires.get(key, ())):
            cycle = visit(other, [*path, key])
            if cycle:
                return cycle
        done.add(key)
        return []

    for rule in rules:
        cycle = visit(rule.key, [])
        if cycle:
            return cycle
    return []


def find_impossible(rules, groups):
    """The first option that no permitted choice can hold.

    :param list[Rule] rules: all options of a Service
    :param dict groups: least and most number of choices by group; 0: any number
    :return: its key; False: not even a choice without any wish is possible; None: all are possible
    """
    if find_selection(rules, groups, ()) is None:
        return False
    for rule in rules:
        if find_selection(rules, groups, (rule.key,)) is None:
            return rule.key
    return None


def find_selection(rules, groups, wanted):
    """A permitted choice that holds what is wanted and what is always chosen.

    :param wanted: keys
    :return: keys, or None if there is none
    :rtype: set | None
    """
    required = {rule.key for rule in rules if rule.required}
    return _Search(rules, groups).grow(set(), required | set(wanted))


class _Search:
    """Adds what the rules ask for until nothing is missing, and goes back where that fails."""

    def __init__(self, rules, groups):
        self.rules = {rule.key: rule for rule in rules}
        self.groups = groups
        self.steps = 0
        # it is enough that one of the two excludes the other
        self.apart = {rule.key: set(rule.excludes) for rule in rules}
        for rule in rules:
            for other in rule.excludes:
                self.apart.setdefault(other, set()).add(rule.key)

    def grow(self, chosen, fresh):
        """:return: a permitted choice that holds what is chosen and what is fresh, or None"""
        self.steps += 1
        if self.steps > MAX_STEPS:
            return chosen
        chosen = self._close(chosen, fresh)
        if chosen is None:
            return None
        counts = {group: 0 for group in self.groups}
        for key in chosen:
            counts[self.rules[key].group] += 1
        if any(most and counts[group] > most for group, (_, most) in self.groups.items()):
            return None
        missing = self._find_missing(chosen, counts)
        if missing is None:
            return chosen
        for key in missing:
            found = self.grow(chosen, {key})
            if found is not None:
                return found
        return None

    def _close(self, chosen, fresh):
        """Add what has to come along; None: something of it excludes another."""
        chosen, fresh = set(chosen), set(fresh)
        while fresh:
            key = fresh.pop()
            if key in chosen:
                continue
            chosen.add(key)
            if key not in self.rules or self.apart[key] & chosen:
                return None
            rule = self.rules[key]
            if not rule.any or len(rule.requires) == 1:
                fresh |= rule.requires - chosen
        return chosen

    def _find_missing(self, chosen, counts):
        """:return: keys of which one is to be chosen too; None: nothing is missing"""
        for key in chosen:
            rule = self.rules[key]
            if rule.any and rule.requires and not rule.requires & chosen:
                return rule.requires
        for group, (least, _most) in self.groups.items():
            if counts[group] < least:
                return [
                    rule.key
                    for rule in self.rules.values()
                    if rule.group == group and rule.key not in chosen
                ]
        return None
