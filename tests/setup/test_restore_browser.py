"""What a phone does when its office comes back from a backup: what docs/backup.md tells the operator."""

import os
import subprocess
import sys

import pytest
from playwright.sync_api import expect

from fieldapp.config import HOME
from fieldapp.database import db
from tests.phone_user import PhoneUser, jpeg, once_at_the_desk


def flask(data, *arguments: str) -> None:
    env = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"} | {"FIELDAPP_DATA": str(data)}
    subprocess.run([sys.executable, "-m", "flask", "--app", "fieldapp", *arguments], cwd=HOME, env=env, check=True, timeout=60)


@pytest.mark.browser
@pytest.mark.slow
def test_it_loads_all_anew_sends_what_it_holds_and_lists_what_is_lost(office, phone, tmp_path):
    data, archive, shop = office.config.data, str(tmp_path / "made.tar"), office.cast.shop.uid
    context = phone(office.url, place=(37.6501, 127.0451))
    office.log_in(context)
    user = PhoneUser(context).install()
    user.visit(shop, "백업 앞", [jpeg(1)])
    user.wait(done=1)
    cursor = user.run("return (await (await js('outbox/store.js')).read('meta', 'pack')).cursor")
    db.close()
    flask(data, "backup", archive)
    user.visit(shop, "백업 뒤에 다 보낸 것", [jpeg(2)])
    lost = user.wait(done=2)[-1]
    context.route("**/sync/photos/*", lambda route: route.abort())
    user.visit(shop, "사진이 아직 가는 길", [jpeg(3)])
    user.wait(done=2, uploading=1)
    office.server.kill()
    user.visit(shop, "아직 보내지 않은 것", [jpeg(4)])
    flask(data, "restore", "--replace", archive)
    office.server.start()
    context.unroute("**/sync/photos/*")
    for _ in range(3):  # what the office has lost is sent anew as soon as the phone has heard so
        user.press()
    user.wait(done=4)
    once_at_the_desk({"백업 앞": 1, "사진이 아직 가는 길": 1, "아직 보내지 않은 것": 1})
    user.until("return (await (await js('outbox/store.js')).read('meta', 'pack')).cursor.split('.')[0] !== arg.split('.')[0]",
               "the pack is of another epoch", cursor)
    assert user.run("return (await (await js('outbox/store.js')).all('shops')).length") == 2
    user.page.goto("/outbox")
    listed = user.page.locator("#records .record", has_text="가상분식")
    listed.nth(3).wait_for()
    expect(listed).to_have_count(4)
    assert lost["shopName"] == "가상분식" and not lost["memo"], "which shop and when is all that is left of it"
