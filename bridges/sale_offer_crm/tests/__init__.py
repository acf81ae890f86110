from . import test_crm, test_translation
