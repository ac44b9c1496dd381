"""Borders from a file into the register of zones: by name for a zone, by code for a dong."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from fieldapp import events
from fieldapp.database import writing
from fieldapp.zones.borders import Border, Borders, read_borders
from fieldapp.zones.zone import COLOURS, Dong, Zone


@dataclass
class Summary:
    """How many zones and dongs the file brought, and what it changed; `elsewhere` it puts into another zone than they are in."""

    zones_new: int = 0
    dongs_new: int = 0
    dongs_changed: int = 0
    dongs_unchanged: int = 0
    elsewhere: int = 0

    @property
    def changes(self) -> int:
        return self.zones_new + self.dongs_new + self.dongs_changed


def import_zones(path: str | Path) -> Summary:
    """Bring in the dongs of a GeoJSON file and the zones that they name. Raises BadBorders before any change.

    Nothing is deleted: a dong that the file does not name stays. A known dong stays in its zone, and so do its shops: it moves on the
    page of borders, where what would go with it is shown first.
    """
    borders = read_borders(path)
    summary = Summary()
    with writing():
        zones = {zone.name_ko: zone for zone in Zone.select()}
        for border in borders:
            if border.zone not in zones:
                zones[border.zone] = _new_zone(border.zone, len(zones))
                summary.zones_new += 1
            _keep(border, zones[border.zone], summary)
        if summary.changes:
            events.record("zones.imported", Path(path).name[:80], **asdict(summary))
    return summary


def _new_zone(name: str, position: int) -> Zone:
    return Zone.create(name_ko=name, colour=COLOURS[position % len(COLOURS)], position=position)


def _keep(border: Border, zone: Zone, summary: Summary) -> None:
    told = {"name_ko": border.name, "geometry": json.dumps(border.geometry, separators=(",", ":"))}
    dong = Dong.get_or_none(Dong.code8 == border.code8)
    if dong is None:
        Dong.create(code8=border.code8, zone=zone, **told)
        summary.dongs_new += 1
        return
    summary.elsewhere += dong.zone_id != zone.uid
    if any(getattr(dong, name) != value for name, value in told.items()):
        Dong.update(**told).where(Dong.code8 == dong.code8).execute()
        summary.dongs_changed += 1
    else:
        summary.dongs_unchanged += 1


def known_borders() -> Borders:
    """The dongs of the database, ready to be asked where a point lies."""
    return Borders([Border(dong.code8, dong.name_ko, dong.zone_id, json.loads(dong.geometry) if dong.geometry else None)
                    for dong in Dong.select().order_by(Dong.code8)])
