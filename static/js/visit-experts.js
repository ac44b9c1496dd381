// Who fits best for this shop and field, as the office answers at once; where it doesn't, nothing is shown and nothing waits.
import { say } from "./words.js";

const TIMEOUT = 10_000;

export function start({ state, form }) {
  const place = document.getElementById("fits");
  let asked = "";

  const wished = () => new FormData(form).get("refer.expert") ?? "";

  async function ask() {
    const shop = state.draft?.shop ?? "", field = form.elements["refer.field"].value, question = `shop=${shop}&field=${field}`;
    if (question === asked) return;
    const wish = asked ? "" : wished();  // it was made for another shop or field
    asked = question;
    place.replaceChildren(kept(wish));
    if (!shop || !field) return;
    const experts = await answer(question);
    if (question === asked && experts?.length) place.replaceChildren(choice(experts, wish));
  }

  async function answer(question) {
    try {
      const response = await fetch(`/sync/experts?${question}`, { cache: "no-store", headers: { "X-Fieldapp": "1" }, signal: AbortSignal.timeout(TIMEOUT) });
      return response.ok ? (await response.json()).experts : null;
    } catch { return null; }
  }

  form.addEventListener("change", ask);
  form.addEventListener("shop-chosen", ask);
  ask();
}

const make = (name, facts, ...children) => {
  const node = Object.assign(document.createElement(name), facts);
  node.append(...children);
  return node;
};

const kept = (value) => make("input", { type: "hidden", name: "refer.expert", value });

const choice = (experts, wish) => make("fieldset", {}, make("legend", { textContent: say("wish") }), make("div", { className: "chips fits" },
  ...[{ uid: "", name: say("no_wish"), words: "" }, ...experts].map((one) => chip(one, experts.some(({ uid }) => uid === wish) ? wish : ""))));

const chip = ({ uid, name, words }, wish) => make("label", { className: "chip" },
  make("input", { type: "radio", name: "refer.expert", value: uid, checked: uid === wish }),
  make("span", {}, make("b", { textContent: name }), make("small", { textContent: words })));
