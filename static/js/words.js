// What modules say, from the page's catalogue.
const catalogue = JSON.parse(document.getElementById("words").textContent);
const english = document.documentElement.lang === "en";

export const say = (key, facts = {}) => (catalogue[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => facts[name] ?? "");

// Written out by hand: the first of the browser's own formatters takes longer to make than all else that a page does at its start.
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" "), WEEKDAYS = "Sun Mon Tue Wed Thu Fri Sat".split(" ");
const two = (number) => String(number).padStart(2, "0");
export const clock = (at) => [new Date(at).getHours(), new Date(at).getMinutes()].map(two).join(":");
export function day(at) {
  const date = new Date(at);
  return english ? `${date.getDate()} ${MONTHS[date.getMonth()]}` : `${date.getMonth() + 1}월 ${date.getDate()}일`;
}
export function weekday(at) {
  const number = new Date(at).getDay();
  return english ? `${WEEKDAYS[number]} ${day(at)}` : `${day(at)} (${"일월화수목금토"[number]})`;
}
export const isoDay = (at) => [new Date(at).getFullYear(), new Date(at).getMonth() + 1, new Date(at).getDate()].map(two).join("-");
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
  const { number, state, word } = record.referral ?? {};
  const referral = number && say(catalogue[`referral_${state}`] ? `referral_${state}` : "referral", { number, state: word });
  const refused = `rejected_${record.code}`;
  const problem = record.state === "conflict" ? say("conflict") : record.state === "rejected" ? say(refused in catalogue ? refused : "rejected")
    : record.refused?.length ? withoutPhotos(record.refused) : "";
  return { state: texts[record.state] ?? "", referral, problem };
}

function withoutPhotos(refused) {
  const [{ code }] = refused;
  return code === "photo-lost" ? say("photo_lost", { n: refused.length }) : say("photo_refused", { n: refused.length, why: say(code) });
}
