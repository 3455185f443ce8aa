"use strict";
(() => {
  const study = JSON.parse(document.getElementById("study").textContent);
  const { items, questions } = study;
  const place = `reader-study/${study.study}/${study.reader}`;
  const main = document.getElementById("main");
  const status = document.getElementById("status");
  const warning = document.getElementById("warning");
  const enlarged = document.getElementById("enlarged");
  const hasty = 250; // milliseconds in which a second tap on the same spot was not meant for the next picture

  let answers = {};
  let shortcuts = true;
  let current = -1; // number of the item that is asked; -1 on the first and the last page
  let shown = 0;
  let kept = true;
  let changed = false; // since the last download

  function make(tag, attributes, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (typeof value === "function") element.addEventListener(name, value);
      else if (value !== false) element.setAttribute(name, value === true ? "" : value);
    }
    element.append(...children);
    return element;
  }

  const answersTo = (item) => answers[item.code] || {};
  const isAnswered = (item) => questions.every((question) => question.name in answersTo(item));
  const answered = () => items.filter(isAnswered).length;

  function load() {
    try {
      const found = JSON.parse(window.localStorage.getItem(place) || "{}");
      answers = {};
      for (const item of items) {
        for (const question of questions) {
          const value = (found[item.code] || {})[question.name];
          if (question.options.some((option) => option.value === value)) {
            answers[item.code] = { ...answersTo(item), [question.name]: value };
          }
        }
      }
      window.localStorage.setItem(place, JSON.stringify(answers));
    } catch {
      cannotKeep();
    }
  }

  function keep() {
    changed = true;
    try {
      window.localStorage.setItem(place, JSON.stringify(answers));
    } catch {
      cannotKeep();
    }
  }

  function cannotKeep() {
    kept = false;
    warning.textContent =
      "This browser does not keep your answers. Do not close this page before you have saved them, or open the file in another browser.";
    warning.hidden = false;
  }

  function showProgress() {
    const count = answered();
    const bar = document.getElementById("progress");
    bar.max = items.length;
    bar.value = count;
    document.getElementById("count").textContent = `${count} of ${items.length} answered`;
  }

  function show(heading, ...content) {
    if (enlarged.open) enlarged.close();
    main.replaceChildren(...content);
    showProgress();
    window.scrollTo(0, 0);
    heading.focus({ preventScroll: true });
  }

  function headingOf(text) {
    return make("h2", { tabindex: "-1" }, text);
  }

  function start() {
    current = -1;
    const heading = headingOf("Before you start");
    const box = make("input", { type: "checkbox", change: () => { shortcuts = box.checked; } });
    box.checked = shortcuts;
    const begun = answered() > 0;
    show(
      heading,
      heading,
      ...study.instructions.map((text) => make("p", {}, text)),
      make("p", {},
        `There ${items.length === 1 ? "is one picture" : `are ${items.length} pictures`}. Your answers stay in this browser on this device: you can close the page and go on later. At the end you save them as a file for the organiser. Nothing is sent anywhere.`),
      make("p", {}, "Work alone, in dimmed light, on the same screen throughout if you can. Tap or click a picture to enlarge it there."),
      make("div", { class: "keys" }, make("label", {}, box, "Answer with the letters shown on the buttons; arrow keys go back and on, Enter goes on, Z enlarges and makes small again")),
      make("div", { class: "turns" },
        make("button", { type: "button", class: "main", click: goOn }, begun ? "Go on" : "Start")),
    );
  }

  function goOn() {
    const next = items.findIndex((item) => !isAnswered(item));
    if (next < 0) end();
    else ask(next);
  }

  function ask(number) {
    current = number;
    shown = Date.now();
    const item = items[number];
    const single = questions.length === 1;
    const heading = headingOf(single ? questions[0].text : "What do you see?");
    const name = `Picture ${number + 1} of ${items.length}`;
    const picture = make("button", { type: "button", class: "picture", "aria-label": `${name}: enlarge`, click: (event) => enlarge(item, event) },
      make("img", { src: study.pictures[item.picture], alt: name }));
    const groups = questions.map((question) => groupOf(question, item, single));
    const next = make("button", { type: "button", id: "next", click: forward }, "Next");
    const turns = make("div", { class: "turns" },
      make("button", { type: "button", disabled: number === 0, click: back }, "Back"),
      next,
      make("button", { type: "button", click: () => save("csv") }, "Save answers so far"));
    show(heading, make("div", { class: `asking${item.candidates ? " recognition" : ""}${single && !item.candidates ? "" : " long"}` }, picture, make("div", {}, heading, ...groups, turns)));
    mark();
    status.textContent = name;
  }

  function groupOf(question, item, single) {
    const options = question.options.map((option, number) => {
      const candidate = item.candidates && item.candidates[number];
      const content = candidate
        ? [make("img", { src: study.pictures[candidate], alt: "" }), make("kbd", { "aria-hidden": "true" }, option.key), option.label]
        : [make("kbd", { "aria-hidden": "true" }, option.key), option.label];
      return make("button", {
        type: "button",
        class: item.candidates && !candidate ? "option nobody" : "option",
        "data-question": question.name,
        "data-value": option.value,
        "aria-pressed": "false",
        click: () => choose(question, option),
      }, ...content);
    });
    const text = single ? [] : [make("h3", { id: `text-${question.name}` }, question.text)];
    return make("div", {
      class: single ? "question" : "question several",
      role: "group",
      ...(single ? { "aria-label": question.text } : { "aria-labelledby": `text-${question.name}` }),
    }, ...text, make("div", { class: item.candidates ? "options people" : "options" }, ...options));
  }

  function mark() {
    const given = answersTo(items[current]);
    for (const button of document.querySelectorAll("button.option")) {
      button.setAttribute("aria-pressed", String(given[button.getAttribute("data-question")] === button.getAttribute("data-value")));
    }
    const next = document.getElementById("next");
    const whole = isAnswered(items[current]);
    next.disabled = !whole;
    next.className = whole && questions.length > 1 ? "main" : "";
    showProgress();
  }

  function choose(question, option) {
    if (current < 0 || Date.now() - shown < hasty) return;
    const item = items[current];
    answers[item.code] = { ...answersTo(item), [question.name]: option.value };
    keep();
    if (questions.length === 1) forward();
    else {
      mark();
      status.textContent = `${question.text} ${option.label}`;
    }
  }

  function forward() {
    if (current < 0 || !isAnswered(items[current])) return;
    if (current + 1 < items.length) ask(current + 1);
    else goOn();
  }

  function back() {
    if (current > 0) ask(current - 1);
  }

  function enlarge(item, tap) {
    const close = () => enlarged.close();
    // A pane of its own takes the focus, for arrow keys do not scroll from the button.
    const pane = make("div", { id: "pane", tabindex: "0", role: "region", "aria-label": "Enlarged picture, arrow keys move it" },
      make("img", { src: study.pictures[item.picture], alt: "The picture, enlarged", click: close }));
    enlarged.replaceChildren(pane, make("button", { type: "button", click: close }, "Close"));
    const [across, down] = placeOf(tap);
    enlarged.showModal();
    pane.focus();
    pane.scrollTo(across * pane.scrollWidth - pane.clientWidth / 2, down * pane.scrollHeight - pane.clientHeight / 2);
  }

  // Where in the picture somebody tapped, in shares of its width and height; else the eyes, a little above the middle.
  function placeOf(tap) {
    if (!tap || !tap.detail) return [0.5, 0.4]; // a key
    const picture = tap.currentTarget.querySelector("img");
    const box = picture.getBoundingClientRect();
    const scale = Math.min(box.width / picture.naturalWidth, box.height / picture.naturalHeight);
    const share = (from, length, side) => Math.min(1, Math.max(0, 0.5 + (from - length / 2) / (side * scale)));
    return [
      share(tap.clientX - box.left, box.width, picture.naturalWidth),
      share(tap.clientY - box.top, box.height, picture.naturalHeight),
    ];
  }

  function end() {
    current = -1;
    const heading = headingOf("All pictures are answered. Thank you.");
    show(
      heading,
      heading,
      make("p", {}, "Save your answers and give the file to the organiser of the study. One of the two files is enough."),
      make("div", { class: "turns" },
        make("button", { type: "button", class: "main", click: () => save("csv") }, "Save answers (CSV)"),
        make("button", { type: "button", click: () => save("json") }, "Save answers (JSON)"),
        make("button", { type: "button", click: () => ask(items.length - 1) }, "Back to the pictures")),
      make("details", {},
        make("summary", {}, "If no file is saved: copy the answers from here"),
        make("textarea", { readonly: true, "aria-label": "Your answers" }, asCsv())),
    );
    status.textContent = "All pictures are answered.";
  }

  function asCsv() {
    const lines = [["study", "reader", "item", ...questions.map((question) => question.name)]];
    for (const item of items) {
      const given = answersTo(item);
      lines.push([study.study, study.reader, item.code, ...questions.map((question) => given[question.name] || "")]);
    }
    return lines.map((cells) => cells.join(",") + "\r\n").join("");
  }

  function asJson() {
    return JSON.stringify({ study: study.study, reader: study.reader, answers }, null, 1);
  }

  function save(format) {
    const text = format === "csv" ? asCsv() : asJson();
    const file = new Blob([text], { type: format === "csv" ? "text/csv" : "application/json" });
    const link = make("a", { href: URL.createObjectURL(file), download: `answers-reader-${study.reader}.${format}` });
    document.body.append(link);
    link.click();
    link.remove();
    window.setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    changed = false;
    status.textContent = `Saved as answers-reader-${study.reader}.${format}, among this device's downloads.`;
  }

  function byKey(event) {
    if (current < 0 || !shortcuts || event.repeat) return;
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const key = event.key.toLowerCase();
    if (enlarged.open) {
      if (key === "z") enlarged.close();
      return;
    }
    if (key === "enter") {
      if (event.target.tagName === "H2" || event.target === document.body) forward(); // a button takes its own
      return;
    }
    if (key === "arrowleft") back();
    else if (key === "arrowright") forward();
    else if (key === "z") enlarge(items[current]);
    else {
      const item = items[current];
      const open = questions.find((question) => !(question.name in answersTo(item))) || (questions.length === 1 && questions[0]);
      const option = open && open.options.find((one) => one.key === key);
      if (!option) return;
      choose(open, option);
    }
    event.preventDefault();
  }

  document.addEventListener("keydown", byKey);
  window.addEventListener("storage", (event) => {
    if (event.key !== place) return; // the same page in another tab
    load();
    showProgress();
    if (current >= 0) mark();
  });
  window.addEventListener("beforeunload", (event) => {
    if (!kept && changed) event.preventDefault();
  });
  load();
  start();
})();
