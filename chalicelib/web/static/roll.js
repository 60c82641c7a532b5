// Reads the chosen file and puts it into the form; without this script a table can be pasted.
const form = document.querySelector("[data-roll]");
if (form) {
  const file = form.querySelector("#file");
  form.querySelector("[data-file]").hidden = false;
  let ready = false;
  form.addEventListener("submit", async (event) => {
    if (ready || !file.files.length) return;
    event.preventDefault();
    const address = await new Promise((done, failed) => {
      const reader = new FileReader();
      reader.addEventListener("load", () => done(reader.result));
      reader.addEventListener("error", () => failed(reader.error));
      reader.readAsDataURL(file.files[0]);
    }).catch(() => "");
    form.elements.content.value = address.slice(address.indexOf(",") + 1);
    ready = true;
    form.requestSubmit();
  });
}
