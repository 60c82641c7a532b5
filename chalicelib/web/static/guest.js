// When the case moves on while its page is open, what is asked of the reader is no longer what stands there: the page is
// outdated: live.js loads it anew, or, while something is being written, offers it.

for (const form of document.querySelectorAll("[data-plain]")) form.hidden = true;

const asks = document.getElementById("asks");

document.addEventListener("live:swapped", () => {
  const now = document.getElementById("live-turn")?.dataset.version;
  if (asks && now && now !== asks.dataset.version) document.dispatchEvent(new Event("live:outdated"));
});
