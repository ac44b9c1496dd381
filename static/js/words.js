// What modules say, from the page's catalogue.
const catalogue = JSON.parse(document.getElementById("words").textContent);
const english = document.documentElement.lang === "en";

export const say = (key, facts = {}) => (catalogue[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "");

const clocks = new Intl.DateTimeFormat("ko-KR", { hour: "2-digit", minute: "2-digit", hour12: false });
const days = new Intl.DateTimeFormat(english ? "en-GB" : "ko-KR", english ? { day: "numeric", month: "short" } : { month: "long", day: "numeric" });
export const clock = (at) => clocks.format(new Date(at));
export const day = (at) => days.format(new Date(at));
export const far = (metres) => metres < 1000 ? `${Math.round(metres / 10) * 10} m` : `${(metres / 1000).toFixed(1)} km`;

// Fills the slots of a cloned template by text alone.
export function fill(template, texts) {
  const node = document.getElementById(template).content.firstElementChild.cloneNode(true);
  for (const [slot, text] of Object.entries(texts)) {
    const place = node.querySelector(`[data-slot="${slot}"]`);
    place.textContent = text ?? "";
    if (text) place.hidden = false;
  }
  return node;
}

// Where a record is, in words: on this phone, on its way, at the office, or what is to be done about it.
export function stateOf(record) {
  const total = record.photos.length, there = total - (record.missing?.length ?? total);
  const time = clock(record.receivedAt ?? record.savedAt);
  const texts = { queued: say("queued"), sending: say("sending_one"), uploading: say("uploading", { k: there, n: total }),
    done: `${say("done", { time })} ${total ? say("done_photos", { n: record.photoCount ?? total }) : ""}`,
    held: say(`held_${record.code}`), gone: say("gone") };
  const referral = record.referral && say(`referral_${record.referral.state}`, { number: record.referral.number });
  const refused = `rejected_${record.code}`;
  const problem = record.state === "conflict" ? say("conflict") : record.state === "rejected" ? say(refused in catalogue ? refused : "rejected")
    : record.refused?.length ? withoutPhotos(record.refused) : "";
  return { state: texts[record.state] ?? "", referral, problem };
}

function withoutPhotos(refused) {
  const [{ code }] = refused;
  return code === "photo-lost" ? say("photo_lost", { n: refused.length }) : say("photo_refused", { n: refused.length, why: say(code) });
}
