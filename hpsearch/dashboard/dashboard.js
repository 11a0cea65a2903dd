"use strict";

// The figures of one run: drawn when one looks at them, and again when the run has changed.
class LiveFigures extends Run {
  constructor(section) {
    super(section);
    this.count = section.querySelector(".count");
    this.slots = [...section.querySelectorAll(".slot")];
    this.wanted = document.body.dataset.version;
    this.seen = new IntersectionObserver((entries) => entries.forEach((entry) => {
      entry.target.dataset.visible = entry.isIntersecting ? "yes" : "";
      if (entry.isIntersecting) this.draw(entry.target);
    }), { rootMargin: "300px" });
    this.slots.forEach((slot) => this.seen.observe(slot));
  }

  changed(version) {
    this.wanted = version;
    this.slots.filter((slot) => slot.dataset.visible).forEach((slot) => this.draw(slot));
  }

  async draw(slot) {
    const now = Date.now();
    if (slot.dataset.drawn === this.wanted || slot.dataset.busy || this.brushes.size) return;
    if (now - Number(slot.dataset.at || 0) < REDRAW) return;
    slot.dataset.busy = "yes";
    const version = this.wanted;
    try {
      const html = await fetched(slot.dataset.figure);
      if (this.trialsOf !== version) {
        this.trialsOf = version;
        this.use(JSON.parse(await fetched(this.section.dataset.trials)));
      }
      this.panels = this.panels.filter((panel) => !slot.contains(panel.marks));
      slot.innerHTML = html;
      resize(slot);
      this.panels.push(...[...slot.querySelectorAll(".panel")].map((panel) => new Panel(this, panel)));
      slot.dataset.drawn = version;
      slot.dataset.at = String(Date.now());
    } catch (error) {
      slot.textContent = `This figure cannot be shown: ${error.message}`;
    } finally {
      delete slot.dataset.busy;
    }
  }

  update() {
    this.select(() => true);
    if (!this.brushes.size) this.count.textContent = "";
  }

  clear() {
    this.brushes.clear();
    this.panels.forEach((panel) => panel.unbrush());
    this.update();
  }

  pin(number) { if (number !== null) location.href = this.section.dataset.trial + number; }
}

// What the server sends while the page is seen: parts of it, as HTML.
class Live {
  constructor(figures) {
    this.figures = figures;
    this.label = document.querySelector(".live");
    document.addEventListener("visibilitychange", () => { if (document.hidden) this.close(); else this.open(); });
    addEventListener("popstate", () => this.open());
    if (!document.hidden) this.open();
  }

  open() {
    this.close();
    this.source = new EventSource(location.href);
    this.source.onopen = () => this.say("live", false);
    this.source.onerror = () => this.say("the server does not answer", true);
    this.source.onmessage = (event) => this.receive(JSON.parse(event.data));
  }

  close() { if (this.source) this.source.close(); this.source = null; }

  say(text, lost) {
    this.label.textContent = text;
    this.label.classList.toggle("lost", lost);
  }

  receive({ parts = {}, version, problem }) {
    this.say(problem || "live", Boolean(problem));
    for (const [name, html] of Object.entries(parts)) this.show(document.getElementById(name), html);
    if (version !== undefined) this.figures.forEach((each) => each.changed(version));
    document.documentElement.dataset.live = "true";
  }

  show(part, html) {
    if (!part || part.querySelector(".figures") || part.shown === html) return;
    if (part.contains(document.activeElement) && document.activeElement.matches("input")) return;
    const ticked = [...part.querySelectorAll("input:checked")].map((each) => each.value);
    const open = [...part.querySelectorAll("details[open]")].map((each) => each.firstChild.textContent);
    const scrolled = [...part.querySelectorAll(".table, pre")].map((each) => [each.scrollLeft, each.scrollTop]);
    part.innerHTML = html;
    part.shown = html;
    part.querySelectorAll("input[type=checkbox]").forEach((each) => { each.checked = ticked.includes(each.value); });
    part.querySelectorAll("details").forEach((each) => { each.open = open.includes(each.firstChild.textContent); });
    part.querySelectorAll(".table, pre").forEach((each, at) => {
      if (scrolled[at]) [each.scrollLeft, each.scrollTop] = scrolled[at];
    });
    resize(part);
  }

  // To another page of the table, without losing the figures.
  go(address) {
    history.pushState(null, "", address);
    document.activeElement.blur();
    this.open();
  }
}

const REDRAW = 4000; // milliseconds between two drawings of a figure

async function fetched(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
  return answer.text();
}

// Heights, which no attribute may hold.
function resize(element) {
  element.querySelectorAll("figure[class*='height-']").forEach((figure) => {
    const height = /height-(\d+)/.exec(figure.className)[1];
    figure.querySelectorAll(".panel").forEach((panel) => { panel.style.height = `${height}px`; });
  });
}

// The text is painted first: figures and what is new wait until it is there.
let figures = [], live = null;
resize(document);
requestAnimationFrame(() => setTimeout(() => {
  figures = [...document.querySelectorAll(".figures")].map((section) => new LiveFigures(section));
  live = new Live(figures);
}));
document.addEventListener("click", (event) => {
  const link = event.target.closest("a.here");
  if (!live || !link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  live.go(link.href);
});
document.addEventListener("submit", (event) => {
  if (!live || !event.target.matches(".filter-form")) return;
  event.preventDefault();
  live.go(`${event.target.getAttribute("action")}?${new URLSearchParams(new FormData(event.target))}`);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") figures.forEach((each) => each.clear());
});
