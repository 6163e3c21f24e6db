// The chat page: what is pressed and written becomes a turn, what comes back is shown.

import { button, byId, el } from "./dom.js";
import { NotCarried, carry, new_session, turn_id } from "./door.js";
import { choices, close_choices, parts_of, say_status, show_mine, show_theirs } from "./log.js";
import { read, stop } from "./reader.js";
import { auto_read, set_up_settings } from "./settings.js";
import { forget, kept, save } from "./store.js";

const START = "start";
const field = byId("say");
let line = Promise.resolve(); // turns go one after the other

// --- turns ----------------------------------------------------------------------------------------

/** Say something: shown at once, kept until it has arrived. Resolves to whether it arrived. */
function say(body, shown) {
  const city = document.body.dataset.city;
  const entry = { mine: true, id: turn_id(), shown, body: city ? { ...body, city } : body, state: "sending" };
  kept.entries.push(entry);
  save();
  stop();
  close_choices();
  show_mine(entry, resend);
  return send(entry);
}

function resend(entry) {
  entry.state = "sending";
  save();
  if (entry.id !== START) {
    show_mine(entry, resend);
    byId("log").focus({ preventScroll: true });
  }
  return send(entry);
}

function send(entry) {
  const sent = line.then(() => deliver(entry));
  line = sent;
  return sent;
}

async function deliver(entry) {
  say_status("银铃正在查，请稍等……");
  try {
    const reply = await carry({ turn_id: entry.id, ...entry.body });
    entry.state = "sent";
    if (entry.id !== START) show_mine(entry, resend);
    say_status("");
    hear({ mine: false, turn: entry.id, reply });
    return true;
  } catch (error) {
    if (!(error instanceof NotCarried)) throw error;
    entry.state = "unsent";
    entry.problem = error.message;
    say_status(error.message);
    if (entry.id !== START) show_mine(entry, resend);
    else byId("status").append(" ", button("再试一次", () => resend(entry)));
    save();
    return false;
  }
}

/** Somebody says something in this conversation; while a worker has it, the assistant's reply is empty. */
function hear(entry) {
  if (!entry.reply.messages.length && !entry.reply.handoff) return;
  kept.entries.push(entry);
  save();
  close_choices();
  show_theirs(entry, choose);
  if (auto_read()) read(parts_of(entry));
}

function choose(choice) {
  say({ text: choice.value }, choice.title);
}

function greet() {
  return send({ mine: true, id: START, shown: "", body: start_body(), state: "sending" });
}

function start_body() {
  const city = document.body.dataset.city;
  return city ? { event: "start", city } : { event: "start" };
}

// --- writing --------------------------------------------------------------------------------------

function submit() {
  const text = field.value.trim();
  if (!text) {
    say_status("请先写几个字，再按发送。");
    field.focus();
    return;
  }
  field.value = "";
  keep_draft();
  const chosen = choices().find((choice) => choice.key === text);
  if (chosen) choose(chosen);
  else if (text === "0") say({ digits: "0" }, "转人工");
  else say({ text }, text);
}

function keep_draft() {
  kept.draft = field.value;
  save();
}

function set_up_writing() {
  field.value = kept.draft;
  field.addEventListener("input", keep_draft);
  field.addEventListener("keydown", (event) => {
    // While an input method is composing, Enter chooses a word.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    submit();
  });
  byId("form").addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  document.querySelectorAll("[data-say]").forEach((topic) => {
    topic.addEventListener("click", () => say({ text: topic.dataset.say }, topic.dataset.say));
  });
  byId("person").addEventListener("click", () => say({ text: "转人工" }, "转人工"));
}

// --- place ----------------------------------------------------------------------------------------

function locate() {
  if (!window.isSecureContext || !("geolocation" in navigator)) {
    say_status("这里查不到您的位置。请直接写您在哪个小区、哪条街。");
    return;
  }
  say_status("正在查您的位置……");
  navigator.geolocation.getCurrentPosition(
    // Four decimals are about ten metres: enough to find the way, no more than is needed.
    ({ coords }) => say(located(Number(coords.latitude.toFixed(4)), Number(coords.longitude.toFixed(4))), "我的位置"),
    () => say_status("没有查到您的位置。请直接写您在哪个小区、哪条街。"),
    { timeout: 15000, maximumAge: 60000 },
  );
}

const located = (lat, lng) => ({ event: "location", location: { lat, lng } });

// --- danger ---------------------------------------------------------------------------------------

async function call_for_help() {
  byId("sos-dialog").close();
  const words = el("p", "", {}, "正在通知工作人员……等的时候也可以直接打电话：");
  const numbers = document.querySelector("#sos-dialog .numbers").cloneNode(true);
  byId("alarm").replaceChildren(words, numbers);
  byId("alarm").hidden = false;
  const arrived = await say({ event: "sos" }, "紧急求助");
  words.textContent = arrived
    ? "求助已经发出。有生命危险，请马上打电话："
    : "求助没有发出去！请马上打电话，或者再按一次“紧急求助”：";
  byId("alarm").append(button("收起", () => (byId("alarm").hidden = true)));
  byId("alarm").scrollIntoView({ block: "end" });
}

// --- dialogs --------------------------------------------------------------------------------------

function set_up_dialogs() {
  byId("sos").addEventListener("click", () => byId("sos-dialog").showModal());
  byId("sos-yes").addEventListener("click", call_for_help);
  byId("sos-no").addEventListener("click", () => byId("sos-dialog").close());
  byId("clear").addEventListener("click", () => byId("clear-dialog").showModal());
  byId("clear-no").addEventListener("click", () => byId("clear-dialog").close());
  byId("clear-yes").addEventListener("click", start_over);
  byId("order-print").addEventListener("click", () => window.print());
  byId("order-close").addEventListener("click", () => byId("order-dialog").close());
}

async function start_over() {
  byId("clear-dialog").close();
  try {
    await new_session();
  } catch (error) {
    say_status("现在网络不通，没有清除。请稍后再按一次。");
    return;
  }
  forget();
  window.location.reload();
}

// --- what others say ------------------------------------------------------------------------------

const from_others = (entry) => entry.unasked;

/** What was said while this page was away is told again; what it has is not shown twice. */
function listen() {
  const last = kept.entries.filter(from_others).pop();
  const events = new EventSource(last ? `/chat/events?after=${encodeURIComponent(last.turn)}` : "/chat/events");
  events.addEventListener("said", (event) => {
    const { turn_id: turn, reply } = JSON.parse(event.data);
    if (kept.entries.some((entry) => from_others(entry) && entry.turn === turn)) return;
    hear({ mine: false, unasked: true, turn, reply });
  });
}

// --- start ----------------------------------------------------------------------------------------

function restore() {
  for (const entry of kept.entries) {
    if (!entry.mine) {
      close_choices();
      show_theirs(entry, choose);
      continue;
    }
    close_choices();
    if (entry.state === "sending") Object.assign(entry, { state: "unsent", problem: "不知道有没有发出去，请再发一次。" });
    show_mine(entry, resend);
  }
}

set_up_settings();
set_up_writing();
set_up_dialogs();
byId("locate").addEventListener("click", locate);
restore();
listen();
if (!kept.entries.length) greet();
