// When the case moves on while its page is open, what is asked of the reader is no longer what stands there: the page is
// loaded anew, or, when something is being written, offers it. What live.js swaps is only told here.

for (const form of document.querySelectorAll("[data-plain]")) form.hidden = true;

const asks = document.getElementById("asks");
const news = document.getElementById("news");

function writing() {
  const fields = document.querySelectorAll("main textarea, main input:not([type=hidden], [type=radio], [type=checkbox])");
  const chosen = document.querySelector("main input:checked, main .uploads-list li");
  return Boolean(chosen) || [...fields].some((field) => field.value !== "");
}

document.addEventListener("live:swapped", () => {
  const now = document.getElementById("live-turn")?.dataset.version;
  if (!asks || !now || now === asks.dataset.version) return;
  if (!writing()) location.replace(location.pathname);
  else if (news) news.hidden = false;
});
