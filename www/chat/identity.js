// @ts-check
// What this browser and this tab remember: the nickname in a cookie, and in the tab's storage the session that reclaims it.

const TAB = "ws101.tab";
const YEAR = 365 * 24 * 60 * 60; // seconds

export function cookieName() {
  const pair = document.cookie.split("; ").find((part) => part.startsWith("name="));
  try {
    return pair ? decodeURIComponent(pair.slice("name=".length)) : "";
  } catch {
    return ""; // Another page of this host wrote it.
  }
}

export const rememberName = (name) => writeCookie(encodeURIComponent(name), YEAR);

export function forgetEverything() {
  writeCookie("", 0);
  storage((tab) => tab.removeItem(TAB));
}

/** What the tab knew before a reload. All but `rooms` may be missing. */
export function tabMemory() {
  try {
    const { name, session, rooms, current, spare, ignored } = JSON.parse(storage((tab) => tab.getItem(TAB)) ?? "{}");
    return { name, session, rooms: Array.isArray(rooms) ? rooms : [], current, spare, ignored };
  } catch {
    return { rooms: [] };
  }
}

export function rememberTab(memory) {
  storage((tab) => tab.setItem(TAB, JSON.stringify(memory)));
}

function writeCookie(value, seconds) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `name=${value}; SameSite=Strict; Path=/; Max-Age=${seconds}${secure}`;
}

/** A browser may refuse all storage. Then each reload is a first visit, and everything else works. */
export function storage(use) {
  try {
    return use(sessionStorage, localStorage);
  } catch {
    return null;
  }
}
