// Recomputes the record in the reader's own browser. Each event is hashed over its canonical JSON (UTF-8, keys sorted,
// no spaces, nothing escaped that need not be) without its `hash`; `prev` is the hash before, 64 zeros for the first.

const ZEROS = "0".repeat(64);

export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value && typeof value === "object") {
    const entries = Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`);
    return `{${entries.join(",")}}`;
  }
  return JSON.stringify(value);
}

export async function digest(event) {
  const { hash, ...rest } = event;
  const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(canonical(rest)));
  return hex(new Uint8Array(bytes));
}

// Gives one {place, seq, at, kind, hash, fits} for each event, in order.
export async function check(events) {
  const found = [];
  let prev = ZEROS;
  for (const [index, event] of events.entries()) {
    const linked = event.prev === prev && event.seq === index + 1 && event.thing === events[0].thing;
    const fits = linked && (await digest(event)) === event.hash;
    found.push({ place: index + 1, seq: event.seq, at: event.at, kind: event.kind, hash: event.hash, fits });
    prev = event.hash;
  }
  return found;
}

// A Merkle tree's hash (RFC 9162, section 2.1.1) over bytes that begin with 0 for a leaf and with 1 for a node.
async function merkle(...parts) {
  const bytes = new Uint8Array(parts.flatMap((part) => [...part]));
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}

const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
const unhex = (text) => (text.match(/../g) || []).map((pair) => Number.parseInt(pair, 16));

// Gives the root to which a proof leads (RFC 9162, section 2.1.3.2), "" when it cannot be one.
export async function rootOf(thing, proof) {
  const { seq, hash, index, path, anchor } = proof;
  let found = await merkle([0], new TextEncoder().encode(canonical({ thing, seq, hash })));
  let [at, last] = [index, anchor.size - 1];
  if (!(at >= 0 && at <= last)) return "";
  for (const sibling of path) {
    if (last === 0) return "";
    if (at % 2 === 1 || at === last) {
      found = await merkle([1], unhex(sibling), found);
      while (at % 2 === 0 && at !== 0) [at, last] = [at / 2, Math.floor(last / 2)];
    } else {
      found = await merkle([1], found, unhex(sibling));
    }
    [at, last] = [Math.floor(at / 2), Math.floor(last / 2)];
  }
  return last === 0 ? hex(found) : "";
}

// Whether the anchor is as it was hashed, the proof leads to its root, and the record still has the anchored event, with
// all before it as they were hashed.
export async function holds(proof, events) {
  const event = events[proof.seq - 1];
  if (!(await check(events.slice(0, proof.seq))).every((entry) => entry.fits)) return false;
  if (!event || event.hash !== proof.hash || (await digest(proof.anchor)) !== proof.anchor.hash) return false;
  return (await rootOf(event.thing, proof)) === proof.anchor.root;
}

async function compare(panel, headers, events) {
  const result = panel.querySelector("[data-verify-anchor]");
  if (!result || !panel.dataset.proof) return;
  try {
    const answer = await fetch(panel.dataset.proof, { headers, cache: "no-store" });
    if (!answer.ok) throw new Error(String(answer.status));
    const { proof } = await answer.json();
    result.textContent = proof ? await weighed(panel, proof, events) : panel.dataset.unanchored;
  } catch {
    result.textContent = panel.dataset.failed;
  }
}

async function weighed(panel, proof, events) {
  const fits = await holds(proof, events);
  if (!fits) panel.classList.add("is-broken");
  const said = fits ? panel.dataset.anchored : panel.dataset.misplaced;
  const { date, root } = proof.anchor;
  // In groups, as the page of the anchors has it: people compare it by eye.
  const spaced = root.match(/.{1,8}/g)?.join(" ");
  return said.replace("{n}", proof.seq).replace("{date}", date).replace("{root}", spaced);
}

function line(panel, entry) {
  const item = document.createElement("li");
  item.className = entry.fits ? "is-whole" : "is-broken";
  const mark = document.createElement("span");
  mark.textContent = entry.fits ? "✓" : "✗";
  const text = document.createElement("span");
  text.className = "digest";
  text.textContent = `${entry.seq} · ${String(entry.hash).slice(0, 16)}…`;
  item.append(mark, text);
  panel.append(item);
}

function show(panel, entries, expected) {
  const list = panel.querySelector("[data-verify-list]");
  const result = panel.querySelector("[data-verify-result]");
  list.replaceChildren();
  for (const entry of entries) line(list, entry);
  list.hidden = entries.length === 0;
  const broken = entries.find((entry) => !entry.fits);
  // The page may be older than the record: its last seal must still be one of the seals, else the end was cut off.
  const known = entries.some((entry) => entry.hash === expected);
  panel.classList.toggle("is-broken", Boolean(broken) || !known);
  if (broken || !known) result.textContent = panel.dataset.broken.replace("{n}", broken ? broken.place : entries.length + 1);
  else result.textContent = panel.dataset.whole.replace("{n}", entries.length);
}

async function run(panel) {
  const result = panel.querySelector("[data-verify-result]");
  result.textContent = panel.dataset.working;
  try {
    const headers = { Authorization: `Bearer ${panel.dataset.token}`, Accept: "application/json" };
    const answer = await fetch(panel.dataset.url, { headers, cache: "no-store" });
    if (!answer.ok) throw new Error(String(answer.status));
    const body = await answer.json();
    const expected = panel.querySelector("[data-head]").textContent.replace(/\s/g, "");
    const events = Array.isArray(body) ? body : body.events;
    show(panel, await check(events), expected);
    await compare(panel, headers, events);
  } catch {
    result.textContent = panel.dataset.failed;
  }
}

for (const panel of document.querySelectorAll("[data-verify]")) {
  const button = panel.querySelector("[data-verify-start]");
  if (!globalThis.crypto?.subtle) {
    panel.querySelector("[data-verify-result]").textContent = panel.dataset.unsafe;
    continue;
  }
  panel.querySelector("[data-verify-script]").hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    await run(panel);
    button.disabled = false;
  });
}
