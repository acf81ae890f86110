"""Rules of this code about itself, read as plain Python."""

import ast
from collections import defaultdict
from pathlib import Path

from odoo.tests import BaseCase, tagged

ADDON = Path(__file__).resolve().parents[1]
# Model and method that one class of ours overrides of another. This list may only shrink.
KNOWN = set()


class ModelClass:
    """A class of a model, as it is written.

    :param ast.ClassDef node: the class
    """

    def __init__(self, node):
        texts = {
            target.id: ast.literal_eval(statement.value)
            for statement in node.body
            if isinstance(statement, ast.Assign)
            for target in statement.targets
            if isinstance(target, ast.Name) and target.id in ('_name', '_inherit')
        }
        inherited = texts.get('_inherit', [])
        inherited = [inherited] if isinstance(inherited, str) else inherited
        self.model = texts.get('_name') or next(iter(inherited), None)
        self.parents = {parent for parent in inherited if parent != self.model}
        self.methods = {item.name for item in node.body if isinstance(item, ast.FunctionDef)}


def read_classes():
    """:return: by model of ours, each class that defines or extends it
    :rtype: dict
    """
    classes = defaultdict(list)
    for folder in ('models', 'wizard'):
        for path in sorted((ADDON / folder).rglob('*.py')):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.ClassDef):
                    found = ModelClass(node)
                    if found.model and found.model.startswith('offer.'):
                        classes[found.model].append(found)
    return classes


@tagged('post_install', '-at_install')
class TestHouse(BaseCase):
    def test_no_method_of_ours_is_overridden_by_ours(self):
        """The order of imports decides nothing: each method of a model is written once."""
        classes = read_classes()
        self.assertGreater(len(classes['offer.subscription']), 1)
        overridden = set()
        for model, own in classes.items():
            parents = set().union(*(found.parents for found in own))
            seen = set().union(
                *(each.methods for name in parents for each in classes.get(name, ()))
            )
            for found in own:
                overridden |= {(model, method) for method in found.methods & seen}
                seen |= found.methods
        self.assertFalse(overridden - KNOWN, 'Write each method of a model once')
        self.assertFalse(KNOWN - overridden, 'Gone: take it off the list')
