// Which shops fit what is typed: words, initial consonants, part of an address, the end of a number, a name misspelt by one letter.
// `fieldapp/shops/finding.py` does the same in the office; a test holds both against each other. Equals stay as they stand: nearest first.
const BEST = 5;  // fewer than these found as they are typed, those that are one letter off are looked for
const SHORTEST_MISSPELT = 8;  // jamo, four syllables: in a shorter word one letter off is another word
const INITIALS = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ", VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ";
const FINALS = ["", ..."ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"];
const FIRST = 0xac00, SYLLABLES = 11_172, ONLY_INITIALS = new RegExp(`^[${INITIALS}]+$`), NUMBER = /^\d[\d-]{2,}\d$/, HOUSE = /^[\d-]+$/;  // 12 in an address is meant whole
let last = { rows: null };

// Small letters, full-width ones as plain ones, each run of blanks one. NFKC would turn ㅎ into another letter.
const plain = (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0);
const fold = (text) => text.normalize("NFC").replace(/[\uff01-\uff5e]/g, plain).toLowerCase().split(/\s+/).filter(Boolean).join(" ");

// 홍두깨 → ㅎㅗㅇㄷㅜㄲㅐ and ㅎㄷㄲ: the letters as they are typed, each once, and the initial consonants.
function apart(text) {
  let jamo = "", initials = "";
  for (const letter of text) {
    const code = letter.charCodeAt(0) - FIRST, syllable = code >= 0 && code < SYLLABLES, initial = syllable ? INITIALS[Math.floor(code / 588)] : letter;
    jamo += syllable ? initial + VOWELS[Math.floor(code % 588 / 28)] + FINALS[code % 28] : letter;
    initials += initial;
  }
  return { jamo, initials };
}

// All that a keystroke looks at, made once for a list.
export function prepare(rows) {
  if (last.rows === rows) return;
  for (const row of rows) {
    const { name, industry, address, phone } = row.shop, named = fold(name).replaceAll(" ", "");
    const about = fold(`${name} ${industry} ${address}`).replace(/[(),·]/g, " ");
    Object.assign(row, { name: named, text: ` ${about} ${named} `, digits: (phone ?? "").replace(/\D+/g, ""), ...apart(named) });
  }
  last = { rows, asked: "", found: rows };
}

const wordOf = (word) => ({ word, jamo: apart(word).jamo, isInitials: ONLY_INITIALS.test(word), isHouse: HOUSE.test(word),
  digits: NUMBER.test(word) ? word.replaceAll("-", "") : "" });

// The rows that fit, the best first. A longer query is looked for among what the shorter one found: what holds more letters holds those.
export function find(rows, query) {
  prepare(rows);
  const asked = fold(query), words = asked.split(" ").map(wordOf);
  const among = last.asked && asked.startsWith(last.asked) && !words.at(-1).digits ? last.found : rows;
  const found = among.filter((row) => (row.score = scoreOf(row, words)));
  Object.assign(last, { asked, found });
  return found.length < BEST ? [...byScore(found), ...misspelt(rows, apart(asked.replaceAll(" ", "")).jamo, new Set(found))] : byScore(found);
}

// Few scores and thousands of rows: put together by score, each part as it stands.
function byScore(found) {
  const parts = new Map();
  for (const row of found) parts.has(row.score) ? parts.get(row.score).push(row) : parts.set(row.score, [row]);
  return [...parts.keys()].sort((a, b) => b - a).flatMap((score) => parts.get(score));
}

// How well all words fit; 0 where one doesn't. A name that is meant whole leads, then its beginning, then what it holds.
function scoreOf(row, words) {
  let score = 0;
  for (const word of words) {
    const fits = fit(row, word);
    if (!fits) return 0;
    score += fits;
  }
  const whole = words.length === 1 ? words[0].word : words.map(({ word }) => word).join("");
  return score + (row.name === whole ? 64 : row.name.startsWith(whole) ? 16 : row.name.includes(whole) ? 8 : 0);
}

// How well one word fits; as letters too, since 홍두깨 stands as 홍ㄷ and 홍둒 in the field while it is being typed.
function fit({ text, name, digits, initials, jamo }, asked) {
  const { word } = asked;
  if (text.includes(word)) return !asked.isHouse && name.includes(word) ? 6 : text.includes(` ${word} `) ? 5 : text.includes(` ${word}`) ? 3 : 2;
  if (asked.digits) return digits.endsWith(asked.digits) ? 5 : digits.includes(asked.digits) ? 1 : 0;
  if (asked.isInitials && initials.includes(word)) return initials.startsWith(word) ? 4 : 2;
  return jamo.includes(asked.jamo) ? 1 : 0;
}

// Names that hold what was asked but for one jamo; those that are it but for one come first.
function misspelt(rows, wanted, known) {
  if (wanted.length < SHORTEST_MISSPELT) return [];
  const half = Math.floor(wanted.length / 2);
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
