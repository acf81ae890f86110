from . import offers, portal, subscriptions
