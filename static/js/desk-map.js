// The desk's map: what the server counts or names for the part that is looked at; tiles only where the office has a server for them.
import { areaOf, cellMark, dot, heatMark, line, listOf, say } from "./map-marks.js";

const L = self.L, SPOT = 18, APART = 30;
const place = document.getElementById("map"), told = document.getElementById("map-said");
const boxes = [...document.querySelectorAll("input[name=layer]")];
const map = L.map(place, { preferCanvas: true, maxZoom: 20 }).setView([37.66, 127.035], 13);
const layers = Object.fromEntries(["borders", "heat", "points", "walks"].map((name) => [name, L.layerGroup().addTo(map)]));
let asking = null;

if (place.dataset.tiles) L.tileLayer(place.dataset.tiles, { attribution: place.dataset.attribution, maxZoom: 20 }).addTo(map);
else map.attributionControl.setPrefix(false);

const shown = () => boxes.filter((box) => box.checked).map((box) => box.value);

function question(bounds = map.getBounds(), zoom = map.getZoom(), names = shown()) {
  const asked = new URLSearchParams(place.dataset.asked);
  asked.set("box", [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()].map((part) => Math.max(-180, Math.min(180, part)).toFixed(5)).join());
  asked.set("zoom", zoom);
  for (const name of names) asked.append("layer", name);
  return asked;
}

async function ask(path, asked, signal) {
  const answer = await fetch(`${path}?${asked}`, { headers: { Accept: "application/json" }, signal });
  const content = await answer.json();
  if (!answer.ok) throw new Error(Object.values(content.fields ?? {})[0] ?? content.message);
  return content;
}

async function draw() {
  asking?.abort();
  asking = new AbortController();
  try {
    const asked = question();
    const [points, borders] = await Promise.all([ask("/map/points", asked, asking.signal), ask("/map/borders", asked, asking.signal)]);
    for (const layer of Object.values(layers)) layer.clearLayers();
    drawBorders(borders);
    drawHeat(points.heat ?? [], points.level);
    drawPoints(points);
    drawWalks(points.walks ?? []);
    sum(points);
    place.dataset.drawn = map.getZoom();
  } catch (error) {
    tell(error);
  }
}

function drawBorders({ features }) {
  for (const feature of features) areaOf(feature).addTo(layers.borders);
}

function drawHeat(cells, level) {
  const most = Math.max(1, ...cells.map((cell) => cell[2]));
  for (const [lat, lon, open, shops, streets] of cells) {
    for (const part of heatMark([lat, lon], level, open, open / most, `${say("open", { n: open, m: shops })}: ${streets}`)) part.addTo(layers.heat);
  }
}

// Many are cells, side by side where both have some; few are pins, those that a finger could not tell apart as one with a list.
function drawPoints({ shops = {}, visits = {} }) {
  for (const [lat, lon, ...ages] of shops.cells ?? []) cellMark([lat, lon], "shops", ages).addTo(layers.points).on("click", (event) => closer(event).catch(tell));
  for (const [lat, lon, ...counts] of visits.cells ?? []) cellMark([lat, lon], "visits", counts).setZIndexOffset(-1000).addTo(layers.points).on("click", (event) => closer(event).catch(tell));
  const pins = [...(shops.pins ?? []).map((pin) => ["shop", pin]), ...(visits.pins ?? []).map((pin) => ["visit", pin])];
  for (const here of together(pins)) dot(here).bindPopup(() => listOf(here, shops.more)).addTo(layers.points);
}

function drawWalks(walks) {
  walks.forEach((walk, number) => line(walk, number).forEach((part) => part.addTo(layers.walks)));
}

function tell(error) {
  if (error.name !== "AbortError") told.textContent = error instanceof TypeError ? say("failed") : error.message || say("failed");
}

// Closer in; where cells can't be told apart any more, the shops of this one are listed by floor.
async function closer({ latlng }) {
  if (map.getZoom() < SPOT) return map.setView(latlng, Math.min(SPOT, map.getZoom() + 2));
  const { shops } = await ask("/map/points", question(latlng.toBounds(40), 22, ["shops"]));
  if (shops.pins.length) L.popup({ maxHeight: 320 }).setLatLng(latlng).setContent(listOf(shops.pins.map((pin) => ["shop", pin]), shops.more)).openOn(map);
}

function together(pins) {
  const groups = [];
  for (const [kind, pin] of pins) {
    const at = map.latLngToLayerPoint([pin[0], pin[1]]);
    const near = groups.find((group) => group.at.distanceTo(at) < APART);
    if (near) near.push([kind, pin]);
    else groups.push(Object.assign([[kind, pin]], { at }));
  }
  return groups;
}

function sum({ shops = {}, visits = {} }) {
  const of = ({ cells, pins }, from) => cells ? cells.reduce((all, cell) => all + cell.slice(from).reduce((a, b) => a + b, 0), 0) : pins?.length ?? 0;
  const [s, v] = [of(shops, 2) + (shops.more ?? 0), of(visits, 2)];
  told.textContent = [s || v ? say("drawn", { s: s.toLocaleString(), v: v.toLocaleString() }) : say("nothing"), visits.note].filter(Boolean).join(" ");
}

function remember() {
  const address = new URL(location.href);
  address.searchParams.delete("layer");
  for (const name of shown()) address.searchParams.append("layer", name);
  history.replaceState(null, "", address);
}

// What the address names, or else all that is there.
async function begin() {
  const box = (new URLSearchParams(location.search).get("box") ?? place.dataset.extent).split(",").map(Number);
  if (box.length === 4 && box.every(Number.isFinite)) map.fitBounds([[box[1], box[0]], [box[3], box[2]]], { padding: [24, 24], maxZoom: 18 });
  map.on("moveend", draw);
  for (const one of boxes) one.addEventListener("change", () => { remember(); draw(); });
  await draw();
}

begin();
