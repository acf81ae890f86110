{
    'name': 'Offers and opportunities',
    'summary': 'Expected revenue is what is paid once, recurring revenue what recurs',
    'version': '19.0.1.0.0',
    'category': 'Sales/Sales',
    'author': 'sale_offer',
    'license': 'LGPL-3',
    'depends': ['sale_offer', 'sale_crm'],
    'auto_install': True,
}
