from . import test_project, test_translation
