{
    'name': 'Offers',
    'summary': 'Products and Services in one catalogue: quote, subscribe, bill',
    'version': '19.0.1.0.0',
    'category': 'Sales/Sales',
    'author': 'sale_offer',
    'license': 'LGPL-3',
    'depends': ['sale_management'],
    'data': [
        'security/ir.model.access.csv',
        'security/ir_rule.xml',
        'data/ir_cron_data.xml',
        'views/offer_plan_views.xml',
        'views/offer_sla_tier_views.xml',
        'views/offer_price_views.xml',
        'views/offer_option_views.xml',
        'views/offer_billing_entry_views.xml',
        'views/offer_subscription_views.xml',
        'views/product_template_views.xml',
        'views/sale_order_views.xml',
        'views/account_move_views.xml',
        # last: the menus name the actions above
        'views/menus.xml',
    ],
    'demo': [
        
        
        
    ],
    'assets': {
        'web.assets_backend': ['sale_offer/static/src/**/*'],
        'web.assets_tests': ['sale_offer/static/tests/tours/**/*'],
    },
    'application': True,
}
