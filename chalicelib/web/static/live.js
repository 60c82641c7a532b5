// The page refreshes itself: it asks for its own address again and swaps what is marked data-live and has changed.
// Focus, an open <details> and forms that somebody fills in stay as they are; a reader that listens hears what is new.

const page = document.querySelector("[data-live-page]");
const note = document.getElementById("live-updated");
const say = document.getElementById("live-say");
const news = document.getElementById("news");
const SLOWEST = 60_000;

let failures = 0;
let timer = 0;

const every = () => Math.min(Number(page.dataset.liveEvery) * 1000 * 2 ** failures, SLOWEST);

// Whether somebody is filling something in there: the cursor is in a field, or one says what the page did not put there,
// a choice that was made as much as words that were typed. What came back with what is wrong in it is theirs, too.
function busy(element) {
  const active = document.activeElement;
  if (element.contains(active) && active.matches("input, textarea, select")) return true;
  if (element.querySelector("[aria-invalid], .uploads-list li")) return true;
  return [...element.querySelectorAll("input, textarea, select")].some(touched);
}

function touched(field) {
  if (field.matches("[type=radio], [type=checkbox]")) return field.checked !== field.defaultChecked;
  if (!field.matches("select")) return field.value !== field.defaultValue;
  return field.selectedOptions[0] !== (field.querySelector("[selected]") ?? field.options[0]);
}

function openDetails(element) {
  return [...element.querySelectorAll("details[open][id]")].map((details) => details.id);
}

// What differs only by the moment of rendering is no news.
function essence(element) {
  const copy = element.cloneNode(true);
  for (const timed of copy.querySelectorAll("[data-due]")) {
    timed.textContent = "";
    timed.removeAttribute("data-now");
  }
  for (const arc of copy.querySelectorAll("[data-arc]")) {
    arc.removeAttribute("stroke-dasharray");
    arc.removeAttribute("data-now");
  }
  for (const details of [copy, ...copy.querySelectorAll("details")]) details.removeAttribute("open");
  return copy.outerHTML;
}

function swap(old, fresh) {
  const focused = old.contains(document.activeElement) ? document.activeElement : null;
  const selector = focused && (focused.id ? `#${CSS.escape(focused.id)}` : focused.closest("[id]") && focused.tagName);
  const opened = openDetails(old);
  const heard = old.dataset.announce;
  old.replaceWith(fresh);
  for (const id of opened) fresh.querySelector(`#${CSS.escape(id)}`)?.setAttribute("open", "");
  if (selector) fresh.querySelector(selector)?.focus({ preventScroll: true });
  if (say && fresh.dataset.announce && fresh.dataset.announce !== heard) say.textContent = fresh.dataset.announce;
}

function take(html) {
  const incoming = new DOMParser().parseFromString(html, "text/html");
  const source = incoming.querySelector("[data-live-page]");
  // Of another kind is also the page of a case, which the page of its bell becomes when it is accepted.
  if (!source || incoming.body.className !== document.body.className) return false;
  page.dataset.liveEvery = source.dataset.liveEvery;
  // The place's time as the server tells it, not that of the device.
  if (note) tell(incoming.getElementById(note.id).textContent);
  for (const old of document.querySelectorAll("[data-live]")) {
    const fresh = incoming.getElementById(old.id);
    if (!fresh || busy(old) || essence(old) === essence(fresh)) continue;
    swap(old, document.importNode(fresh, true));
  }
  document.dispatchEvent(new Event("live:swapped"));
  return true;
}

// The page is to be drawn anew: at once, or when the reader says so, whose form would be lost.
function renew() {
  if (!busy(document.querySelector("main"))) return location.replace(location.pathname);
  if (news) news.hidden = false;
}

document.addEventListener("live:outdated", renew);

function tell(text) {
  if (note && note.textContent !== text) note.textContent = text;
}

async function refresh() {
  try {
    const answer = await fetch(location.pathname, { headers: { Accept: "text/html" }, credentials: "same-origin", cache: "no-store" });
    if (!answer.ok) throw new Error(String(answer.status));
    // A page of another kind (the bell was answered, the link has run out) is shown by loading it.
    if (!take(await answer.text())) renew();
    failures = 0;
  } catch {
    failures = Math.min(failures + 1, 4);
    tell(note?.dataset.liveOffline ?? "");
  }
  plan();
}

function plan() {
  clearTimeout(timer);
  if (!document.hidden && navigator.onLine !== false) timer = setTimeout(refresh, every());
}

function resume() {
  clearTimeout(timer);
  if (navigator.onLine === false) return tell(note?.dataset.liveOffline ?? "");
  if (!document.hidden) refresh();
}

if (page && page.dataset.ended !== "yes") {
  document.addEventListener("visibilitychange", resume);
  addEventListener("online", resume);
  addEventListener("offline", resume);
  document.querySelector("[data-live-reload]")?.addEventListener("click", (event) => {
    event.preventDefault();
    failures = 0;
    resume();
  });
  plan();
}

// Rung: the draft on this device has done its work.
if (page) sessionStorage.removeItem("ring-draft");
