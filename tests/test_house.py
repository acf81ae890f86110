"""Rules of this code about itself, read as plain Python."""

import ast
from collections import defaultdict
from pathlib import Path

from odoo.tests import BaseCase, tagged

ADDON = Path(__file__).resolve().parents[1]
# what belongs to another app is small
MOST_LINES_OF_A_BRIDGE = 150
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

    def test_a_bridge_is_a_small_addon_of_its_own(self):
        """It installs itself with one other app, says what it does, is tested and translated."""
        for manifest in sorted(ADDON.glob('bridges/*/__manifest__.py')):
            folder, values = manifest.parent, ast.literal_eval(manifest.read_text())
            with self.subTest(folder.name):
                self.assertIs(values['auto_install'], True)
                self.assertEqual(values['license'], 'LGPL-3')
                self.assertEqual((values['depends'][0], len(values['depends'])), ('sale_offer', 2))
                self.assertRegex((folder / 'README.md').read_text(), '^# .+')
                for needed in ('pyproject.toml', 'i18n/de.po', 'tests/test_translation.py'):
                    self.assertTrue((folder / needed).exists(), needed)
                lines = sum(len(path.read_text().splitlines()) for path in _get_code(folder))
                self.assertLessEqual(lines, MOST_LINES_OF_A_BRIDGE)

    def test_an_override_of_a_bridge_goes_on(self):
        """What it adds to another app it adds: each override calls the one before."""
        for path in [path for folder in ADDON.glob('bridges/*') for path in _get_code(folder)]:
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.FunctionDef) and 'offer' not in node.name:
                    calls = {it.id for it in ast.walk(node) if isinstance(it, ast.Name)}
                    self.assertIn('super', calls, f'{path.parent.parent.name}: {node.name}')

    def test_the_addon_knows_no_bridge(self):
        names = [path.parent.name for path in ADDON.glob('bridges/*/__manifest__.py')]
        for folder in ('models', 'controllers', 'wizard', 'tools', 'views', 'report', 'data'):
            for path in [*(ADDON / folder).rglob('*.py'), *(ADDON / folder).rglob('*.xml')]:
                text = path.read_text()
                self.assertFalse([name for name in names if name in text], path.name)


def _get_code(folder):
    """:return: the Python files of a bridge, without its tests"""
    return [
        path for part in ('models', 'controllers') for path in sorted((folder / part).glob('*.py'))
    ]
