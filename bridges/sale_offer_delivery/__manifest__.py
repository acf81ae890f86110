{
    'name': 'Offers and delivery costs',
    'summary': 'What recurs makes no delivery free',
    'version': '19.0.1.0.0',
    'category': 'Sales/Sales',
    'author': 'sale_offer',
    'license': 'LGPL-3',
    'depends': ['sale_offer', 'delivery'],
    'auto_install': True,
}
