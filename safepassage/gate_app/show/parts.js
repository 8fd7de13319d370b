// Elements, made without any text ever being read as HTML.

const SVG = "http://www.w3.org/2000/svg";

export function h(name, attributes = {}, ...children) {
  return filled(document.createElement(name), attributes, children);
}

function filled(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

function drawing(name, attributes, ...children) {
  return filled(document.createElementNS(SVG, name), attributes, children);
}

// Three shapes that differ in outline as well as in what stands in them: told apart in black and
// white, by a tired eye, upside down.
const SHAPES = {
  green: [["circle", { cx: 50, cy: 50, r: 44 }], ["path", { d: "M27 52 L44 69 L74 33", class: "sign" }]],
  amber: [["path", { d: "M50 7 L95 88 L5 88 Z" }], ["path", { d: "M50 34 V60 M50 73 V75", class: "sign" }]],
  red: [
    ["path", { d: "M31 5 H69 L95 31 V69 L69 95 H31 L5 69 V31 Z" }],
    ["path", { d: "M26 50 H74", class: "sign" }],
  ],
};

export function shape(colour) {
  const parts = SHAPES[colour].map(([name, attributes]) => drawing(name, attributes));
  return drawing("svg", { viewBox: "0 0 100 100", class: "shape", "aria-hidden": "true" }, ...parts);
}

export function button(text, act, attributes = {}) {
  return h("button", { type: "button", onclick: act, ...attributes }, text);
}

// Ids, codes and times: they read from left to right in every language.
export function ltr(text, attributes = {}) {
  return h("bdi", { dir: "ltr", ...attributes }, text);
}

// A sentence whose {blanks} are filled with elements or texts.
export function sentence(text, values = {}) {
  return text.split(/(\{\w+\})/).map((part) => {
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    return name === undefined ? part : (values[name] ?? part);
  });
}
