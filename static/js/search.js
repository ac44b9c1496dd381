// Finding shops on the phone: every word anywhere in name, industry or address; nearest first where a place is known.
const hay = new WeakMap();

const text = (shop) => {
  if (!hay.has(shop)) hay.set(shop, `${shop.name} ${shop.industry} ${shop.address}`.toLowerCase());
  return hay.get(shop);
};

// Metres by a flat approximation, right to half a percent within a city.
export function metres(a, b) {
  if (a?.lat == null || b?.lat == null) return Infinity;
  const y = (a.lat - b.lat) * 110_980, x = (a.lon - b.lon) * 111_320 * Math.cos(((a.lat + b.lat) / 2) * Math.PI / 180) * 1.0011;
  return Math.hypot(x, y);
}

export function search(shops, query, here, limit = 30) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const found = words.length ? shops.filter((shop) => words.every((word) => text(shop).includes(word))) : shops;
  const near = here ? found.map((shop) => [metres(here, shop), shop]).sort((a, b) => a[0] - b[0])
    : found.map((shop) => [Infinity, shop]);
  return { rows: near.slice(0, limit), total: found.length };
}
