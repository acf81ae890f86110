"""How many random cases a test tries: a slice in `make test`, all of them in `make deep`."""

import os
import random
import secrets

IS_DEEP = bool(os.environ.get('SALE_OFFER_DEEP'))
# a seed that is given repeats a run; `make` gives one and prints it
SEED = os.environ.get('SALE_OFFER_SEED') or str(secrets.randbelow(10**6))


def get_size(a_slice, everything):
    """:return: how many cases to try
    :rtype: int
    """
    return everything if IS_DEEP else a_slice


def get_randoms(name, a_slice, everything):
    """The source of chance of each case.

    :param str name: of the test: other tests try other cases
    :return: iterator of a text that names the case, and its `random.Random`
    """
    for index in range(get_size(a_slice, everything)):
        case = f'{SEED}/{name}/{index}'
        yield case, random.Random(case)
