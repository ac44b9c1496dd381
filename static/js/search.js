// Finding shops on the phone: every word anywhere in name, industry or address; nearest first where a place is known.
const STEP = 10;  // metres that one may walk before the order is made anew
let kept = { shops: null };

// Metres by a flat approximation, right to half a percent within a city.
export function metres(a, b) {
  if (!Number.isFinite(a?.lat) || !Number.isFinite(b?.lat)) return Infinity;
  const y = (a.lat - b.lat) * 110_980, x = (a.lon - b.lon) * 111_320 * Math.cos(((a.lat + b.lat) / 2) * Math.PI / 180) * 1.0011;
  return Math.hypot(x, y);
}

// Sorted once for a list and a place, so that a keystroke only sifts.
function ordered(shops, here) {
  if (kept.shops === shops && (kept.here === here || metres(kept.here, here) < STEP)) return kept.rows;
  const rows = shops.map((shop) => ({ shop, far: metres(here, shop), text: `${shop.name} ${shop.industry} ${shop.address}`.toLowerCase() }));
  if (here) rows.sort((a, b) => (a.far < b.far ? -1 : a.far > b.far ? 1 : 0));
  kept = { shops, here, rows, asked: "", found: rows };
  return rows;
}

// A longer query is looked for among what the shorter one found.
export function search(shops, query, here, limit = 30) {
  const asked = query.toLowerCase(), words = asked.split(/\s+/).filter(Boolean), rows = ordered(shops, here);
  const among = asked.startsWith(kept.asked) ? kept.found : rows;
  const found = among.filter(({ text }) => words.every((word) => text.includes(word)));
  Object.assign(kept, { asked, found });
  return { rows: found.slice(0, limit).map(({ far, shop }) => [far, shop]), total: found.length };
}
