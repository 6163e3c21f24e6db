// Elements from words. Text only ever becomes text: nothing here reads HTML.

/** An element with a class (may be empty), properties and children (elements or strings; null is left out). */
export function el(tag, className = "", properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  if (className) made.className = className;
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

export function button(title, press, className = "") {
  const made = el("button", className, { type: "button" }, title);
  made.addEventListener("click", () => press(made));
  return made;
}

/** A link that dials. */
export function call(number, title, className = "call") {
  const dialled = String(number).replace(/[^\d+]/g, "");
  return el("a", className, { href: `tel:${dialled}` }, title);
}

/** A definition list of [name, value]; a value that is missing leaves its row out. */
export function facts(rows) {
  const list = el("dl");
  for (const [name, value] of rows) {
    if (value === null || value === undefined || value === "") continue;
    list.append(el("dt", "", {}, name), el("dd", "", {}, value));
  }
  return list;
}

export const byId = (id) => document.getElementById(id);
