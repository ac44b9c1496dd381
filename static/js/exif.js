// When and where a JPEG was taken, from its EXIF block (CIPA DC-008), before re-encoding removes it.
const TYPES = { 2: 1, 3: 2, 4: 4, 5: 8 };  // bytes of ASCII, SHORT, LONG, RATIONAL

export function exif(buffer) {
  try { return parse(new DataView(buffer)); } catch { return {}; }
}

function parse(view) {
  if (view.getUint16(0) !== 0xffd8) return {};
  for (let at = 2; view.getUint8(at) === 0xff; at += 2 + view.getUint16(at + 2)) {
    if (view.getUint16(at) === 0xffe1 && view.getUint32(at + 4) === 0x45786966) return tags(view, at + 10);
    if (view.getUint16(at) === 0xffda) break;
  }
  return {};
}

function tags(view, start) {
  const little = view.getUint16(start) === 0x4949;
  const main = directory(view, start, view.getUint32(start + 4, little), little);
  const photo = main[0x8769] ? directory(view, start, main[0x8769][0], little) : {};
  const gps = main[0x8825] ? directory(view, start, main[0x8825][0], little) : {};
  return { takenAt: moment(photo[0x9003] ?? main[0x0132], photo[0x9011]), place: place(gps) };
}

function directory(view, start, offset, little) {
  const found = {};
  for (let i = 0, n = view.getUint16(start + offset, little); i < n; i++) {
    const at = start + offset + 2 + i * 12;
    const type = view.getUint16(at + 2, little), count = view.getUint32(at + 4, little), size = TYPES[type];
    if (!size || count > 1000) continue;
    const data = size * count > 4 ? start + view.getUint32(at + 8, little) : at + 8;
    found[view.getUint16(at, little)] = type === 2 ? ascii(view, data, count)
      : Array.from({ length: count }, (_, k) => number(view, data + k * size, type, little));
  }
  return found;
}

const ascii = (view, at, count) => String.fromCharCode(...Array.from({ length: count }, (_, k) => view.getUint8(at + k))).replace(/\0.*$/, "");

const number = (view, at, type, little) => type === 3 ? view.getUint16(at, little) : type === 4 ? view.getUint32(at, little)
  : view.getUint32(at, little) / (view.getUint32(at + 4, little) || 1);

// EXIF writes local time; without an offset beside it, the phone's own zone is meant.
function moment(text, offset) {
  const parts = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)/.exec(text ?? "");
  const when = parts && new Date(`${parts[1]}-${parts[2]}-${parts[3]}T${parts[4]}${/^[+-]\d\d:\d\d$/.test(offset) ? offset : ""}`);
  return when && !Number.isNaN(+when) ? when.toISOString() : undefined;
}

function place(gps) {
  const degrees = ([d = NaN, m = 0, s = 0] = []) => d + m / 60 + s / 3600;
  const lat = degrees(gps[2]) * (gps[1] === "S" ? -1 : 1), lon = degrees(gps[4]) * (gps[3] === "W" ? -1 : 1);
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 && (lat || lon) ? { lat, lon } : undefined;
}
