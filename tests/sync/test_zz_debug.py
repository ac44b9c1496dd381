import pytest
from fieldapp.database import db
from fieldapp.visits import Visit
from tests.phone_user import once_at_the_desk
pytestmark = pytest.mark.browser

@pytest.mark.parametrize("n", [1, 2, 3])
def test_a(office, user, n):
    office.server.stop()
    user.visit(office.cast.shop.uid, "뒤")
    office.server.start()
    user.send()
    user.wait(done=1)
    import sqlite3
    print("path", office.config.database_url, db.obj.database, office.server.data)
    print("raw", sqlite3.connect(db.obj.database).execute("select count(*) from visit").fetchall())
    print("orm", Visit.select().count(), Visit._meta.database.obj.database)
    print(db.execute_sql("pragma database_list").fetchall(), db.in_transaction(), db.connection())
    once_at_the_desk({"뒤": 0})
