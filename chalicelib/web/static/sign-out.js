// Who signs out leaves no page with neighbours' names behind on a phone that others use, too. Ballots that were entered and
// not sent yet are not in there: they wait for whoever signs in next.
document.querySelector("form[data-sign-out]")?.addEventListener("submit", () => {
  if ("caches" in window) caches.delete("door-1");
});
