// A pass that is spoken: its code is typed, then the word that its holder keeps in mind. The field
// keeps nothing of what was typed before.

import { typedCode } from "../token/spoken.js";
import { button, h } from "./parts.js";

const FIELD = { autocomplete: "off", autocorrect: "off", spellcheck: "false", maxlength: "40" };

export function codeScreen(app) {
  const { words } = app;
  const field = h("input", {
    ...FIELD, id: "code", dir: "ltr", autocapitalize: "characters", "aria-describedby": "code-help",
  });
  const help = h("p", { id: "code-help", role: "status" }, words.say("code.help"));
  const submit = (event) => {
    event.preventDefault();
    if (typedCode(field.value) !== null) app.scanned({ code: field.value, word: null });
    else {
      help.textContent = words.say("code.wrong");
      help.classList.add("warning");
      field.select();
    }
  };
  return form(app, words.say("code.title"), field, help, submit);
}

export function wordScreen(app, { code, expected }) {
  const { words } = app;
  const listId = "words";
  const field = h("input", {
    ...FIELD, id: "word", dir: "auto", autocapitalize: "none", list: listId, "aria-describedby": "word-help",
  });
  const list = h("datalist", { id: listId }, wordsToChoose(app).map((word) => h("option", { value: word })));
  const help = h("p", { id: "word-help", role: "status" }, words.say("word.help", { expected }), list);
  const submit = (event) => {
    event.preventDefault();
    if (app.wordList.number(field.value) !== undefined) app.scanned({ code, word: field.value });
    else {
      help.textContent = words.say("word.wrong");
      help.classList.add("warning");
      field.select();
    }
  };
  return form(app, words.say("word.title"), field, help, submit);
}

function wordsToChoose(app) {
  return [...new Set([...app.wordList.inLanguage(app.words.language), ...app.wordList.inLanguage("en")])];
}

function form(app, title, field, help, onsubmit) {
  const element = h(
    "main", { class: "sheet" },
    h("form", { onsubmit, novalidate: true },
      h("label", { for: field.id }, h("h1", {}, title)),
      field,
      help,
      h("div", { class: "thumb" },
        h("button", { type: "submit", class: "main" }, app.words.say("do.check")),
        button(app.words.say("do.back"), () => app.home()))),
  );
  return { element, entered: () => field.focus() };
}
