// Draws borders, shops and visits on the desk's map; tiles only where the office has named a server for them.
const place = document.getElementById("map"), L = window.L;
const map = L.map(place, { preferCanvas: true, zoomSnap: 0.5 }).setView([37.66, 127.035], 13);
if (place.dataset.tiles) L.tileLayer(place.dataset.tiles, { attribution: place.dataset.attribution }).addTo(map);
else map.attributionControl.setPrefix(false);

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

function label(title, more, href) {
  const box = document.createElement("div"), link = document.createElement("a");
  box.setAttribute("hx-ignore", "");
  link.href = href;
  link.textContent = title;
  box.append(link, document.createElement("br"), more);
  return box;
}

function dot([lat, lon, title, uid, code], options, words, path) {
  return L.circleMarker([lat, lon], { weight: 1.5, fillOpacity: 0.85, ...options }).bindPopup(() => label(title, words[code] ?? code, `${path}/${uid}`));
}

const answer = await fetch(place.dataset.points, { headers: { Accept: "application/json" } });
const { borders, shops, visits, outcomes, statuses } = await answer.json();
const drawn = L.geoJSON(borders, {
  style: ({ properties }) => ({ color: colour(properties.colour), weight: 2, fillOpacity: 0.06 }),
  onEachFeature: ({ properties }, layer) => layer.bindTooltip(`${properties.zone} · ${properties.dong}`, { sticky: true }),
}).addTo(map);
for (const shop of shops) {
  const open = shop[4] === "open";
  dot(shop, { radius: 4, color: colour("ink-soft"), fillColor: open ? "#fff" : colour("line"), dashArray: open ? null : "2 2" }, statuses, "/shops").addTo(map);
}
for (const visit of visits.reverse()) {
  const met = visit[4] === "met";
  dot(visit, { radius: met ? 7 : 5, color: "#fff", fillColor: colour(met ? "primary-60" : "warning-60") }, outcomes, "/visits").addTo(map);
}
const points = [...shops, ...visits].map(([lat, lon]) => [lat, lon]);
if (points.length) map.fitBounds(points, { padding: [24, 24] });
else if (drawn.getLayers().length) map.fitBounds(drawn.getBounds());
place.dataset.drawn = `${borders.features.length} ${shops.length} ${visits.length}`;
