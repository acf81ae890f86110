{
    'name': 'Offers and projects',
    'summary': 'A change makes only the tasks that it adds',
    'version': '19.0.1.0.0',
    'category': 'Sales/Sales',
    'author': 'sale_offer',
    'license': 'LGPL-3',
    'depends': ['sale_offer', 'sale_project'],
    'auto_install': True,
}
