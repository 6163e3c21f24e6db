// Reading aloud: the browser's own Mandarin voice when it has one on this device, else the service's.

let current = null;

/** A voice that works without sending the words to anybody. */
function own_voice() {
  if (!("speechSynthesis" in window)) return null;
  const voices = speechSynthesis.getVoices().filter((voice) => voice.localService);
  const mandarin = voices.filter((voice) => /^(zh[-_](CN|Hans)|cmn)/i.test(voice.lang));
  return mandarin[0] || null;
}

/**
 * Read parts in order, after stopping what was being read.
 * A part is {speech, turn, n, pace}; without a turn only the browser's own voice can read it.
 * Resolves to "done", "stopped" or "silent" (there is no voice).
 */
export async function read(parts) {
  stop();
  const mine = { cancel: () => {}, stopped: false };
  current = mine;
  for (const part of parts) {
    const heard = await one(part, mine);
    if (mine.stopped) return "stopped";
    if (!heard) return "silent";
  }
  if (current === mine) current = null;
  return "done";
}

export function stop() {
  if (current === null) return;
  current.stopped = true;
  current.cancel();
  current = null;
}

function one(part, mine) {
  const voice = own_voice();
  if (voice) return with_voice(voice, part, mine);
  return part.turn ? with_sound(part, mine) : Promise.resolve(false);
}

function with_voice(voice, part, mine) {
  return new Promise((settle) => {
    const words = new SpeechSynthesisUtterance(part.speech);
    words.voice = voice;
    words.lang = voice.lang;
    words.rate = 0.9 * part.pace;
    words.onend = () => settle(true);
    words.onerror = () => settle(false);
    mine.cancel = () => {
      speechSynthesis.cancel();
      settle(true);
    };
    speechSynthesis.speak(words);
  });
}

function with_sound(part, mine) {
  return new Promise((settle) => {
    const query = new URLSearchParams({ turn: part.turn, n: part.n });
    const sound = new Audio(`/chat/speech?${query}`);
    sound.onended = () => settle(true);
    sound.onerror = () => settle(false);
    mine.cancel = () => {
      sound.pause();
      settle(true);
    };
    sound.play().catch(() => settle(false));
  });
}
