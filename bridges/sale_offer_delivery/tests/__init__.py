from . import test_delivery, test_translation
