// Who this browser is, and who this tab is. The cookie holds only the nickname, for every new tab;
// the tab's own storage holds the session, with which a reload takes its name back.

const TAB = "ws101.tab";
const A_YEAR = 365 * 24 * 60 * 60;

export function cookieName() {
  const pair = document.cookie.split("; ").find((part) => part.startsWith("name="));
  try {
    return pair ? decodeURIComponent(pair.slice("name=".length)) : "";
  } catch {
    return ""; // Another page's idea of a name: not ours.
  }
}

export const rememberName = (name) => writeCookie(encodeURIComponent(name), A_YEAR);

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

// A browser may refuse storage altogether; then a reload is a first visit, and all else works.
function storage(use) {
  try {
    return use(sessionStorage);
  } catch {
    return null;
  }
}
