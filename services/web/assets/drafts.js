// Keeps what is typed into a long form as a draft on the server, says so beside the button, and goes on trying while it cannot.
const AFTER_CHANGE = 3000; // milliseconds: typing is saved at most so often
const LONGEST_PAUSE = 60000;
const ANSWER_WITHIN = 15000;

export function keepDrafts(form) {
  const part = (name) => form.querySelector(`[data-draft="${name}"]`);
  const status = part("status");
  let changed = false; // since the last save began
  let saving = null;
  let pause = AFTER_CHANGE;
  let timer = null;
  let left = false; // and what was typed went with it
  let sent = false; // or thrown away

  const say = (name) => {
    if (status.dataset.says !== name) status.replaceChildren(part(name).content.cloneNode(true));
    status.dataset.says = name;
  };
  const sayText = (element, text) => {
    if (element.textContent !== text) element.textContent = text; // the same words again are not read out
  };

  const post = (token, more = {}) => {
    const body = new FormData(form);
    for (const field of form.querySelectorAll("[type=password], [type=file]")) body.delete(field.name);
    body.set("csrf", token);
    return fetch(form.dataset.keep, { method: "POST", body, headers: { Accept: "application/json" }, ...more });
  };

  // Signing in again in another tab changes the token; the page takes the new one once the server has taken a draft with it.
  const renew = (token) => {
    for (const field of document.querySelectorAll("input[name=csrf]")) field.value = token;
    document.dispatchEvent(new CustomEvent("new-token", { detail: token }));
  };

  const saved = async (answer) => {
    const { said, seen, note } = await answer.json();
    form.elements["draft.seen"].value = seen;
    delete status.dataset.says;
    sayText(status, said);
    if (note) sayText(part("note"), note);
    pause = AFTER_CHANGE;
    form.dispatchEvent(new Event("draft-saved", { bubbles: true }));
  };

  const trySaving = async () => {
    const within = () => ({ signal: AbortSignal.timeout?.(ANSWER_WITHIN) }); // browsers of before 2022 wait longer
    try {
      let token = form.elements.csrf.value;
      let answer = await post(token, within());
      const fresh = answer.headers.get("X-CSRF-Token");
      if (answer.status === 403 && fresh) answer = await post((token = fresh), within());
      if (answer.ok) {
        renew(token);
        await saved(answer);
        return "saved";
      }
      return { 401: "ended", 409: "other" }[answer.status] ?? "unsaved";
    } catch {
      return "unreachable";
    }
  };

  const save = () => {
    clearTimeout(timer);
    timer = null;
    saving ??= (async () => {
      changed = false;
      const outcome = await trySaving();
      saving = null;
      if (outcome !== "saved") {
        changed = true;
        say(outcome === "unreachable" ? "unsaved" : outcome);
        pause = Math.min(2 * pause, LONGEST_PAUSE);
      }
      if (changed) later();
      return outcome;
    })();
    return saving;
  };
  const later = () => { if (!sent) timer ??= setTimeout(save, pause); };

  const touched = (event) => {
    if (event.target.id) form.elements["draft.focus"].value = event.target.id;
  };
  form.addEventListener("focusin", (event) => { if (event.target.matches("input, select, textarea")) touched(event); });
  for (const kind of ["input", "change"]) {
    form.addEventListener(kind, (event) => {
      touched(event);
      changed = true;
      left = false;
      later();
    });
  }

  // A form goes out when its draft is safe: if the connection breaks on the way, nothing typed is lost.
  let waiting = false;
  form.addEventListener("submit", async (event) => {
    const onlySave = event.submitter?.formAction === new URL(form.dataset.keep, location.href).href;
    if (!changed && !saving && !onlySave) {
      sent = true;
      return;
    }
    event.preventDefault();
    if (waiting) return;
    waiting = true;
    if (saving) await saving;
    const outcome = changed || onlySave ? await save() : "saved";
    waiting = false;
    if (onlySave) return;
    if (outcome === "unreachable") {
      say("unsent");
    } else {
      changed = false;
      clearTimeout(timer);
      form.requestSubmit(event.submitter);
    }
  });

  // The browser has put the focus where it was; typing goes on after the last letter.
  const field = form.querySelector("textarea[autofocus], input[autofocus]");
  if (field && field.selectionStart !== null) field.setSelectionRange(field.value.length, field.value.length);

  window.addEventListener("online", () => { if (changed) save(); });
  document.addEventListener("visibilitychange", () => { if (changed && !sent) save(); });
  document.getElementById("discard")?.addEventListener("submit", () => { sent = true; });
  // The first of them comes before the next page is asked for, which may be this form again; phones know the second only.
  for (const leaving of ["beforeunload", "pagehide"]) {
    window.addEventListener(leaving, () => {
      if ((!changed && !saving) || left || sent) return;
      left = true;
      post(form.elements.csrf.value, { keepalive: true }).catch(() => {});
    });
  }
}
