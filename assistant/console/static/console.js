// What HTMX does not do: live streams, timers, the sound of an alarm, printing.
"use strict";

const LATE_S = 3;

const GATHER_MS = 300;
const told = new Set();

/** What happens many times within a moment is looked at once, after it. */
function soon(name) {
  if (told.has(name)) return;
  told.add(name);
  setTimeout(() => {
    told.delete(name);
    htmx.trigger(document.body, name);
  }, GATHER_MS);
}

function follow(element) {
  const source = new EventSource(element.dataset.live);
  const status = document.getElementById("live");
  for (const name of ["changed", "called", "said"]) {
    source.addEventListener(name, () => {
      if (status) status.textContent = "实时更新中";
      soon(name);
    });
  }
  source.onerror = () => {
    const words = "实时更新断开了，正在重连；如果一直连不上，请重新登录。";
    if (status) status.textContent = words;
    if (source.readyState === EventSource.CLOSED) {
      document.getElementById("notice").textContent = words;
      setTimeout(() => follow(element), LATE_S * 1000);
    }
  };
}

function tick() {
  for (const timer of document.querySelectorAll("time[data-since]")) {
    const seconds = Math.max(0, Math.floor((Date.now() - new Date(timer.dataset.since)) / 1000));
    const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
    timer.textContent = hours > 0 ? `${hours}小时${minutes}分` : `${minutes}分${seconds % 60}秒`;
  }
}

let sound = null;

function ring() {
  if (!sound || !document.querySelector("[data-alarm]")) return;
  for (const [at, pitch] of [[0, 880], [0.3, 660], [0.6, 880]]) {
    const tone = sound.createOscillator();
    const volume = sound.createGain();
    tone.frequency.value = pitch;
    volume.gain.setValueAtTime(0.25, sound.currentTime + at);
    volume.gain.exponentialRampToValueAtTime(0.001, sound.currentTime + at + 0.28);
    tone.connect(volume).connect(sound.destination);
    tone.start(sound.currentTime + at);
    tone.stop(sound.currentTime + at + 0.3);
  }
}

document.addEventListener("DOMContentLoaded", () => {
  document.querySelectorAll("[data-live]").forEach(follow);
  tick();
  setInterval(tick, 1000);
  setInterval(ring, 4000);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-sound]");
  if (button) {
    sound = sound ? (sound.close(), null) : new AudioContext();
    button.setAttribute("aria-pressed", String(Boolean(sound)));
    button.textContent = sound ? "提示音已打开" : "打开提示音";
    ring();
  }
  if (event.target.closest("[data-print]")) print();
});

document.addEventListener("htmx:afterRequest", (event) => {
  const form = event.target.closest?.("form[data-clear]");
  if (form && event.detail.successful) {
    form.reset();
    document.getElementById("notice").textContent = "";
  }
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id === "waiting") ring();
  if (event.target.matches(".chat, .talk")) event.target.scrollTop = event.target.scrollHeight;
  tick();
});
