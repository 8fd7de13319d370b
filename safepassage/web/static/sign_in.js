// The code stands behind the "#" of the printed link, where no server and no log sees it. It goes
// into the form and out of the address bar; only the button spends it.
function takeCode() {
  const code = decodeURIComponent(window.location.hash.slice(1));
  if (!code) return;
  document.getElementById("code").value = code;
  window.history.replaceState(null, "", window.location.pathname);
  document.querySelector("form[action='/sign-in'] button").focus();
}

takeCode();
// A link opened in a tab that already shows this page loads nothing: only the hash changes.
window.addEventListener("hashchange", takeCode);
