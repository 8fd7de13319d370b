// One key for each answer of the review queue. A key presses the button that shows it, so there is
// nothing that the keys can do and the buttons cannot. They can be switched off, and rest in fields.

const KEEPS = "review-keys-off";
const box = document.getElementById("keys-on");

function isTyping(element) {
  return element.closest("input:not([type=checkbox]), textarea, select, [contenteditable]") !== null;
}

function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || !box?.checked) return;
  if (isTyping(event.target)) return;
  if (event.key === "?") {
    const keys = document.querySelector(".keys");
    keys.open = !keys.open;
    keys.querySelector("summary").focus();
    return;
  }
  const wanted = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (wanted === null) return;
  event.preventDefault();
  wanted.click();
}

if (box !== null) {
  box.checked = localStorage.getItem(KEEPS) === null;
  box.addEventListener("change", () => {
    if (box.checked) localStorage.removeItem(KEEPS);
    else localStorage.setItem(KEEPS, "yes");
  });
}
document.addEventListener("keydown", pressed);
document.getElementById("ask")?.focus();
