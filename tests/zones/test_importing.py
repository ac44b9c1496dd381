import json

import pytest

from fieldapp.events import Event
from fieldapp.zones import Dong, Zone, known_borders
from fieldapp.zones.borders import BadBorders, read_borders
from fieldapp.zones.importing import Summary, import_zones


def rewritten(published, folder, **changes):
    """The file once more, with the first dong's properties changed."""
    data = json.loads(published.dongs.read_bytes())
    data["features"][0]["properties"] |= changes
    file = folder / "again.geojson"
    file.write_text(json.dumps(data), encoding="utf-8")
    return file


def test_zones_and_dongs_come_in(database, published):
    summary = import_zones(published.dongs)
    told = [feature["properties"] for feature in published.features]
    assert summary == Summary(zones_new=len({dong["zone"] for dong in told}), dongs_new=len(told))
    assert {dong.code8: (dong.name_ko, dong.zone.name_ko) for dong in Dong.select()} == {
        dong["code"][:8]: (dong["name_ko"], dong["zone"]) for dong in told}
    zones = list(Zone.ordered())
    assert [zone.name_ko for zone in zones] == list(dict.fromkeys(dong["zone"] for dong in told)), "in the file's order"
    assert len({zone.colour for zone in zones}) == len(zones)
    event = Event.get()
    assert (event.kind, event.subject, event.facts["dongs_new"]) == ("zones.imported", published.dongs.name, len(told))


def test_the_same_file_again_changes_nothing_and_says_so(database, published):
    import_zones(published.dongs)
    before = list(Zone.select().order_by(Zone.uid).dicts()), list(Dong.select().order_by(Dong.code8).dicts())
    summary = import_zones(published.dongs)
    assert summary.changes == 0 and summary.dongs_unchanged == len(published.features)
    assert (list(Zone.select().order_by(Zone.uid).dicts()), list(Dong.select().order_by(Dong.code8).dicts())) == before
    assert Event.select().count() == 1


def test_the_database_answers_as_the_file_does(database, published):
    import_zones(published.dongs)
    known = known_borders()
    assert known.drawn
    assert [(border.code8, border.name, border.geometry) for border in known.by_code.values()] == sorted(
        (border.code8, border.name, border.geometry) for border in read_borders(published.dongs))


def test_a_dong_may_be_renamed_but_stays_in_its_zone(database, published, tmp_path):
    import_zones(published.dongs)
    zones, told = Zone.select().count(), published.features[0]["properties"]
    summary = import_zones(rewritten(published, tmp_path, name_ko="새이름동", zone="새권역"))
    assert summary == Summary(zones_new=1, dongs_changed=1, dongs_unchanged=len(published.features) - 1, elsewhere=1)
    dong = Dong.get_by_id(told["code"][:8])
    assert (dong.name_ko, dong.zone.name_ko) == ("새이름동", told["zone"]) and Zone.select().count() == zones + 1


def test_what_the_file_does_not_name_stays(database, cast, published):
    import_zones(published.dongs)
    assert {"창동권역", "쌍문권역"} <= {zone.name_ko for zone in Zone.select()}
    assert Dong.select().where(Dong.code8.in_(["11320511", "11320660"])).count() == 2


def test_a_zone_is_known_by_its_name_and_keeps_its_colour(database, cast, published, tmp_path):
    import_zones(rewritten(published, tmp_path, zone="창동권역"))
    zone = Zone.get(Zone.name_ko == "창동권역")
    assert (zone.uid, zone.colour, zone.name_en) == (cast.zone.uid, "violet", "Chang-dong")


def test_a_bad_file_changes_nothing(database, published, tmp_path):
    with pytest.raises(BadBorders):
        import_zones(rewritten(published, tmp_path, code="창1동"))
    assert Zone.select().count() == Dong.select().count() == Event.select().count() == 0


def test_borders_are_given_as_geojson_by_zone(database, published):
    import_zones(published.dongs)
    zone = Zone.ordered().first()
    drawn = Zone.as_geojson([zone])
    of_the_zone = [feature for feature in published.features if feature["properties"]["zone"] == zone.name_ko]
    assert sorted(feature["properties"]["dong"] for feature in drawn["features"]) == sorted(
        feature["properties"]["name_ko"] for feature in of_the_zone)
    assert {feature["properties"]["colour"] for feature in drawn["features"]} == {zone.colour}
    assert len(Zone.as_geojson(Zone.select())["features"]) == len(published.features)
