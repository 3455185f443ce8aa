// Opens a reader's page on a stand-in for a browser and does what a reader does.
//
//     node drive_page.js PAGE.html < steps.json
//
// Steps: {"click": "text of a button", "at": [x, y] in the window if by mouse}, {"key": "y"}, {"reopen": true}, {"forbidStorage": true}, {"wait": milliseconds}.
// Prints what is seen after each step, and the files that were saved.
"use strict";
const fs = require("node:fs");
const vm = require("node:vm");

const page = fs.readFileSync(process.argv[2], "utf8");
const steps = JSON.parse(fs.readFileSync(0, "utf8"));
const between = (start, end) => page.split(start)[1].split(end)[0];
const data = between('<script type="application/json" id="study">', "</script>");
const script = between("<script>", "</script>");

const stored = new Map();
let storageWorks = true;
let now = 0;
const saved = {};
let world;

class Element {
  constructor(tag) {
    Object.assign(this, { tagName: tag.toUpperCase(), attributes: {}, children: [], listeners: {}, hidden: false, text: "" });
  }
  append(...children) { this.children.push(...children); }
  replaceChildren(...children) { this.text = ""; this.children = children; }
  remove() {}
  setAttribute(name, value) { this.attributes[name] = String(value); if (name === "disabled") this.disabled = true; }
  getAttribute(name) { return this.attributes[name] ?? null; }
  addEventListener(name, listener) { this.listeners[name] = listener; }
  focus() { world.focused = this; }
  showModal() { this.open = true; }
  // Every image is shown in a box of 400 x 200, itself a square; every pane shows 300 x 300 of 1000 x 1000.
  getBoundingClientRect() { return { left: 0, top: 0, width: 400, height: 200 }; }
  get naturalWidth() { return 100; }
  get naturalHeight() { return 100; }
  get clientWidth() { return 300; }
  get clientHeight() { return 300; }
  get scrollWidth() { return 1000; }
  get scrollHeight() { return 1000; }
  scrollTo(x, y) { world.scrolled = [x, y]; }
  querySelector(tag) { return [...this.walk()].find((element) => element.tagName === tag.toUpperCase()); }
  close() { this.open = false; }
  click(at) {
    if (this.disabled) return;
    if (this.tagName === "A") saved[this.attributes.download] = world.blobs[this.attributes.href];
    this.listeners.click?.({ currentTarget: this, detail: at ? 1 : 0, clientX: at?.[0] ?? 0, clientY: at?.[1] ?? 0 });
  }
  get textContent() { return this.text + this.children.map((child) => child.textContent ?? child).join(""); }
  set textContent(text) { this.children = []; this.text = text; }
  get href() { return this.attributes.href; }
  *walk() {
    yield this;
    for (const child of this.children) if (child instanceof Element) yield* child.walk();
  }
}

function open() {
  const fixed = {};
  for (const id of ["progress", "count", "warning", "main", "status", "enlarged", "study"]) fixed[id] = new Element("div");
  fixed.study.text = data;
  fixed.warning.hidden = true;
  world = { fixed, listeners: {}, blobs: {}, focused: null };
  const all = () => Object.values(fixed).flatMap((element) => [...element.walk()]);
  const document = {
    body: new Element("body"),
    createElement: (tag) => new Element(tag),
    getElementById: (id) => fixed[id] ?? all().find((element) => element.attributes.id === id),
    querySelectorAll: (selector) => {
      if (selector !== "button.option") throw new Error(`unknown selector ${selector}`);
      return all().filter((element) => (element.attributes.class ?? "").split(" ").includes("option"));
    },
    addEventListener: (name, listener) => { world.listeners[name] = listener; },
  };
  const forbidden = () => { if (!storageWorks) throw new Error("SecurityError"); };
  const window = {
    localStorage: {
      getItem: (name) => { forbidden(); return stored.get(name) ?? null; },
      setItem: (name, value) => { forbidden(); stored.set(name, value); },
    },
    addEventListener: (name, listener) => { world.listeners[name] = listener; },
    scrollTo: () => {},
    setTimeout: () => {},
  };
  const URL = {
    createObjectURL: (blob) => { const name = `blob:${Object.keys(world.blobs).length}`; world.blobs[name] = blob.text; return name; },
    revokeObjectURL: () => {},
  };
  class Blob { constructor(parts) { this.text = parts.join(""); } }
  vm.runInNewContext(script, { document, window, URL, Blob, Date: { now: () => now } });
}

function step(one) {
  now += one.wait ?? 1000;
  if (one.reopen) open();
  else if (one.forbidStorage) { storageWorks = false; open(); }
  else if (one.key) world.listeners.keydown({ key: one.key, target: world.focused, preventDefault: () => {} });
  else if (one.click) {
    const found = [...world.fixed.main.walk(), ...world.fixed.enlarged.walk()]
      .find((element) => element.tagName === "BUTTON" && (element.attributes["aria-label"] ?? element.textContent).includes(one.click));
    if (!found) throw new Error(`no button ${one.click}: ${world.fixed.main.textContent}`);
    found.click(one.at);
  }
  const pressed = [...world.fixed.main.walk()].filter((element) => element.attributes["aria-pressed"] === "true");
  return {
    heading: world.focused?.textContent,
    count: world.fixed.count.textContent,
    pressed: pressed.map((element) => element.attributes["data-value"]),
    warning: world.fixed.warning.hidden === false && world.fixed.warning.textContent,
    enlarged: Boolean(world.fixed.enlarged.open),
    scrolled: world.scrolled,
    picture: [...world.fixed.main.walk()].find((element) => element.tagName === "IMG")?.attributes.src.slice(0, 23),
  };
}

open();
const seen = steps.map(step);
process.stdout.write(JSON.stringify({ seen, saved }));
