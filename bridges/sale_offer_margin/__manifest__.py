{
    'name': 'Offers and margins',
    'summary': 'The margin of an order is that of what is paid once',
    'version': '19.0.1.0.0',
    'category': 'Sales/Sales',
    'author': 'sale_offer',
    'license': 'LGPL-3',
    'depends': ['sale_offer', 'sale_margin'],
    'auto_install': True,
}
