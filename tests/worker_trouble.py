"""What a server does to whoever writes: it is slow, goes away, has no room."""

import contextlib
import os
import subprocess
import tempfile

from psycopg2.errors import DiskFull

from odoo.sql_db import close_all, db_connect
from odoo.tools import SQL


def administrate(*statements):
    """Say something that takes effect for connections to come."""
    with db_connect('postgres').cursor() as cr:
        cr._cnx.autocommit = True
        for statement in statements:
            cr.execute(statement)
    close_all()


def hurt(registry, what, table='account_move', whose="'Payer 3'"):
    """Let the server do something to whoever writes for a payer: an invoice of the fourth one.

    :param str whose: names of payers, in SQL
    """
    payer = 'partner_id' if table == 'account_move' else 'partner_invoice_id'
    with registry.cursor() as cr:
        cr.execute(
            SQL(
                """
                CREATE FUNCTION hurt() RETURNS trigger LANGUAGE plpgsql AS %s;
                CREATE TRIGGER hurt BEFORE INSERT OR UPDATE ON %s
                   FOR EACH ROW EXECUTE FUNCTION hurt()
                """,
                f"""BEGIN
                    IF (SELECT name FROM res_partner WHERE id = NEW.{payer}) IN ({whose}) THEN
                        {what}
                    END IF;
                    RETURN NEW;
                END""",
                SQL.identifier(table),
            )
        )


def heal(registry):
    with registry.cursor() as cr:
        cr.execute('DROP FUNCTION IF EXISTS hurt() CASCADE')


def fill_disk(registry):
    """Let a disk run full: invoice lines on a small one, and something else that takes its room.

    :return: the folder where it is mounted; False: only root can mount, so the server says what it
        would
    """
    with registry.cursor() as cr:
        cr.execute('SHOW data_directory')
        owner = os.stat(cr.fetchone()[0])
    folder = tempfile.mkdtemp()
    mount = ['mount', '-t', 'tmpfs', '-o', f'size=24m,uid={owner.st_uid},mode=0700']
    if subprocess.run([*mount, 'tmpfs', folder], check=False, capture_output=True).returncode:
        os.rmdir(folder)
        hurt(registry, "RAISE EXCEPTION USING ERRCODE = '53100';")
        return False
    space = f'small_{os.path.basename(folder)}'
    administrate(SQL('CREATE TABLESPACE %s LOCATION %s', SQL.identifier(space), folder))
    with registry.cursor() as cr:
        cr.execute(SQL('ALTER TABLE account_move_line SET TABLESPACE %s', SQL.identifier(space)))
        cr.execute(SQL('CREATE TABLE filler (t text) TABLESPACE %s', SQL.identifier(space)))
    for size in (10000, 1):
        fill(registry, size)
    return folder


def fill(registry, rows):
    """Write until there is no room for so many more."""
    with contextlib.suppress(DiskFull):
        while True:
            with registry.cursor() as cr:
                cr.execute(
                    "INSERT INTO filler SELECT repeat('x', 1000) FROM generate_series(1, %s)",
                    [rows],
                )


def free_disk(registry, folder):
    heal(registry)
    if not folder:
        return
    with registry.cursor() as cr:
        cr.execute('DROP TABLE filler')
        cr.execute('ALTER TABLE account_move_line SET TABLESPACE pg_default')
    space = f'small_{os.path.basename(folder)}'
    administrate(SQL('DROP TABLESPACE %s', SQL.identifier(space)))
    subprocess.run(['umount', folder], check=True)
    os.rmdir(folder)
