// Cards: a place, an order, a hand-off.

import { button, byId, call, el, facts } from "./dom.js";
import { day, distance, moment, yuan } from "./words.js";

const STATES = {
  requested: "已经预约，等服务方接单",
  accepted: "服务方已经接单",
  on_the_way: "服务人员正在路上",
  done: "已经完成",
  rated: "已经完成",
  cancelled: "已经取消",
  rejected: "服务方没有接单",
  no_show: "没有见到人，没有完成",
};
const OVER = ["cancelled", "rejected", "no_show"];

/** The elements of a message's card; none for a kind this page does not know. */
export function cards(card) {
  if (!card) return [];
  if (card.kind === "place") return [place(card)];
  if (card.kind === "order") return [orders(card.orders || [card])];
  return [];
}

function badge(demo) {
  return demo ? el("span", "badge", {}, "演示数据") : null;
}

function place(card) {
  const where = card.place || card;
  const offering = card.offering || {};
  const price = yuan(offering.unit_price_fen);
  const links = el("div", "row");
  if (where.phone) links.append(call(where.phone, `打电话 ${where.phone}`));
  if (typeof where.lat === "number" && typeof where.lng === "number") links.append(map(where));
  return el(
    "section",
    "card",
    {},
    el("h3", "", {}, where.name || "服务点"),
    badge(where.demo || offering.demo),
    facts([
      ["服务", offering.name],
      ["地址", where.address],
      ["时间", card.hours_text],
      ["离您", distance(card.distance_m)],
      ["价钱", price && offering.unit ? `${price}一${offering.unit}` : price],
      ["核对", where.verified_at ? `${day(where.verified_at)}核对过` : null],
    ]),
    links.childElementCount ? links : null,
  );
}

function map(where) {
  const at = `${where.lat},${where.lng}`;
  const href = `geo:${at}?q=${at}(${encodeURIComponent(where.name || "")})`;
  return el("a", "link", { href }, "在地图上看");
}

function orders(list) {
  return el(
    "div",
    "",
    {},
    ...list.map((order) => el("section", "card", {}, ...order_parts(order))),
    el("div", "row", {}, button("看大字、打印", () => open_sheet(list))),
  );
}

function order_parts(order) {
  const state = el("span", OVER.includes(order.status) ? "state over" : "state", {}, STATES[order.status] || "");
  return [
    el("h3", "", {}, order.offering || "预约"),
    badge(order.demo),
    facts([
      ["单号", order.number],
      ["时间", moment(order.starts_at_local)],
      ["地点", order.place],
      ["给谁", order.senior && order.senior.form_of_address],
      ["数量", order.quantity ? `${order.quantity}${order.unit || ""}` : null],
      ["价钱", price_of(order)],
      ["上门到", order.address],
      ["备注", order.remarks],
      ["进度", state],
      ["电话", order.place_phone ? call(order.place_phone, order.place_phone) : null],
    ]),
  ];
}

function price_of(order) {
  const pays = yuan(order.payable_fen);
  if (pays === null) return "由服务方告诉您";
  return order.covered_fen ? `您付${pays}（补贴${yuan(order.covered_fen)}）` : pays;
}

/** The orders in large type, on their own, for the wall or the bag. */
function open_sheet(list) {
  byId("order-sheet").replaceChildren(...list.map((order) => el("section", "", {}, ...order_parts(order))));
  byId("order-dialog").showModal();
}

/** That a person takes over, with the number under which they find it. */
export function handoff_card(handoff) {
  const title = handoff.to === "operator" ? "正在为您转工作人员" : "已经记下，工作人员会联系您";
  return el("section", "card", {}, el("h3", "", {}, title), facts([["编号", handoff.ticket]]));
}
