// From door to door with a bad network. What is entered is first kept on the device, then sent; the key of an entry makes
// a ballot that is sent twice one ballot, and `age` says how long ago it was given, whatever this device's clock says.
const door = document.querySelector("#door");
const place = `door-${door.dataset.door}`;
const said = door.dataset;
const bar = document.querySelector("#door-bar");
const count = document.querySelector("#door-count");
const sendNow = document.querySelector("#door-send");
const signIn = document.querySelector("#door-signin");
let sending = false;
let signedOut = false;

const load = () => JSON.parse(localStorage.getItem(place) || "[]");
const save = (entries) => localStorage.setItem(place, JSON.stringify(entries));
const cardOf = (unit) => document.querySelector(`[data-unit="${unit}"]`);

function mark(unit, state, words) {
  const card = cardOf(unit);
  if (!card) return;
  card.dataset.state = state;
  card.querySelector(".door-said").textContent = words;
}

function refusal(unit, words) {
  const line = cardOf(unit)?.querySelector("[data-refusal]");
  if (!line) return;
  line.textContent = words;
  line.hidden = !words;
}

function show() {
  const waiting = load();
  const offline = !navigator.onLine;
  bar.dataset.state = offline ? "offline" : "online";
  const words = waiting.length ? said.waiting.replace("{n}", waiting.length) : said.none;
  count.textContent = signedOut ? said.signin : offline ? `${said.offline} ${words}` : words;
  sendNow.hidden = !waiting.length;
  signIn.hidden = !signedOut;
  for (const entry of waiting) mark(entry.unit, "waiting", said.kept);
}

function csrf() {
  return document.querySelector('input[name="csrf"]')?.value ?? "";
}

async function send(entry) {
  const fields = new URLSearchParams(entry.fields);
  fields.set("csrf", csrf());
  fields.set("age", String(Math.max(0, Math.round((Date.now() - entry.at) / 1000))));
  return fetch(said.post, { method: "POST", body: fields, headers: { Accept: "application/json" }, redirect: "manual" });
}

async function sendAll() {
  if (sending) return;
  sending = true;
  try {
    for (const entry of load()) {
      let answer;
      try {
        answer = await send(entry);
      } catch {
        break; // no network: everything stays where it is
      }
      if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) {
        signedOut = true;
        break;
      }
      if (answer.status >= 500 || answer.status === 429) break;
      signedOut = false;
      const body = await answer.json().catch(() => ({}));
      save(load().filter((other) => other.key !== entry.key));
      if (answer.ok) mark(entry.unit, "sent", said.sent);
      else {
        mark(entry.unit, "refused", body.message ?? "");
        refusal(entry.unit, body.message ?? "");
        keepRefused(entry, body.message ?? "");
      }
    }
  } finally {
    sending = false;
    show();
  }
}

// What was refused is never thrown away: it stays on the device with its reason until the unit is entered anew.
function keepRefused(entry, reason) {
  const list = JSON.parse(localStorage.getItem(`${place}-refused`) || "[]");
  list.push({ ...entry, reason });
  localStorage.setItem(`${place}-refused`, JSON.stringify(list));
}

function enter(form) {
  const fields = [...new FormData(form)].filter(([name]) => name !== "csrf");
  const unit = form.querySelector('[name="unit"]').value;
  const key = form.querySelector('[name="key"]').value;
  save([...load().filter((other) => other.key !== key), { key, unit, fields, at: Date.now() }]);
  const refused = JSON.parse(localStorage.getItem(`${place}-refused`) || "[]");
  localStorage.setItem(`${place}-refused`, JSON.stringify(refused.filter((other) => other.unit !== unit)));
  refusal(unit, "");
  mark(unit, "waiting", said.kept);
  // Another ballot for this door is another ballot.
  form.querySelector('[name="key"]').value = [...crypto.getRandomValues(new Uint8Array(12))].map((b) => b.toString(16).padStart(2, "0")).join("");
  form.closest("details").open = false;
  form.reset();
}

for (const form of document.querySelectorAll("[data-entry]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    enter(form);
    show();
    sendAll();
  });
}
for (const entry of JSON.parse(localStorage.getItem(`${place}-refused`) || "[]")) {
  mark(entry.unit, "refused", entry.reason);
  refusal(entry.unit, entry.reason);
}
sendNow.addEventListener("click", sendAll);
addEventListener("online", sendAll);
addEventListener("offline", show);
// A phone says "online" long before the network works in a stairwell.
setInterval(() => load().length && sendAll(), 15_000);

// The pages of all buildings are kept for where there is no network.
if ("serviceWorker" in navigator) {
  navigator.serviceWorker.addEventListener("message", (event) => {
    if (event.data?.kept) document.querySelector("#door-kept").dataset.kept = "";
  });
  navigator.serviceWorker.register(said.worker, { scope: said.scope }).then(async () => {
    const ready = await navigator.serviceWorker.ready;
    const pages = [location.href, ...[...document.querySelectorAll("#door-buildings a")].map((link) => link.href)];
    const parts = [...document.querySelectorAll('link[rel="stylesheet"], script[src]')].map((part) => part.href || part.src);
    ready.active?.postMessage({ keep: [...new Set([...pages, ...parts])] });
  });
}
show();
sendAll();
