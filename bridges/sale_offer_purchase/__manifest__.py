{
    'name': 'Offers and purchases',
    'summary': 'A change buys only what it adds',
    'version': '19.0.1.0.0',
    'category': 'Sales/Sales',
    'author': 'sale_offer',
    'license': 'LGPL-3',
    'depends': ['sale_offer', 'sale_purchase'],
    'auto_install': True,
}
