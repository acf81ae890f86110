"""What a line was configured to, as the quotation keeps it ("quoted is quoted")."""

from dataclasses import asdict, dataclass, fields

# how much of an option there is, and of what: fields of `offer.option` by the same names
OPTION_FIELDS = (
    'quantity_mode',
    'quantity',
    'min_quantity',
    'max_quantity',
    'is_required',
    'is_recurring',
)


@dataclass(frozen=True)
class OptionTerms:
    """The terms of an option, as `offer.option` calls them: as quoted, or as of today.

    :param float quantity: in all, or per unit of the Service; of one that is chosen: what is preset
    :param float max_quantity: 0: any
    """

    quantity_mode: str | bool = False
    quantity: float = 0.0
    min_quantity: float = 0.0
    max_quantity: float = 0.0
    is_required: bool = False
    is_recurring: bool = False

    @classmethod
    def of(cls, option):
        """:param option: offer.option, or none"""
        return cls(*(option[name] for name in OPTION_FIELDS))

    def get_bounds(self):
        """:return: the least and the most quantity; 0: any
        :rtype: tuple[float, float]
        """
        if self.quantity_mode == 'fixed':
            return self.quantity, self.quantity
        return self.min_quantity, self.max_quantity


@dataclass(frozen=True)
class Quoted:
    """One line as it was configured: ids of records, and the rules of that day that concern it.

    :param float quantity: in the unit of the line
    :param tuple value_ids: values of attributes that make no variant
    :param OptionTerms terms: of the option as which it is sold
    :param tuple option_ids: of a Service: the options that were chosen
    :param tuple required_ids: those of them that had to be
    :param tuple prerequisite_ids: Services that the customer needs beside it
    :param tuple role_ids: roles that somebody has to play
    :param int partner_id: the customer for whom it was priced, a commercial entity
    :param dict plan_terms: what the plan agreed by default: minimum term, notice, renewal, …
    """

    product_id: int
    quantity: float
    uom_id: int
    plan_id: int | bool
    tier_id: int | bool
    option_id: int | bool
    value_ids: tuple
    terms: OptionTerms
    option_ids: tuple
    required_ids: tuple
    prerequisite_ids: tuple
    role_ids: tuple
    plan_terms: dict
    partner_id: int | bool = False

    @classmethod
    def from_json(cls, data):
        """:param data: what :meth:`as_json` gave, or nothing
        :rtype: Quoted | None
        """
        if not data:
            return None
        values = {field.name: data[field.name] for field in fields(cls) if field.name in data}
        values['terms'] = OptionTerms(**values['terms'])
        return cls(
            **{
                name: tuple(value) if isinstance(value, list) else value
                for name, value in values.items()
            }
        )

    def as_json(self):
        """:rtype: dict"""
        return {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in asdict(self).items()
        }
