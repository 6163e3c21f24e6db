// The door to the service: carry a turn, get a reply, or a sentence why not.

const PATIENCE_MS = 20000;
const UNREACHABLE = "没有发出去，网络好像断了。您写的还在，请再发一次。";
const BROKEN = "系统出了点问题，没有收到。您写的还在，请再发一次。";
const NO_COOKIES = "浏览器没有允许这个网页使用 Cookie，请在设置里允许，再发一次。";

/** A sentence for the person is the message. */
export class NotCarried extends Error {}

/** The name of a turn; the same name again gets the same reply. */
export function turn_id() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return `t-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}

/** The reply to a turn. Rejects with NotCarried. */
export async function carry(body) {
  let answer = await post("/chat/turns", body);
  if (answer.status === 401) {
    await new_session();
    answer = await post("/chat/turns", body);
    if (answer.status === 401) throw new NotCarried(NO_COOKIES);
  }
  const said = await answer.json().catch(() => null);
  if (answer.ok && said) return said;
  throw new NotCarried((said && said.message) || BROKEN);
}

export async function new_session() {
  await post("/chat/session", {});
}

async function post(path, body) {
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  try {
    return await fetch(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
      signal: patience.signal,
    });
  } catch (error) {
    throw new NotCarried(UNREACHABLE);
  } finally {
    clearTimeout(timer);
  }
}
