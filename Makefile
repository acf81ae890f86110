# Everything is done by dev/make.py; `make` only gives it short names.
PYTHON ?= python3
MAKE_PY = $(PYTHON) dev/make.py

.PHONY: help demo serve test deep odoo-tests bench chaos lint terms wheel clean

help:
	@echo "make demo    quote, order, subscribe and invoice on demo data, and print it"
	@echo "make serve   open the demo in a browser (PORT=8069)"
	@echo "make test    all tests; one of them: make test T='tests/test_x.py -k name'"
	@echo "                with other apps: make test T='--with=website_sale tests/test_portal_order.py'"
	@echo "                the bridges, with all their apps: make test T='--with=bridges bridges'"
	@echo "make deep    the random tests at their full sizes"
	@echo "make odoo-tests  Odoo's own suites, with and without the addon: what differs"
	@echo "make bench   speed, as ratios to stock Odoo in one run"
	@echo "                a part of it: make bench T=due, or T=scheduler DUE=1000"
	@echo "make chaos   kill servers and PostgreSQL while they bill, and compare with a dry run"
	@echo "                at full size: make chaos DUE=2000 KILLS=10 CRASHES=3"
	@echo "make lint    the linters"
	@echo "make terms   export the terms to translate, and say what lacks a translation"
	@echo "make wheel   the addon and its bridges as Python packages, in dist/"
	@echo "make clean   remove databases, demo and logs"

demo serve chaos lint terms wheel clean:
	@$(MAKE_PY) $@

bench:
	@$(MAKE_PY) $@ $(T)

odoo-tests:
	@$(MAKE_PY) odoo-tests $(T)

test:
	@$(MAKE_PY) test $(T)

deep:
	@$(MAKE_PY) deep $(T)
