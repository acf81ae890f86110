import itertools
import unittest

from hypothesis import given, settings
from hypothesis import strategies as st

from odoo.addons.sale_offer.tools.rules import Rule, find_cycle, find_impossible, find_selection

KEYS = 'abcde'
GROUPS = ('g', 'h')


@st.composite
def services(draw):
    """Up to five options in two groups with any rules between them."""
    keys = KEYS[: draw(st.integers(1, len(KEYS)))]
    rules = [
        Rule(
            key=key,
            group=draw(st.sampled_from(GROUPS)),
            required=draw(st.booleans()) and draw(st.booleans()),
            requires=draw(st.frozensets(st.sampled_from(keys), max_size=2)) - {key},
            any=draw(st.booleans()),
            excludes=draw(st.frozensets(st.sampled_from(keys), max_size=1)) - {key},
        )
        for key in keys
    ]
    groups = {group: (draw(st.integers(0, 2)), draw(st.integers(0, 2))) for group in GROUPS}
    return rules, groups


def is_permitted(rules, groups, chosen):
    """By the letter of each rule."""
    for rule in rules:
        if rule.key not in chosen:
            if rule.required:
                return False
            continue
        met = [key in chosen for key in rule.requires]
        if met and not (any(met) if rule.any else all(met)):
            return False
        if rule.excludes & chosen:
            return False
    for group, (least, most) in groups.items():
        count = sum(rule.key in chosen for rule in rules if rule.group == group)
        if count < least or (most and count > most):
            return False
    return True


def all_permitted(rules, groups):
    keys = [rule.key for rule in rules]
    subsets = itertools.chain.from_iterable(
        itertools.combinations(keys, size) for size in range(len(keys) + 1)
    )
    return [set(chosen) for chosen in subsets if is_permitted(rules, groups, set(chosen))]


class TestRules(unittest.TestCase):
    """Rules that can't be kept are found, against trying out every choice there is."""

    @settings(max_examples=500, deadline=None)
    @given(services(), st.sets(st.sampled_from(KEYS), max_size=2))
    def test_a_selection_is_found_if_and_only_if_there_is_one(self, service, wanted):
        rules, groups = service
        wanted &= {rule.key for rule in rules}
        found = find_selection(rules, groups, wanted)
        possible = [chosen for chosen in all_permitted(rules, groups) if wanted <= chosen]
        if found is None:
            self.assertFalse(possible)
        else:
            self.assertIn(found, possible)

    @settings(max_examples=300, deadline=None)
    @given(services())
    def test_what_is_impossible(self, service):
        rules, groups = service
        permitted = all_permitted(rules, groups)
        dead = [rule.key for rule in rules if not any(rule.key in one for one in permitted)]
        expected = False if not permitted else dead[0] if dead else None
        self.assertEqual(find_impossible(rules, groups), expected)

    def test_circles(self):
        def rules(**requires):
            return [
                Rule(key=key, group='g', requires=frozenset(others))
                for key, others in requires.items()
            ]

        self.assertEqual(find_cycle(rules(a='b', b='c', c='')), [])
        self.assertEqual(find_cycle(rules(a='b', b='c', c='a')), ['a', 'b', 'c'])
        self.assertEqual(find_cycle(rules(a='', b='c', c='b')), ['b', 'c'])
        self.assertEqual(find_cycle(rules(a='bc', b='d', c='d', d='')), [])
