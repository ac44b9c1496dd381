// Finding shops on the phone: by words, initial consonants, part of an address, the end of a number, a word misspelt by one letter.
// `fieldapp/shops/finding.py` does the same in the office; a test holds both against each other. Among equals the nearest is first.
const STEP = 10;  // metres that one may walk before the order is made anew
const BEST = 5;  // fewer than these found as they are typed, those that are one letter off are looked for
const SHORTEST_MISSPELT = 8;  // jamo, four syllables: in a shorter word one letter off is another word
const INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ", VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ";
const FINALS = ["", ..."ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"];
const FIRST = 0xac00, SYLLABLES = 11_172, ONLY_INITIALS = new RegExp(`^[${INITIALS}]+$`), NUMBER = /^\d[\d-]{2,}\d$/, HOUSE = /^[\d-]+$/;  // 12 in an address is meant whole
let kept = { shops: null };

// Metres by a flat approximation, right to half a percent within a city.
export function metres(a, b) {
  if (!Number.isFinite(a?.lat) || !Number.isFinite(b?.lat)) return Infinity;
  const y = (a.lat - b.lat) * 110_980, x = (a.lon - b.lon) * 111_320 * Math.cos(((a.lat + b.lat) / 2) * Math.PI / 180) * 1.0011;
  return Math.hypot(x, y);
}

// Small letters, full-width ones as plain ones, each run of blanks one. NFKC would turn ㅎ into another letter.
const plain = (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0);
const fold = (text) => text.normalize("NFC").replace(/[\uff01-\uff5e]/g, plain).toLowerCase().split(/\s+/).filter(Boolean).join(" ");

// 홍두깨 → ㅎㄷㄲ, and ㅎㅗㅇㄷㅜㄲㅐ: the letters as they are typed, each once.
const letters = (make) => (text) => Array.from(text, (letter) => {
  const code = letter.codePointAt(0) - FIRST;
  return code >= 0 && code < SYLLABLES ? make(code) : letter;
}).join("");
const initialsOf = letters((code) => INITIALS[Math.floor(code / 588)]);
const jamoOf = letters((code) => INITIALS[Math.floor(code / 588)] + VOWELS[Math.floor(code % 588 / 28)] + FINALS[code % 28]);

// What only some queries look at is made at the first of them.
class Row {
  constructor(shop, far) {
    const name = fold(shop.name).replaceAll(" ", "");
    Object.assign(this, { shop, far, name, jamo: jamoOf(name), text: ` ${fold(`${shop.name} ${shop.industry} ${shop.address}`).replace(/[(),·]/g, " ")} ${name} ` });
  }
  get digits() { return this._digits ??= (this.shop.phone ?? "").replace(/\D+/g, ""); }
  get initials() { return this._initials ??= initialsOf(this.name); }
}

// Sorted once for a list and a place, so that a keystroke only sifts.
function ordered(shops, here) {
  if (kept.shops === shops && (kept.here === here || metres(kept.here, here) < STEP)) return kept.rows;
  const rows = (kept.shops === shops ? kept.rows.map((row) => Object.assign(row, { far: metres(here, row.shop) })) : shops.map((shop) => new Row(shop, metres(here, shop))));
  if (here) rows.sort((a, b) => (a.far < b.far ? -1 : a.far > b.far ? 1 : 0));
  kept = { shops, here, rows, asked: "", found: rows };
  return rows;
}

// A longer query is looked for among what the shorter one found: what holds more letters holds those.
export function search(shops, query, here, limit = 30) {
  const rows = ordered(shops, here), asked = fold(query), words = asked ? asked.split(" ").map((word) => [word, jamoOf(word)]) : [];
  const among = kept.asked && asked.startsWith(kept.asked) && !NUMBER.test(words.at(-1)[0]) ? kept.found : rows;
  const found = words.length ? among.filter((row) => (row.score = scoreOf(row, words))) : among;
  Object.assign(kept, { asked, found });
  const best = words.length ? bestOf(found, limit) : found.slice(0, limit), off = words.length && found.length < BEST ? misspelt(rows, asked, new Set(found)) : [];
  return { rows: [...best, ...off].slice(0, limit).map(({ far, shop }) => [far, shop]), total: found.length + off.length };
}

// By score, and among equals as they stand: a few are picked out of thousands, which need no sorting.
function bestOf(found, limit) {
  const byScore = new Map();
  for (const row of found) byScore.has(row.score) ? byScore.get(row.score).push(row) : byScore.set(row.score, [row]);
  return [...byScore.keys()].sort((a, b) => b - a).flatMap((score) => byScore.get(score)).slice(0, limit);
}

// How well all words fit; 0 where one doesn't. A name that is meant whole leads, then its beginning, then what it holds.
function scoreOf(row, words) {
  const whole = words.map(([word]) => word).join("");
  let score = row.name === whole ? 64 : row.name.startsWith(whole) ? 16 : row.name.includes(whole) ? 8 : 0;
  for (const [word, jamo] of words) {
    const fits = fit(row, word, jamo);
    if (!fits) return 0;
    score += fits;
  }
  return score;
}

// How well one word fits; as letters too, since 홍두깨 stands as 홍ㄷ and 홍둒 in the field while it is being typed.
function fit(row, word, jamo) {
  if (row.text.includes(word)) return row.name.includes(word) && !HOUSE.test(word) ? 6 : row.text.includes(` ${word} `) ? 5 : row.text.includes(` ${word}`) ? 3 : 2;
  if (NUMBER.test(word)) {
    const digits = word.replaceAll("-", "");
    return row.digits.endsWith(digits) ? 5 : row.digits.includes(digits) ? 1 : 0;
  }
  if (ONLY_INITIALS.test(word) && row.initials.includes(word)) return row.initials.startsWith(word) ? 4 : 2;
  return row.jamo.includes(jamo) ? 1 : 0;
}

// Names that hold what was asked but for one jamo; those that are it but for one come first.
function misspelt(rows, asked, known) {
  const wanted = jamoOf(asked.replaceAll(" ", "")), half = Math.floor(wanted.length / 2);
  if (wanted.length < SHORTEST_MISSPELT) return [];
  const halves = [wanted.slice(0, half), wanted.slice(half)], whole = [], part = [];  // one letter off leaves one half as it is
  for (const row of rows) {
    if (!(row.jamo.includes(halves[0]) || row.jamo.includes(halves[1])) || known.has(row)) continue;
    if (oneOff(wanted, row.jamo)) whole.push(row);
    else if (holds(row.jamo, wanted, halves)) part.push(row);
  }
  return [...whole, ...part];
}

function holds(text, wanted, [first, second]) {
  for (const [piece, before] of [[first, 0], [second, first.length]]) {
    for (let at = text.indexOf(piece); at >= 0; at = text.indexOf(piece, at + 1)) {
      for (const start of before ? [at - before - 1, at - before, at - before + 1] : [at]) {
        for (const length of [wanted.length - 1, wanted.length, wanted.length + 1]) {
          if (start >= 0 && start + length <= text.length && oneOff(wanted, text.slice(start, start + length))) return true;
        }
      }
    }
  }
  return false;
}

// Whether two texts differ by at most one letter too many, missing or wrong.
function oneOff(a, b) {
  if (a.length > b.length) [a, b] = [b, a];
  if (b.length - a.length > 1) return false;
  let same = 0;
  while (same < a.length && a[same] === b[same]) same += 1;
  return a.slice(a.length === b.length ? same + 1 : same) === b.slice(same + 1);
}
