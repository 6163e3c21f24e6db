// The conversation as it is seen.

import { cards, handoff_card } from "./cards.js";
import { button, byId, call, el } from "./dom.js";
import { read, stop } from "./reader.js";

const EMERGENCY = /打\s*(110|119|120)(?!\d)/g;
const ASSISTANT = "银铃（智能助手）";
const WORKER = "工作人员";
const YES_NO = [
  { title: "是", value: "是的", key: "1" },
  { title: "不是", value: "不是", key: "2" },
];

const log = byId("log");
let offered = [];

/** The answers offered now: [{title, value, key}]. */
export const choices = () => offered;

/** Take the offered answers away: they were for a question that is past. */
export function close_choices() {
  const had_focus = log.querySelector(".choices :focus") !== null;
  log.querySelectorAll(".choices").forEach((each) => each.remove());
  offered = [];
  if (had_focus) log.focus({ preventScroll: true });
}

/** Show what the person said; `resend` is called when they ask for it. Shown again, it takes its own place. */
export function show_mine(entry, resend) {
  const unsent = entry.state === "unsent";
  const made = el("article", unsent ? "entry mine unsent" : "entry mine", { id: entry.id });
  made.append(el("p", "who", {}, "您"), el("p", "text", {}, entry.shown));
  if (unsent) {
    made.append(el("p", "problem", {}, entry.problem || "没有发出去。"));
    made.append(el("div", "row", {}, button("再发一次", () => resend(entry))));
  }
  const before = byId(entry.id);
  if (before) before.replaceWith(made);
  else log.append(made);
  bring_into_view(made);
}

/** Show a reply; `choose` is called with the answer that is pressed. */
export function show_theirs(entry, choose) {
  const { reply } = entry;
  const made = el("article", reply.speaker ? "entry theirs operator" : "entry theirs", { tabIndex: -1 });
  made.append(el("p", "who", {}, reply.speaker ? `${WORKER} ${reply.speaker}` : ASSISTANT));
  reply.messages.forEach((message) => made.append(part(message)));
  if (reply.handoff) made.append(handoff_card(reply.handoff));
  if (reply.messages.length) made.append(el("div", "row", {}, read_button(entry)));
  offer(made, reply, choose);
  const follow = document.activeElement === log;
  log.append(made);
  bring_into_view(made);
  if (follow) made.focus({ preventScroll: true });
}

function part(message) {
  const made = el("div", "part", {}, el("p", "text", {}, message.text), ...cards(message.card));
  const numbers = message.protected ? [...message.text.matchAll(EMERGENCY)].map((found) => found[1]) : [];
  if (numbers.length) {
    const links = [...new Set(numbers)].map((number) => call(number, `打${number}`, "call urgent"));
    made.append(el("div", "row", {}, ...links));
  }
  return made;
}

function offer(made, reply, choose) {
  offered = reply.messages.reduce((all, message) => all.concat(message.choices || []), []);
  if (!offered.length && reply.expects === "yes_no") offered = YES_NO;
  if (!offered.length) return;
  const group = el("div", "choices");
  group.setAttribute("role", "group");
  group.setAttribute("aria-label", "可以这样回答");
  for (const choice of offered) {
    const made_button = button(el("span", "key", {}, choice.key), () => choose(choice));
    made_button.append(choice.title);
    group.append(made_button);
  }
  made.append(group);
}

/** The parts of an entry for the reader. */
export function parts_of(entry) {
  const { reply, turn } = entry;
  return reply.messages.map((message, n) => ({ speech: message.speech || message.text, turn, n, pace: reply.pace || 1 }));
}

function read_button(entry) {
  return button(
    "朗读",
    async (pressed) => {
      if (pressed.textContent === "停止朗读") return stop();
      pressed.textContent = "停止朗读";
      const ended = await read(parts_of(entry));
      pressed.textContent = "朗读";
      if (ended === "silent") say_status("现在不能朗读，请看文字。");
    },
    "read",
  );
}

/** The end of what is new, but never past its beginning. */
function bring_into_view(made) {
  if (log.childElementCount === 1) return; // the greeting leaves the page at its top
  made.scrollIntoView({ block: "end" });
  const frame = byId("main").getBoundingClientRect();
  if (made.getBoundingClientRect().top < Math.max(0, frame.top)) made.scrollIntoView({ block: "start" });
}

export function say_status(text) {
  byId("status").textContent = text;
}
