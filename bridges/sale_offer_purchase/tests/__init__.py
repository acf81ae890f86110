from . import test_purchase, test_translation
