"use strict";

// One run of a report: its figures, its table, and what is selected in both.
class Run {
  constructor(section) {
    this.section = section;
    const data = section.querySelector("script[type='application/json']");
    this.use(data ? JSON.parse(data.textContent) : { columns: [], rows: [], trial: 0 });
    this.brushes = new Map();
    this.matching = null; // of the filter; null for all
    this.sort = { column: -1, down: false };
    this.shown = 100;
    this.panels = [...section.querySelectorAll(".panel")].map((svg) => new Panel(this, svg));
    if (data) this.connect();
  }

  // What is known of the trials: the names of the columns, and a row for each.
  use(data) {
    Object.assign(this, data);
    this.byNumber = new Map(this.rows.map((row) => [row[this.trial], row]));
    this.texts = this.rows.map((row) => row.join(" ").toLowerCase());
  }

  connect() {
    const find = (name) => this.section.querySelector(name);
    this.input = find(".filter");
    this.count = find(".count");
    this.body = find("tbody");
    this.more = find(".more");
    this.input.addEventListener("input", () => this.update());
    find(".clear").addEventListener("click", () => this.clear());
    this.more.addEventListener("click", () => { this.shown += 400; this.table(); });
    this.heads = [...this.section.querySelectorAll("thead button")];
    this.heads.forEach((head, column) => head.addEventListener("click", () => {
      this.sort = { column, down: this.sort.column === column && !this.sort.down };
      this.update();
    }));
    this.body.addEventListener("pointerover", (event) => this.point(numberOf(event.target)));
    this.body.addEventListener("pointerleave", () => this.point(null));
    this.body.addEventListener("click", (event) => this.pin(numberOf(event.target)));
    this.update();
  }

  clear() {
    this.input.value = "";
    this.brushes.clear();
    this.panels.forEach((panel) => panel.unbrush());
    this.update();
  }

  update() {
    let test;
    try {
      test = filter(this.input.value, this.columns, this.missing);
      this.input.classList.remove("wrong");
      this.input.title = "";
    } catch (error) {
      this.input.classList.add("wrong");
      this.input.title = error.message;
      return;
    }
    this.select(test);
    const { column, down } = this.sort;
    if (column >= 0) this.kept.sort((a, b) => compare(a[column], b[column], down));
    this.heads.forEach((head, at) =>
      head.parentElement.setAttribute("aria-sort", at !== column ? "none" : down ? "descending" : "ascending"));
    this.table();
  }

  // Shows the trials that pass a test and are in every brush in front of the others.
  select(test) {
    const brushes = [...this.brushes.values()];
    this.kept = this.rows.filter((row, at) =>
      test(row, this.texts[at]) && brushes.every((trials) => trials.has(row[this.trial])));
    const all = this.kept.length === this.rows.length;
    const chosen = all ? null : new Set(this.kept.map((row) => row[this.trial]));
    this.section.classList.toggle("brushed", !all);
    this.panels.forEach((panel) => panel.choose(chosen));
    this.count.textContent = `${this.kept.length} of ${this.rows.length} trials`;
  }

  table() {
    const rows = this.kept.slice(0, this.shown).map((row) => {
      const line = document.createElement("tr");
      line.dataset.trial = row[this.trial];
      row.forEach((value, at) => {
        const cell = line.insertCell();
        cell.textContent = shortened(value);
        if (this.numeric[at]) cell.className = "number";
        if (typeof value === "string" && value.length > 40) cell.title = value;
      });
      return line;
    });
    this.body.replaceChildren(...rows);
    this.more.hidden = this.kept.length <= this.shown;
  }

  point(number) {
    if (number === this.pointed) return;
    this.pointed = number;
    this.panels.forEach((panel) => panel.point(number));
  }

  pin(number) {
    this.section.querySelectorAll("tr.pinned").forEach((row) => row.classList.remove("pinned"));
    const row = this.section.querySelector(`tr[data-trial="${Number(number)}"]`);
    if (row) row.classList.add("pinned");
  }

  describe(number) {
    const row = this.byNumber.get(number);
    if (!row) return `trial ${number}`;
    return this.columns.map((name, at) => [name, row[at]])
      .filter(([, value]) => value !== null && value !== "")
      .map(([name, value]) => `${name}: ${shortened(value).slice(0, 80)}`).join("\n");
  }
}

// One panel: its marks that stand for trials, a brush over them, and those that are pointed at.
class Panel {
  constructor(run, svg) {
    this.run = run;
    this.marks = svg.querySelector(".marks");
    this.hit = svg.querySelector(".hit");
    this.paths = [...svg.querySelectorAll("path[data-trials]")];
    if (!this.paths.length) return;
    svg.addEventListener("pointermove", (event) => this.move(event));
    svg.addEventListener("pointerleave", () => { hideTip(); this.run.point(null); });
    svg.addEventListener("pointerdown", (event) => this.press(event));
    svg.addEventListener("pointerup", (event) => this.release(event));
    svg.addEventListener("pointercancel", () => { this.start = null; this.unbrush(); });
    svg.addEventListener("dblclick", () => this.run.clear());
    this.svg = svg;
  }

  // The parts of each path: a trial's number, the text that draws it, and its points.
  get parts() {
    if (!this.read) {
      this.read = this.paths.map((path) => {
        const numbers = path.dataset.trials.split(" ").map(Number);
        return path.getAttribute("d").slice(1).split("M").map((d, at) =>
          ({ trial: numbers[at], d, points: d.replace("h0", "").split(" ").map(Number) }));
      });
    }
    return this.read;
  }

  choose(chosen) {
    this.marks.querySelectorAll(".chosen").forEach((path) => path.remove());
    if (!chosen || !this.paths.length) return;
    this.paths.forEach((path, at) => {
      const kept = this.parts[at].filter((part) => chosen.has(part.trial));
      if (!kept.length) return;
      const copy = path.cloneNode(false);
      copy.removeAttribute("data-trials");
      copy.classList.add("chosen");
      copy.setAttribute("d", kept.map((part) => `M${part.d}`).join(""));
      this.marks.append(copy);
    });
  }

  point(number) {
    if (this.dot) this.dot.remove();
    this.dot = null;
    if (number === null || !this.paths.length) return;
    this.parts.forEach((parts, at) => {
      const part = parts.find((each) => each.trial === number);
      if (!part) return;
      this.dot = this.paths[at].cloneNode(false);
      this.dot.removeAttribute("data-trials");
      this.dot.setAttribute("class", "pointed");
      this.dot.setAttribute("stroke-width", Number(this.dot.getAttribute("stroke-width")) + 4);
      this.dot.setAttribute("d", `M${part.d}`);
    });
    if (this.dot) this.marks.append(this.dot);
  }

  place(event) {
    const box = this.hit.getBoundingClientRect();
    return {
      x: (event.clientX - box.left) / box.width * SIZE, y: (event.clientY - box.top) / box.height * SIZE, box,
    };
  }

  move(event) {
    const at = this.place(event);
    if (this.start) { this.drawBrush(at); return; }
    const trial = this.nearest(at);
    this.run.point(trial);
    if (trial === null) hideTip(); else showTip(this.run.describe(trial), event.clientX, event.clientY);
  }

  nearest({ x, y, box }) {
    const wide = box.width / SIZE, high = box.height / SIZE;
    let best = 12 * 12, found = null;
    for (const parts of this.parts) {
      for (const { trial, points } of parts) {
        for (let at = 0; at < points.length; at += 2) {
          const distance = ((points[at] - x) * wide) ** 2 + ((points[at + 1] - y) * high) ** 2;
          if (distance < best) { best = distance; found = trial; }
        }
      }
    }
    return found;
  }

  press(event) {
    if (event.button !== 0) return;
    this.start = this.place(event);
    this.svg.setPointerCapture(event.pointerId);
    hideTip();
  }

  drawBrush(at) {
    if (!this.brush) {
      this.brush = document.createElementNS("http://www.w3.org/2000/svg", "rect");
      this.brush.setAttribute("class", "brush");
      this.brush.setAttribute("vector-effect", "non-scaling-stroke");
      this.marks.append(this.brush);
    }
    const [left, right] = ordered(this.start.x, at.x), [top, bottom] = ordered(this.start.y, at.y);
    for (const [name, value] of Object.entries({ x: left, y: top, width: right - left, height: bottom - top })) {
      this.brush.setAttribute(name, value);
    }
  }

  release(event) {
    if (!this.start) return;
    const at = this.place(event), start = this.start;
    this.start = null;
    if (Math.abs(at.x - start.x) * at.box.width / SIZE < 4 && Math.abs(at.y - start.y) * at.box.height / SIZE < 4) {
      this.unbrush();
      this.run.brushes.delete(this);
      const trial = this.nearest(at);
      if (trial !== null) this.run.pin(trial);
    } else {
      const [left, right] = ordered(start.x, at.x), [top, bottom] = ordered(start.y, at.y);
      const inside = (points) => {
        for (let p = 0; p < points.length; p += 2) {
          if (points[p] >= left && points[p] <= right && points[p + 1] >= top && points[p + 1] <= bottom) return true;
        }
        return false;
      };
      const parts = this.parts.flat().filter((part) => inside(part.points));
      this.run.brushes.set(this, new Set(parts.map((part) => part.trial)));
    }
    this.run.update();
  }

  unbrush() {
    if (this.brush) this.brush.remove();
    this.brush = null;
  }
}

const SIZE = 4000;
const ordered = (a, b) => (a < b ? [a, b] : [b, a]);

function numberOf(element) {
  const row = element.closest("tr");
  return row ? Number(row.dataset.trial) : null;
}

function shortened(value) {
  if (value === null) return "";
  if (typeof value !== "number" || Number.isInteger(value)) return String(value);
  return String(Number(value.toPrecision(4)));
}

// What has no value comes last, in either direction.
function compare(a, b, down) {
  if (a === null || b === null) return (a === null) - (b === null);
  const order = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b));
  return down ? -order : order;
}

// A test of rows: conditions such as "optimizer=adam, learning_rate<1e-2", or words to look for, as a
// leaderboard's --where has them. `missing` has the words for no value in each column.
function filter(text, columns, missing) {
  const parts = text.match(/("[^"]*"|'[^']*'|[^,])+/g) || [];
  const tests = parts.map((part) => part.trim()).filter(Boolean).map((part) => {
    const found = unquoted(part) === null && /^(.+?)\s*(<=|>=|!=|==|=|<|>)\s*(.*)$/.exec(part);
    if (!found) {
      const word = (unquoted(part) ?? part).toLowerCase();
      return (row, all) => all.includes(word);
    }
    const [, name, operator, value] = found;
    const column = columns.indexOf(name);
    if (column < 0) throw new Error(`There is no column ${name}`);
    const literal = unquoted(value), wanted = literal ?? value;
    const number = wanted === "" ? NaN : Number(wanted);
    if ("<>".includes(operator[0]) && Number.isNaN(number)) throw new Error(`${value || "nothing"} is not a number`);
    // In a cell, text that could be taken for something else is in quotes; null without them is null.
    const quoted = JSON.stringify(wanted);
    const texts = wanted !== "null" ? [wanted, quoted] : [literal === null ? wanted : quoted];
    const equal = (own) => (own === null ? literal === null && missing[column].includes(wanted)
      : typeof own === "number" && !Number.isNaN(number) ? own === number : texts.includes(String(own)));
    return {
      "=": (row) => equal(row[column]),
      "==": (row) => equal(row[column]),
      "!=": (row) => !equal(row[column]),
      "<": (row) => row[column] !== null && row[column] < number,
      "<=": (row) => row[column] !== null && row[column] <= number,
      ">": (row) => row[column] !== null && row[column] > number,
      ">=": (row) => row[column] !== null && row[column] >= number,
    }[operator];
  });
  return (row, all) => tests.every((test) => test(row, all));
}

// The text between two quotes; null if there are none around it.
function unquoted(text) {
  const found = /^"([^"]*)"$|^'([^']*)'$/.exec(text);
  return found && (found[1] ?? found[2]);
}

const tip = document.createElement("div");
tip.className = "tip";
tip.hidden = true;

function showTip(text, x, y) {
  tip.textContent = text;
  tip.hidden = false;
  const { width, height } = tip.getBoundingClientRect();
  tip.style.left = `${Math.max(4, Math.min(x + 14, innerWidth - width - 4))}px`;
  tip.style.top = `${Math.max(4, Math.min(y + 14, innerHeight - height - 4))}px`;
}

function hideTip() { tip.hidden = true; }

document.body.append(tip);
const runs = [...document.querySelectorAll(".run")].map((section) => new Run(section));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") runs.forEach((run) => run.input && run.clear());
});
document.documentElement.dataset.ready = "true";
