// A small map on which one tap says where the visit was. It loads only when it is opened.
const vendor = new URL("../vendor/leaflet@1.9.4/", import.meta.url);
let map = null, mark = null;

export async function leaflet() {
  if (self.L) return self.L;
  document.head.append(Object.assign(document.createElement("link"), { rel: "stylesheet", href: new URL("leaflet.css", vendor) }));
  await new Promise((resolve, reject) => document.head.append(Object.assign(document.createElement("script"),
    { src: new URL("leaflet.js", vendor), onload: resolve, onerror: reject })));
  return self.L;
}

export async function pick(place, from, borders, chosen) {
  const L = await leaflet();
  if (!map) {
    place.classList.add("map");
    map = L.map(place, { attributionControl: false });
    if (borders) L.geoJSON(borders, { interactive: false, style: { weight: 1, fillOpacity: 0.04 } }).addTo(map);
    map.on("click", ({ latlng }) => { show(L, latlng); chosen({ lat: latlng.lat, lon: latlng.lng, at: Date.now() }); });
  }
  map.invalidateSize();
  const centre = from?.lat != null ? [from.lat, from.lon] : [37.66, 127.04];
  map.setView(centre, from?.lat != null ? 17 : 13);
  if (from?.lat != null) show(L, centre);
}

function show(L, point) {
  mark ??= L.circleMarker(point, { radius: 10, weight: 4 }).addTo(map);
  mark.setLatLng(point);
}
