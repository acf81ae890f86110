"""What the addon itself is doing with lines: marks in the context that no remote call can send."""


class Mark:
    """Switches off what is for people's own edits, while it is on.

    :param str key: its name in the context; what is there counts only if it is this very object
    """

    def __init__(self, key):
        self.key = key

    def on(self, records):
        """:return: the records, marked"""
        return records.with_context(**{self.key: self})

    def off(self, records):
        """:return: the records, not marked"""
        return records.with_context(**{self.key: False})

    def is_on(self, records):
        """:rtype: bool"""
        return records.env.context.get(self.key) is self


#: lines are written as the configurator says: it has checked them
CONFIGURING = Mark('offer_configuring')
#: the lines of an order are saved together: what follows from them comes at the end
SAVING = Mark('offer_saving_order')
