// Whoever sent a form that has something wrong stands before what is wrong.
document.querySelector("[data-focus]")?.focus();
