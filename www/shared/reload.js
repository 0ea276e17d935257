// @ts-check
// Says so when the page cannot start: if one module does not load, nothing works. The first time it reloads by itself. It
// imports nothing.

const TRIED = "ws101.reloaded";
let isStarted = false;

// These events do not bubble, so both listeners capture them on their way down. "load" never reaches the window.
document.addEventListener("load", ({ target }) => isModule(target) && started(), true);
addEventListener("error", ({ target }) => (target === window || isModule(target)) && !isStarted && failed(), true);

function isModule(target) {
  return target instanceof HTMLScriptElement && target.type === "module";
}

function started() {
  isStarted = true;
  document.documentElement.classList.add("started");
  storage((tab) => tab.removeItem(TRIED));
}

function failed() {
  const tried = storage((tab) => tab.getItem(TRIED) ?? (tab.setItem(TRIED, "once"), "not yet"));
  // After a random pause: thirty pages that reload at once would overload the server again.
  if (tried === "not yet") return setTimeout(() => location.reload(), 500 + 1500 * Math.random());
  document.documentElement.classList.add("failed");
}

// Without storage the page would reload again and again: then it does not try.
function storage(use) {
  try {
    return use(sessionStorage);
  } catch {
    return null;
  }
}
