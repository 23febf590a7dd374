// Plays, steps and scrubs one figure. It knows no subject: it is given, for every moving mark, a table of attributes.
//   data.told    what is said at each moment
//   data.tracks  {mark: {attribute, or "text": [value at each moment], or {moment: value from then on}}}
//   data.grow    paths that show one more segment at each moment
//   data.pause   milliseconds from one moment to the next
//   data.start   the moment it opens at and waits; without one it opens at the last, and plays when it is first seen
//   data.above   whether the controls stand above the picture
// `heard` is told of every moment that is shown. `prepare` is handed the picture before its marks are looked for, and
// returns their tracks.
// Returns what a kernel or a test needs to drive it: {show(i), play(), pause(), step}.
function player(root, data, heard = () => {}, prepare = (stage) => (stage.querySelector("style").remove(), data.tracks)) {
  const last = data.told.length - 1;
  const make = (tag, set) => Object.assign(document.createElement(tag), set);

  // The image holds the picture; unpacked, and without its own colours, it takes those of the page.
  const image = root.querySelector("img");
  const held = decodeURIComponent(image.getAttribute("src").replace(/^[^,]*,/, ""));
  const stage = make("div", { className: "tg-stage", innerHTML: held });
  const moving = prepare(stage);
  image.replaceWith(stage);
  const marks = {};
  for (const mark of stage.querySelectorAll("[data-key]")) marks[mark.dataset.key] = mark;
  const tracks = [];
  for (const key in moving)
    for (const name in moving[key]) {
      const track = moving[key][name];
      let value;
      tracks.push([marks[key], name, data.told.map((_, i) => (value = i in track ? track[i] : value))]);
    }
  const grown = data.grow.map((key) => [marks[key], marks[key].getAttribute("d").match(/[A-Z][^A-Z]*/g)]);

  const bar = make("div", { className: "tg-bar" });
  const button = (text, label, onclick) => {
    const made = make("button", { type: "button", textContent: text, onclick });
    if (label) made.setAttribute("aria-label", label);
    return made;
  };
  const toggle = button("Play", "", () => (timer ? pause() : play()));
  const range = make("input", { type: "range", min: 0, max: last, step: 1, oninput: () => scrub(+range.value) });
  range.setAttribute("aria-label", "Step");
  const said = make("output");
  bar.append(toggle, button("‹", "Step back", () => scrub(at - 1)), button("›", "Step forward", () => scrub(at + 1)), range, said);
  root[data.above ? "prepend" : "append"](bar);
  root.style.setProperty("--tg-pause", data.pause + "ms");

  let at = last;
  let was = NaN; // nothing has been shown yet
  let timer = 0;

  function put(mark, name, value) {
    if (name === "text") mark.textContent = value;
    else mark.setAttribute(name, value);
  }
  function show(i) {
    at = Math.max(0, Math.min(last, i));
    for (const [mark, name, values] of tracks) if (values[at] !== values[was]) put(mark, name, values[at]);
    was = at;
    for (const [mark, segments] of grown) mark.setAttribute("d", segments.slice(0, at + 1).join(""));
    if (marks.told) marks.told.textContent = data.told[at];
    said.textContent = data.told[at];
    range.value = at;
    range.setAttribute("aria-valuetext", data.told[at]);
    heard(at);
  }
  function scrub(i) {
    pause();
    show(i);
  }
  function play() {
    pause();
    if (at === last) show(0);
    said.setAttribute("aria-live", "off"); // sixty announcements help nobody
    toggle.textContent = "Pause";
    root.classList.toggle("tg-plays", !calm);
    timer = setInterval(() => {
      if (at < last && root.isConnected) show(at + 1);
      else pause();
    }, data.pause);
  }
  function pause() {
    clearInterval(timer);
    timer = 0;
    toggle.textContent = "Play";
    said.setAttribute("aria-live", "polite");
    root.classList.remove("tg-plays");
  }

  // Keys stay inside of the figure: in a notebook, "b" would insert a cell.
  const keys = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, Home: -Infinity, End: Infinity };
  root.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key in keys && event.target !== range) scrub(at + keys[event.key]);
    else if (event.key === " " && event.target === range) toggle.click();
    else return;
    event.preventDefault();
  });

  // It plays by itself once, when first seen, unless the reader asked for less motion.
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  show(data.start ?? last);
  if (!calm && !("start" in data))
    new IntersectionObserver((seen, watch) => {
      if (!seen.some((one) => one.isIntersecting)) return;
      watch.disconnect();
      play();
    }, { threshold: 0.6 }).observe(root);
  return { show: scrub, play, pause, get step() { return at; } };
}

// Every copy of the figure on the page that does not yet play.
function teachgrad(fingerprint, data, start) {
  for (const root of document.querySelectorAll(`[data-teachgrad="${fingerprint}"]:not([data-plays])`)) {
    root.dataset.plays = "";
    root.player = start(root, data);
  }
}
