// Passkeys: the server's question goes to the browser, its answer back to the server. Bytes travel
// as base64url. Nothing is kept here.

const bytesOf = (text) => {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
};

const textOf = (buffer) => {
  const plain = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
};

async function ask(address, body) {
  const headers = { Accept: "application/json", "Content-Type": "application/json" };
  const answer = await fetch(address, { method: "POST", headers, body: JSON.stringify(body ?? {}) });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

function readable(credential) {
  const response = { clientDataJSON: textOf(credential.response.clientDataJSON) };
  for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = textOf(credential.response[name]);
  }
  return { id: credential.id, rawId: textOf(credential.rawId), type: credential.type, response };
}

const withBytes = (list) => (list ?? []).map((known) => ({ ...known, id: bytesOf(known.id) }));

async function signIn() {
  const options = await ask("/sign-in/passkey/options");
  const publicKey = {
    ...options,
    challenge: bytesOf(options.challenge),
    allowCredentials: withBytes(options.allowCredentials),
  };
  const credential = await navigator.credentials.get({ publicKey });
  return ask("/sign-in/passkey", readable(credential));
}

async function enrol(button) {
  const options = await ask("/account/passkey/options");
  const publicKey = {
    ...options,
    challenge: bytesOf(options.challenge),
    user: { ...options.user, id: bytesOf(options.user.id) },
    excludeCredentials: withBytes(options.excludeCredentials),
  };
  const credential = await navigator.credentials.create({ publicKey });
  const label = document.getElementById(button.dataset.label)?.value ?? "";
  return ask("/account/passkey", { answer: readable(credential), label });
}

async function run(button) {
  const said = document.getElementById("passkey-said");
  said.hidden = true;
  button.disabled = true;
  try {
    const done = button.dataset.passkey === "enrol" ? await enrol(button) : await signIn();
    window.location.assign(done.to);
  } catch {
    // Which of many things went wrong is the authenticator's to say; here it is: try again.
    said.textContent = window.PublicKeyCredential ? said.dataset.failed : said.dataset.missing;
    said.hidden = false;
    button.disabled = false;
    button.focus();
  }
}

for (const button of document.querySelectorAll("[data-passkey]")) {
  button.addEventListener("click", () => run(button));
}
