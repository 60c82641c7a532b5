// Helps at the desk; every page works without it. Count-downs that agree with the server's clock, keys in the
// worklist.

const loaded = performance.now();
const say = document.getElementById("console-say");

// ---------- what is due ----------

function now(element) {
  return Date.parse(element.dataset.now) + (performance.now() - loaded) * (Number(element.dataset.speed) || 1);
}

function span(element, seconds) {
  const d = Math.floor(seconds / 86400);
  const h = Math.floor((seconds % 86400) / 3600);
  const m = Math.floor((seconds % 3600) / 60);
  const pattern = d ? element.dataset.days : h ? element.dataset.hours : element.dataset.minutes;
  return pattern.replace("{d}", d).replace("{h}", h).replace("{m}", m).replace("{s}", Math.floor(seconds % 60));
}

function late(element) {
  element.closest(".due").classList.add("is-late");
  const row = element.closest("[data-row]");
  row?.classList.add("is-late");
  const what = row?.querySelector("[data-open]") ?? element.closest("li")?.querySelector(".dues-what");
  if (say && what) say.textContent = say.dataset.late.replace("{what}", what.textContent.trim());
}

function tick() {
  for (const element of document.querySelectorAll("[data-deadline]")) {
    const left = (Date.parse(element.dateTime) - now(element)) / 1000;
    const pattern = left < 0 ? element.dataset.late : element.dataset.left;
    const text = pattern.replace("{time}", span(element, Math.abs(left)));
    if (element.textContent !== text) element.textContent = text;
    // Said once, at the moment it happens: what ticks is not read out.
    if (left < 0 && !element.closest(".is-late")) late(element);
  }
}

tick();
setInterval(() => document.hidden || tick(), 1000);
document.addEventListener("visibilitychange", tick);
document.querySelector("[data-focus]")?.focus();

// ---------- keys ----------

const KEYS = "console-keys";
const rows = [...document.querySelectorAll("[data-row]")];
const help = document.getElementById("keys");
let current = -1;

function keysOn() {
  try {
    return localStorage.getItem(KEYS) !== "off";
  } catch {
    return true;
  }
}

function go(step) {
  if (!rows.length) return;
  rows[current]?.classList.remove("is-current");
  current = Math.min(Math.max(current + step, 0), rows.length - 1);
  rows[current].classList.add("is-current");
  rows[current].querySelector("[data-open]").focus({ preventScroll: true });
  rows[current].scrollIntoView({ block: "nearest" });
}

function pick() {
  rows[current]?.querySelector(".pick input").click();
}

function show() {
  help.open = !help.open;
  if (help.open) help.querySelector("summary").focus();
}

const DO = {
  j: () => go(1),
  k: () => go(-1),
  x: pick,
  "/": () => document.getElementById("q").focus(),
  "?": show,
};

function typing(element) {
  return element.matches("input:not([type=checkbox]), textarea, select");
}

if (help) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !keysOn() || typing(event.target)) return;
    const deed = DO[event.key];
    if (!deed) return;
    event.preventDefault();
    deed();
  });
  for (const [index, row] of rows.entries()) row.addEventListener("focusin", () => (current = index));
  const line = help.querySelector("[data-keys-switch]");
  const button = line.querySelector("button");
  const name = () => (button.textContent = keysOn() ? button.dataset.off : button.dataset.on);
  line.hidden = false;
  name();
  button.addEventListener("click", () => {
    try {
      localStorage.setItem(KEYS, keysOn() ? "off" : "on");
    } catch {
      // Not allowed to remember: then they stay on.
    }
    name();
  });
}

// ---------- what is selected ----------

const bulk = document.querySelector(".bulk");

function count() {
  const picked = document.querySelectorAll(".pick input:checked").length;
  const words = bulk.querySelector("[data-picked]");
  words.dataset.none ??= words.textContent;
  words.textContent = picked ? words.dataset.some.replace("{n}", picked) : words.dataset.none;
  bulk.classList.toggle("is-picked", picked > 0);
}

if (bulk) {
  document.querySelector("[data-work]").addEventListener("change", count);
  count();
}

// ---------- forms ----------

// With a script photos travel while one writes: the form for one photo at a time is for browsers without.
for (const form of document.querySelectorAll("[data-plain]")) form.hidden = true;

// One press, one deed; and nobody leaves a half-written form by accident.
let dirty = false;
for (const form of document.querySelectorAll("[data-keep]")) {
  form.addEventListener("input", () => (dirty = true));
  form.addEventListener("submit", () => {
    dirty = false;
    const button = form.querySelector("[type=submit]");
    setTimeout(() => (button.disabled = true));
    setTimeout(() => (button.disabled = false), 8000);
  });
}
addEventListener("beforeunload", (event) => dirty && event.preventDefault());
addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("[data-keep] [type=submit]")) button.disabled = false;
});
