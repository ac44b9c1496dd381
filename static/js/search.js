// Where the phone is, and which shops are near. Without words the nearest come first; what knows words comes with the first of
// them (finding.js).
const STEP = 10;  // metres that one may walk before the order is made anew
let kept = { shops: null }, finding = null;

let best = null;  // the best fix so far, watched while a page needs it

export const here = () => best;

export function watch(listener) {
  if (!navigator.geolocation) return listener(null, "none"), () => {};
  const id = navigator.geolocation.watchPosition(({ coords, timestamp }) => {
    const fix = { lat: coords.latitude, lon: coords.longitude, accuracy: coords.accuracy, at: timestamp };
    if (!best || fix.accuracy <= best.accuracy || fix.at - best.at > 60_000) best = fix;
    listener(best, "");
  }, (error) => listener(null, error.code === 1 ? "denied" : "none"), { enableHighAccuracy: true, maximumAge: 10_000, timeout: 30_000 });
  return () => navigator.geolocation.clearWatch(id);
}

// Metres by a flat approximation, right to half a percent within a city.
export function metres(a, b) {
  if (!Number.isFinite(a?.lat) || !Number.isFinite(b?.lat)) return Infinity;
  const y = (a.lat - b.lat) * 110_980, x = (a.lon - b.lon) * 111_320 * Math.cos(((a.lat + b.lat) / 2) * Math.PI / 180) * 1.0011;
  return Math.hypot(x, y);
}

// Sorted once for a list and a place, so that a keystroke only sifts.
function ordered(shops, here) {
  if (kept.shops === shops && (kept.here === here || metres(kept.here, here) < STEP)) return kept.rows;
  const rows = shops.map((shop) => ({ shop, far: metres(here, shop) }));
  if (here) rows.sort((a, b) => (a.far < b.far ? -1 : a.far > b.far ? 1 : 0));
  kept = { shops, here, rows };
  return rows;
}

// Called when someone is about to type, so that the first letter finds all of it here.
export async function ready() {
  finding ??= await import("./finding.js");
  if (kept.shops) finding.prepare(kept.rows);
}

export function search(shops, query, here, limit = 30) {
  const rows = ordered(shops, here), asked = query.trim();
  if (asked && !finding) ready().then(() => dispatchEvent(new Event("search-ready")), () => null);
  const found = asked && finding ? finding.find(rows, asked) : rows;
  return { rows: found.slice(0, limit).map(({ far, shop }) => [far, shop]), total: found.length };
}
