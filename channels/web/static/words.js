// How days, money and distances are written for the reader.

const WEEKDAYS = "日一二三四五六";

/** "2025-06-12T11:30:00" (China time, no zone) as "6月12日 星期四 上午11:30". */
export function moment(iso) {
  const found = /^(\d+)-(\d+)-(\d+)T(\d+):(\d+)/.exec(iso || "");
  if (!found) return null;
  const [year, month, day, hour, minute] = found.slice(1).map(Number);
  const weekday = WEEKDAYS[new Date(Date.UTC(year, month - 1, day)).getUTCDay()];
  const part = hour < 6 ? "凌晨" : hour < 12 ? "上午" : hour < 13 ? "中午" : hour < 18 ? "下午" : "晚上";
  const clock = `${hour > 12 ? hour - 12 : hour}:${String(minute).padStart(2, "0")}`;
  return `${month}月${day}日 星期${weekday} ${part}${clock}`;
}

/** "2025-06-12" as "2025年6月12日". */
export function day(iso) {
  const found = /^(\d+)-(\d+)-(\d+)/.exec(iso || "");
  return found ? `${Number(found[1])}年${Number(found[2])}月${Number(found[3])}日` : null;
}

/** Fen as "12元" or "12.5元"; null where the price is not known. */
export function yuan(fen) {
  return fen === null || fen === undefined ? null : `${fen / 100}元`;
}

/** Metres as "约350米" or "约1.2公里". */
export function distance(metres) {
  if (metres === null || metres === undefined) return null;
  return metres < 1000 ? `约${Math.max(10, Math.round(metres / 10) * 10)}米` : `约${(metres / 1000).toFixed(1)}公里`;
}
