// What is kept in this tab, so that a reload or a lost connection loses nothing. It goes with the tab.

const KEY = "yinling.chat";
const KEPT = 200;

/** Entries: {mine: true, id, shown, body, state} or {mine: false, unasked, turn, reply}. */
export const kept = load();

function load() {
  try {
    return Object.assign({ entries: [], draft: "" }, JSON.parse(sessionStorage.getItem(KEY)));
  } catch (error) {
    return { entries: [], draft: "" };
  }
}

export function save() {
  kept.entries.splice(0, kept.entries.length - KEPT);
  try {
    sessionStorage.setItem(KEY, JSON.stringify(kept));
  } catch (error) {
    // A browser that keeps nothing still talks.
  }
}

export function forget() {
  kept.entries = [];
  kept.draft = "";
  try {
    sessionStorage.removeItem(KEY);
  } catch (error) {
    // Nothing was kept.
  }
}

/** A choice about the page itself, kept on the device. */
export function preference(name, value) {
  try {
    if (value === undefined) return localStorage.getItem(`yinling.${name}`);
    localStorage.setItem(`yinling.${name}`, value);
  } catch (error) {
    // Not kept, then.
  }
  return value === undefined ? null : value;
}
