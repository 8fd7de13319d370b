// Rows copied in a spreadsheet may be pasted anywhere on the page, and forms are keyed without a
// mouse.  Nothing is kept in the browser: what was typed leaves with the form or with the page.

const form = document.querySelector("form[data-paste]");
if (form) {
  document.addEventListener("paste", (event) => pasted(event, form));
}

function pasted(event, into) {
  const field = event.target.closest?.("input, textarea");
  if (field && field.name !== "pasted") return; // somebody pastes a name of a list
  const text = event.clipboardData?.getData("text/plain") ?? "";
  if (!/[\t\n]/.test(text.trim())) return;
  event.preventDefault();
  into.elements.pasted.value = text;
  const missing = [...into.elements].find((element) => !element.checkValidity());
  if (missing) missing.focus();
  else into.requestSubmit();
}

const keying = document.querySelector("form[data-keying]");
if (keying) {
  keying.addEventListener("keydown", (event) => step(event, keying));
}

// Enter goes on to the next field, as on paper; Ctrl+Enter keeps what was keyed.
function step(event, within) {
  if (event.key !== "Enter" || event.target.tagName !== "INPUT") return;
  event.preventDefault();
  if (event.ctrlKey || event.metaKey) {
    within.requestSubmit();
    return;
  }
  const fields = [...within.querySelectorAll("input, button.primary")];
  fields[fields.indexOf(event.target) + 1]?.focus();
}
