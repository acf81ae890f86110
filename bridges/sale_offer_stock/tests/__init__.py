from . import test_stock, test_translation
