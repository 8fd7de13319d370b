// The code stands behind the "#" of the printed link, where no server and no log sees it. It goes
// into the form and out of the address bar; only the button spends it.
function takeCode() {
  const code = decodeURIComponent(window.location.hash.slice(1));
  if (!code) return;
  const field = document.getElementById("code");
  field.value = code;
  window.history.replaceState(null, "", window.location.pathname);
  showPrinted();
  field.form.querySelector("button").focus();
}

// Whoever came by a printed link wants nothing else of this page.
function showPrinted() {
  const printed = document.getElementById("printed");
  if (printed) printed.open = true;
  const ways = document.getElementById("ways");
  if (ways) ways.hidden = true;
}

takeCode();
// A link opened in a tab that already shows this page loads nothing: only the hash changes.
window.addEventListener("hashchange", takeCode);
