// 지도: the zones' borders and shops from the pack, with a list beside; tiles only where the office has them.
import "./phone.js";
import { onChange } from "./outbox/store.js";
import { rest, shops as all } from "./outbox/pack.js";
import { list } from "./rows.js";
import { here, search, watch } from "./search.js";
import { day, far, say } from "./words.js";

const find = (id) => document.getElementById(id);
const L = self.L, NEAR = 20;
const colours = getComputedStyle(document.documentElement);
const canvas = L.canvas({ padding: 0.3, tolerance: 12 });
const map = L.map("map", { attributionControl: !!find("map").dataset.tiles }).setView([37.66, 127.04], 13);
const layer = L.layerGroup().addTo(map);
let borders = null, me = null, moved = false, shown = null;

if (find("map").dataset.tiles) L.tileLayer(find("map").dataset.tiles, { attribution: find("map").dataset.attribution, maxZoom: 19 }).addTo(map);
map.on("dragstart zoomstart", () => { moved = true; });

async function draw() {
  const shops = await all();
  drawBorders((await rest())?.borders);
  if (shops === shown) return;
  shown = shops;
  layer.clearLayers();
  for (const point of byPoint(shops)) layer.addLayer(pin(point));
  drawMe();
  near(shops);
}

function drawBorders(found) {
  if (borders || !found?.features.length) return;
  borders = L.geoJSON(found, { interactive: false, style: ({ properties }) => ({ color: colours.getPropertyValue(`--${properties.colour}`) || "#0b50d0", weight: 2, fillOpacity: 0.05 }) }).addTo(map);
  if (!moved && !here()) map.fitBounds(borders.getBounds());
}

// Several shops on one point are one pin that opens the floors' list.
function byPoint(shops) {
  const points = new Map();
  for (const shop of shops) {
    if (shop.lat == null) continue;
    const key = `${shop.lat.toFixed(6)},${shop.lon.toFixed(6)}`;
    points.set(key, [...(points.get(key) ?? []), shop]);
  }
  return [...points.values()];
}

function pin(shops) {
  const seen = shops.some((shop) => shop.last_at);
  return L.circleMarker([shops[0].lat, shops[0].lon], { renderer: canvas, radius: Math.min(14, 6 + shops.length), weight: 2,
    color: seen ? "#0b50d0" : "#7a5200", fillColor: seen ? "#0b50d0" : "#fff", fillOpacity: seen ? 0.75 : 0.9 }).bindPopup(() => popup(shops));
}

function popup(shops) {
  const box = document.createElement("div");
  box.className = "floors";
  for (const shop of shops) {
    const link = Object.assign(document.createElement("a"), { href: `/visits/new?shop=${shop.uid}`, textContent: shop.name });
    const about = Object.assign(document.createElement("small"), { textContent: shop.last_at ? `${say("last", { day: day(shop.last_at) })} ${say(`outcome_${shop.outcome}`)}` : say("never") });
    box.append(link, about);
  }
  return box;
}

function drawMe() {
  const fix = here();
  if (!fix) return;
  if (!me) me = L.circleMarker([fix.lat, fix.lon], { radius: 8, color: "#fff", weight: 3, fillColor: "#bd2c0f", fillOpacity: 1 }).addTo(map);
  me.setLatLng([fix.lat, fix.lon]).bringToFront();
  if (!moved) { map.setView([fix.lat, fix.lon], 17); moved = true; }
}

function near(shops) {
  const centre = map.getCenter();
  const { rows } = search(shops.filter((shop) => shop.lat != null), "", here() ?? { lat: centre.lat, lon: centre.lng }, NEAR);
  list(find("found"), rows.map(([metres, shop]) => (
    { name: shop.name, far: far(metres), why: [shop.industry, shop.address].filter(Boolean).join(" · "), href: `/visits/new?shop=${shop.uid}` })));
}

onChange(draw);
watch(() => { drawMe(); });
draw();
