// A page is a script and the modules that it imports: if one of them does not come, nothing works. This script
// stands alone, so that it can say so. The first time it loads the page again by itself.

const TRIED = "ws101.reloaded";
let started = false;

// These events do not bubble: one has to listen on their way down. "load" never passes the window.
document.addEventListener("load", ({ target }) => target.type === "module" && start(), true);
addEventListener("error", ({ target }) => (target === window || target.type === "module") && !started && fail(), true);

function start() {
  started = true;
  document.documentElement.classList.add("started");
  storage((tab) => tab.removeItem(TRIED));
}

function fail() {
  const tried = storage((tab) => tab.getItem(TRIED) ?? (tab.setItem(TRIED, "once"), "not yet"));
  // Not at once, and not all at the same moment: what was too much for the server must be over.
  if (tried === "not yet") return setTimeout(() => location.reload(), 500 + 1500 * Math.random());
  document.documentElement.classList.add("failed");
}

// Without a memory it would load the page again and again.
function storage(use) {
  try {
    return use(sessionStorage);
  } catch {
    return null;
  }
}
