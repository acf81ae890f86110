{
    'name': 'Offers in the web shop',
    'summary': 'The shop sells Products, and says where to order a Service',
    'version': '19.0.1.0.0',
    'category': 'Sales/Sales',
    'author': 'sale_offer',
    'license': 'LGPL-3',
    'depends': ['sale_offer', 'website_sale'],
    'data': ['views/website_sale_templates.xml'],
    'auto_install': True,
}
