// Keys of the search: "/" goes to the field, arrows and j/k walk through whom it found.

const hits = [...document.querySelectorAll("[data-hit]")];
const field = document.getElementById("text");

function step(by) {
  const at = hits.indexOf(document.activeElement);
  const next = hits[Math.min(hits.length - 1, Math.max(0, at + by))];
  next?.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const typing = event.target.closest("input, textarea, select") !== null;
  if (event.key === "ArrowDown" || (!typing && event.key === "j")) {
    event.preventDefault();
    step(1);
  } else if (event.key === "ArrowUp" || (!typing && event.key === "k")) {
    event.preventDefault();
    step(-1);
  } else if (!typing && event.key === "/") {
    event.preventDefault();
    field?.focus();
  }
});
(hits[0] ?? field)?.focus();
