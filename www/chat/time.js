// @ts-check
// Times: the server sends UTC, the page shows local time.

const CLOCK = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const FULL = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });
const DAY = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long", year: "numeric" });

const now = () => new Date().toISOString();

/** A time from the server, or the present if it cannot be read. */
export const timeOr = (at) => (Number.isNaN(Date.parse(at)) ? now() : at);
export const clockOf = (at) => CLOCK.format(new Date(at));
export const fullOf = (at) => FULL.format(new Date(at));

/** The same text for all times of one local day. */
export function dayOf(at) {
  const date = new Date(at);
  return `${date.getFullYear()}-${date.getMonth() + 1}-${date.getDate()}`;
}

export function dayLabel(at) {
  const date = new Date(at);
  const yesterday = new Date();
  yesterday.setDate(yesterday.getDate() - 1);
  if (dayOf(at) === dayOf(now())) return `Today, ${DAY.format(date)}`;
  if (dayOf(at) === dayOf(yesterday)) return `Yesterday, ${DAY.format(date)}`;
  return DAY.format(date);
}
