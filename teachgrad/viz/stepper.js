// A player whose nodes can be pointed at: a card beside the one that is shows its numbers.
//   data.cards    for each node {name, parts: [{said, map, since, before}]}: words and rows of digits; the moment it is
//                 there from, and what is said before
//   data.colours  of the digits
// `heard` is told of every moment that is shown, `chose` of every node that is chosen.
function stepper(root, data, heard = () => {}, chose = () => {}) {
  const make = (tag, set) => Object.assign(document.createElement(tag), set);
  const card = make("div", { className: "tg-card", hidden: true });
  let chosen = -1;
  let at = data.start;

  const play = player(root, data, (i) => {
    at = i;
    if (chosen >= 0) describe();
    heard(i);
  });
  const hint = make("p", { className: "tg-hint", textContent: "Point at a node to see its numbers, or walk along the nodes with the arrow keys." });
  const short = root.querySelector("svg").viewBox.baseVal.height < 460;
  root.append(hint, card);
  root.querySelector("svg").setAttribute("role", "group"); // it holds what can be focused, so it is no single image

  function heatMap(rows) {
    const side = Math.max(5, Math.min(16, Math.floor(90 / Math.max(rows.length, rows[0].length))));
    const canvas = make("canvas", { width: rows[0].length * side, height: rows.length * side });
    const pen = canvas.getContext("2d");
    rows.forEach((row, y) => [...row].forEach((digit, x) => {
      pen.fillStyle = data.colours[digit] ?? "#d55e00"; // no number
      pen.fillRect(x * side, y * side, side, side);
    }));
    canvas.setAttribute("aria-hidden", "true"); // the words beside it say what it shows
    return canvas;
  }
  function describe() {
    const { name, parts } = data.cards[chosen];
    const node = nodes[chosen];
    const told = parts.map(({ said, since = 0, before }) => (at >= since ? said : before));
    node.classList.add("tg-chosen");
    node.setAttribute("aria-label", [name, ...told].join("; "));
    card.replaceChildren(make("p", { textContent: name }));
    parts.forEach(({ map, since = 0 }, k) => {
      const part = make("div");
      if (at >= since && map.length) part.append(heatMap(map));
      part.append(make("span", { textContent: told[k] }));
      card.append(part);
    });
    place(node);
  }
  function tallest() {
    const was = at;
    at = Infinity; // when all is known
    const heights = nodes.map((_, i) => {
      chosen = i;
      describe();
      nodes[i].classList.remove("tg-chosen");
      nodes[i].setAttribute("aria-label", data.cards[i].name);
      return card.offsetHeight;
    });
    at = was;
    chosen = -1;
    return Math.max(...heights);
  }
  // Below a short picture; in a long one beside the node. In the colours of the page, which lie behind the figure.
  function place(node) {
    const colours = [];
    for (let behind = root; behind; behind = behind.parentElement) colours.push(getComputedStyle(behind).backgroundColor);
    card.style.background = colours.find((colour) => !/^rgba\(.*, 0\)$/.test(colour)) ?? "Canvas";
    card.hidden = false;
    const whole = root.getBoundingClientRect();
    const box = node.getBoundingClientRect();
    const below = box.bottom - whole.top + 8;
    const above = box.top - whole.top - card.offsetHeight - 8;
    card.style.top = (short ? hint.offsetTop : below + card.offsetHeight > whole.height ? above : below) + "px";
    const right = root.clientWidth - card.offsetWidth;
    card.style.left = root.scrollLeft + Math.max(0, Math.min(box.left - whole.left, right)) + "px";
  }
  function choose(i) {
    nodes[chosen]?.classList.remove("tg-chosen");
    chosen = i;
    nodes.forEach((node, j) => { node.tabIndex = j === Math.max(i, 0) ? 0 : -1; }); // arrow keys go on from there
    card.hidden = i < 0;
    hint.style.visibility = i < 0 ? "" : "hidden"; // the card lies on it
    if (i >= 0) describe();
    chose(i);
  }

  const nodes = data.cards.map(({ name }, i) => {
    const node = root.querySelector(`[data-key="n${i}"]`);
    node.dataset.item = i;
    node.setAttribute("role", "img");
    node.setAttribute("aria-label", name);
    node.onpointerenter = node.onfocus = () => choose(i);
    node.onpointerleave = () => { if (document.activeElement !== node) choose(-1); };
    node.onblur = () => choose(-1);
    node.onkeydown = (event) => {
      const way = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (!way && event.key !== "Escape") return;
      event.stopPropagation();
      event.preventDefault();
      if (way) nodes[i + way]?.focus();
      else choose(-1);
    };
    return node;
  });
  if (short) hint.style.minHeight = tallest() + "px"; // room for any card, so that it covers nothing
  choose(-1);
  return { show: play.show, play: play.play, pause: play.pause, choose, get step() { return at; }, get chosen() { return chosen; } };
}
