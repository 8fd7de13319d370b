// The code stands behind the "#" of the printed link, where no server and no log sees it. It goes
// into the form and out of the address bar; only the button spends it.
const field = document.getElementById("code");
const code = decodeURIComponent(window.location.hash.slice(1));

if (field && code) {
  field.value = code;
  window.history.replaceState(null, "", window.location.pathname);
  document.querySelector("form[action='/sign-in'] button").focus();
}
