import json

import peewee

from fieldapp import events
from fieldapp.database import Model, Record

COLOURS = ("violet", "orange", "teal", "blue")  # custom properties of the stylesheets; they differ in lightness too


class Zone(Record):
    """권역. Its `geometry` is GeoJSON text in WGS84, or empty where no border has been imported."""

    name_ko = peewee.CharField(60, unique=True)
    name_en = peewee.CharField(60, default="")
    colour = peewee.CharField(20, default=COLOURS[0])
    position = peewee.IntegerField(default=0)
    geometry = peewee.TextField(default="")

    def name(self, language: str = "ko") -> str:
        return self.name_en if language == "en" and self.name_en else self.name_ko

    @classmethod
    def ordered(cls):
        return cls.select().order_by(cls.position, cls.name_ko)

    @classmethod
    def as_geojson(cls, zones) -> dict:
        """The borders of `zones` as a FeatureCollection; dongs stand in where a zone has no border of its own."""
        zones = list(zones)
        dongs = Dong.select().where(Dong.zone.in_([zone.uid for zone in zones]), Dong.geometry != "")
        by_uid = {zone.uid: zone for zone in zones}
        return {"type": "FeatureCollection", "features": [
            {"type": "Feature", "geometry": json.loads(dong.geometry),
             "properties": {"dong": dong.name_ko, "zone": by_uid[dong.zone_id].name_ko,
                            "colour": by_uid[dong.zone_id].colour}}
            for dong in dongs]}


class Dong(Model):
    """행정동, by the first eight digits of its MOIS code."""

    code8 = peewee.CharField(8, primary_key=True)
    name_ko = peewee.CharField(60)
    zone = peewee.ForeignKeyField(Zone, backref="dongs", on_delete="RESTRICT")
    geometry = peewee.TextField(default="")

    def move_to(self, zone: Zone, by: str, **facts) -> None:
        """Put it into another zone, with its event, in the caller's transaction; its shops do not follow by themselves."""
        Dong.update(zone=zone).where(Dong.code8 == self.code8).execute()
        events.record("dong.rezoned", self.code8, by=by, before=self.zone_id, after=zone.uid, **facts)
