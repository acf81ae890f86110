{
    'name': 'Offers and deliveries',
    'summary': 'A change delivers only what it adds',
    'version': '19.0.1.0.0',
    'category': 'Sales/Sales',
    'author': 'sale_offer',
    'license': 'LGPL-3',
    'depends': ['sale_offer', 'sale_stock'],
    'auto_install': True,
}
