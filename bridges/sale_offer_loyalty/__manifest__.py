{
    'name': 'Offers and promotions',
    'summary': 'Promotions count and discount what is paid once, and leave Products at their price',
    'version': '19.0.1.0.0',
    'category': 'Sales/Sales',
    'author': 'sale_offer',
    'license': 'LGPL-3',
    'depends': ['sale_offer', 'sale_loyalty'],
    'auto_install': True,
}
