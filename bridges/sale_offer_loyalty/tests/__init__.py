from . import test_loyalty, test_translation
