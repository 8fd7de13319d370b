// A scanner that types: it is a keyboard to the phone, and ends with Enter. It works whatever is on
// the screen, except while somebody types into a field.

const GAP_MS = 1_000; // between two keys: more, and what came before belongs to something else
const LENGTH_MIN = 6;

export function listen(target, found) {
  let typed = "";
  let lastAt = 0;
  target.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isField(event.target)) return;
    if (event.timeStamp - lastAt > GAP_MS) typed = "";
    lastAt = event.timeStamp;
    if (event.key === "Enter" && typed.length >= LENGTH_MIN) {
      event.preventDefault(); // or it would press the button that has the focus
      event.stopImmediatePropagation();
      found(typed); // unchanged: a space at its end belongs to it
      typed = "";
    } else if (event.key.length === 1) {
      typed += event.key;
      if (event.key === " " && typed.length > 1) event.preventDefault(); // as would this
    }
  }, { capture: true });
}

function isField(element) {
  return element instanceof Element && element.closest("input, select, textarea") !== null;
}
