// Size of type and reading aloud, as the reader likes them.

import { byId } from "./dom.js";
import { stop } from "./reader.js";
import { preference } from "./store.js";

const SIZES = ["standard", "large", "largest"];
const sizes = document.querySelectorAll(".sizes [data-size]");

export const auto_read = () => preference("auto-read") === "on";

export function set_up_settings() {
  const size = preference("size");
  show_size(SIZES.includes(size) ? size : SIZES[0]);
  sizes.forEach((each) => each.addEventListener("click", () => show_size(preference("size", each.dataset.size))));
  show_auto_read();
  byId("auto-read").addEventListener("click", () => {
    preference("auto-read", auto_read() ? "off" : "on");
    if (!auto_read()) stop();
    show_auto_read();
  });
  byId("settings-toggle").addEventListener("click", toggle);
}

function show_size(size) {
  document.documentElement.dataset.size = size;
  sizes.forEach((each) => each.setAttribute("aria-pressed", String(each.dataset.size === size)));
}

function show_auto_read() {
  byId("auto-read").textContent = auto_read() ? "自动朗读：开" : "自动朗读：关";
  byId("auto-read").setAttribute("aria-pressed", String(auto_read()));
}

function toggle() {
  const open = byId("settings").classList.toggle("open");
  byId("settings-toggle").setAttribute("aria-expanded", String(open));
}
