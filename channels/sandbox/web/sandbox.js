// Keeps the page live: sends without leaving it, and asks for the conversations anew whenever
// the server says that something changed. Everything also works without this file.
"use strict";

const compose = document.getElementById("compose");
const threads = document.getElementById("threads");
const trouble = document.getElementById("trouble");
const news = document.getElementById("news");
document.body.classList.add("scripted");

function localTimes(root) {
  for (const time of root.querySelectorAll("time")) {
    const at = new Date(time.dateTime);
    const today = at.toDateString() === new Date().toDateString();
    time.textContent = at.toLocaleString([], today
      ? { hour: "2-digit", minute: "2-digit" }
      : { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });
  }
}

function chosen(name) {
  return compose.querySelector(`input[name="${name}"]:checked`);
}

function showChannel() {
  const channel = chosen("channel");
  document.getElementById("hint").textContent = channel.dataset.hint;
  document.body.classList.toggle("reporting", channel.value === "open311");
}

// Puts `fresh` in the place of what is shown, article by article: a reply somebody is writing
// keeps its words and its cursor.
function show(fresh, announce) {
  document.getElementById("standing").replaceWith(fresh.getElementById("standing"));
  for (const note of threads.querySelectorAll(":scope > .empty")) note.remove();
  const empty = fresh.querySelector(".empty");
  const wanted = [...fresh.querySelectorAll("article")];
  const ids = new Set(wanted.map((article) => article.id));
  for (const old of threads.querySelectorAll("article")) if (!ids.has(old.id)) old.remove();
  let before = document.getElementById("standing");
  for (const article of wanted) {
    let here = document.getElementById(article.id);
    if (here === null) {
      here = article;
    } else {
      refresh(here, article, announce);
    }
    if (before.nextElementSibling !== here && !here.contains(document.activeElement)) {
      before.after(here);
    }
    before = here;
  }
  if (empty) threads.append(empty);
  localTimes(threads);
}

function refresh(here, article, announce) {
  const known = new Set([...here.querySelectorAll("[data-message]")].map((m) => m.dataset.message));
  for (const message of article.querySelectorAll("[data-message]")) {
    if (known.has(message.dataset.message)) continue;
    message.classList.add("new");
    if (announce && message.classList.contains("from-city")) {
      const name = message.querySelector(".who b").textContent;
      news.textContent = `${name}: ${message.querySelector(".words").textContent}`;
    }
  }
  here.querySelector("header").replaceWith(article.querySelector("header"));
  const list = here.querySelector(".messages");
  if (list.querySelector("details[open]")) {
    // Somebody is changing a message: what is there stays, what is new joins it.
    list.append(...[...article.querySelectorAll("[data-message]")].filter((m) => !known.has(m.dataset.message)));
  } else {
    list.replaceWith(article.querySelector(".messages"));
  }
  const inbox = here.querySelector(":scope > details");
  if (inbox && !inbox.open) inbox.replaceWith(article.querySelector(":scope > details"));
  const to = here.querySelector('input[name="reply_to"]');
  if (to) to.value = article.querySelector('input[name="reply_to"]').value;
}

let asking = false;
let again = false;
async function update(announce = true) {
  if (asking) {
    again = true;
    return;
  }
  asking = true;
  try {
    const query = new URLSearchParams({ persona: threads.dataset.persona });
    if ("everyone" in threads.dataset) query.set("show", "everyone");
    const answer = await fetch(`/threads?${query}`);
    if (answer.ok) {
      const html = await answer.text();
      show(new DOMParser().parseFromString(html, "text/html"), announce);
    }
  } catch {
    // The sandbox is away; the event stream comes back with it and asks again.
  }
  asking = false;
  if (again) {
    again = false;
    setTimeout(update, 150);
  }
}

async function send(form, submitter) {
  const button = submitter ?? form.querySelector('[type="submit"]');
  const data = new URLSearchParams(new FormData(form, submitter));
  if (submitter?.dataset.payload) data.set("payload", submitter.dataset.payload);
  button.disabled = true;
  trouble.hidden = true;
  try {
    const answer = await fetch("/say", { method: "POST", body: data });
    const problem = new URL(answer.url).searchParams.get("trouble");
    if (!answer.ok || problem) throw new Error(problem ?? `the sandbox answered ${answer.status}`);
    for (const area of form.querySelectorAll("textarea")) area.value = "";
    form.closest("details")?.removeAttribute("open");
    await update();
  } catch (error) {
    trouble.textContent = `Not sent: ${error.message}`;
    trouble.hidden = false;
    trouble.scrollIntoView({ block: "nearest" });
  }
  button.disabled = false;
}

document.addEventListener("submit", (event) => {
  event.preventDefault();
  send(event.target, event.submitter?.name ? event.submitter : null);
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.form) {
    event.preventDefault();
    event.target.form.requestSubmit();
  }
});

compose.addEventListener("change", (event) => {
  if (event.target.name === "channel") showChannel();
  if (event.target.name === "persona") {
    const address = document.getElementById("address_string");
    address.value = event.target.dataset.address;
    threads.dataset.persona = event.target.value;
    const [mine, all] = document.querySelectorAll(".whose a");
    mine.textContent = event.target.parentElement.querySelector("b").textContent.split(" ")[0];
    for (const link of [mine, all]) {
      const address = new URL(link.href);
      address.searchParams.set("persona", event.target.value);
      link.href = address;
    }
    update(false);
  }
});

for (const example of document.querySelectorAll(".example")) {
  example.addEventListener("click", () => {
    const text = document.getElementById("text");
    text.value = example.dataset.text;
    text.focus();
  });
}

showChannel();
localTimes(document);
const stream = new EventSource("/sandbox/api/events");
const away = document.getElementById("away");
stream.addEventListener("open", () => { away.hidden = true; });
stream.addEventListener("error", () => { away.hidden = false; });
stream.addEventListener("message", () => update());
