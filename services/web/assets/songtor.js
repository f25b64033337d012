// Comfort on top of pages that all work without it: components, focus after a swap, the warning before the session ends.
import { initAll } from "./govuk.js";
import { keepDrafts } from "./drafts.js";

document.body.classList.add("js-enabled", "govuk-frontend-supported");
initAll();

// The part of the page that an answer was for; after an outer swap the new one of the same name.
function part({ detail: { ctx } }) {
  const target = typeof ctx?.target === "string" ? document.querySelector(ctx.target) : ctx?.target;
  return target?.isConnected === false ? document.getElementById(target.id) : target;
}

document.addEventListener("htmx:after:swap", (event) => {
  if (event.detail.ctx.swap === "none") return;
  const scope = part(event) ?? document.body;
  initAll({ scope });
  scope.querySelector(".govuk-error-summary")?.focus();
});

// A part that could not be kept up to date says so, until the next answer replaces it.
for (const failure of ["htmx:error", "htmx:response:error"]) {
  document.addEventListener(failure, (event) => {
    part(event)?.querySelector("[data-unavailable]")?.removeAttribute("hidden");
  });
}

// Before what follows: a form that waits for its draft to be saved is not sent yet.
document.querySelectorAll("form[data-keep]").forEach(keepDrafts);

// A form is sent once, however often its button is pressed; back on the page it can be sent again.
const sent = new WeakSet();
document.addEventListener("submit", (event) => {
  if (event.target.method !== "post" || event.defaultPrevented) return;
  if (sent.has(event.target)) event.preventDefault();
  sent.add(event.target);
});
window.addEventListener("pageshow", (event) => event.persisted && location.reload());

// What a link leads to is unfolded first: browsers of before 2024 do not do that by themselves.
function unfold(place) {
  let folded = document.getElementById(decodeURIComponent(place.hash.slice(1)))?.closest("details:not([open])");
  for (; folded; folded = folded.parentElement.closest("details:not([open])")) folded.open = true;
}
document.addEventListener("click", ({ target }) => {
  const link = target.closest('a[href^="#"]');
  if (link) unfold(link);
}, true);
if (document.querySelector(":target")?.closest("details:not([open])")) {
  unfold(location);
  document.querySelector(":target").scrollIntoView();
}

// In a field to search with, Enter presses the button named there, not the form's own.
document.addEventListener("keydown", (event) => {
  const name = event.target.dataset?.enter;
  if (event.key !== "Enter" || event.isComposing || !name) return;
  event.preventDefault();
  event.target.form.elements[name].click();
});

// On the wall, the keys of a presenter turn to what a link leads to.
const turns = [...document.querySelectorAll("a[data-key]")];
if (turns.length) document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey || event.target.closest("input, textarea, select")) return;
  turns.find((link) => link.dataset.key.split(" ").includes(event.key))?.click();
});

// What a button copies, or hands to another app by the browser's own way; without either the button is not there.
for (const button of document.querySelectorAll("[data-copy], [data-share]")) {
  const text = () => document.getElementById(button.dataset.copy ?? button.dataset.share).value;
  const act = button.dataset.copy ? navigator.clipboard && (() => navigator.clipboard.writeText(text()))
    : navigator.share && (() => navigator.share({ text: text() }));
  button.hidden = !act;
  button.addEventListener("click", async () => {
    await act().catch(() => {});
    if (button.dataset.done) button.textContent = button.dataset.done;
  });
}

const idle = document.querySelector("[data-idle-seconds]");
if (idle) {
  const warnBefore = 300;
  const most = Number(idle.dataset.idleSeconds);
  let timer;
  const wait = () => {
    idle.hidden = true;
    clearTimeout(timer);
    timer = setTimeout(() => { idle.hidden = false; }, (most - warnBefore) * 1000);
  };
  const stay = () => fetch(idle.dataset.stay, { method: "POST", headers: { "X-CSRF-Token": idle.dataset.token } });
  idle.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    const answer = await stay();
    sent.delete(event.target);
    if (answer.ok) wait();
  });
  document.addEventListener("htmx:after:request", wait);
  document.addEventListener("draft-saved", wait); // who types is there
  document.addEventListener("new-token", (event) => { idle.dataset.token = event.detail; });
  wait();
}
