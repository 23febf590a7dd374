// A player with what happens in words and numbers above its picture, and whose nodes can be pointed at: a card beside
// the one that is shows its numbers.
//   data.remarks  what is said at each moment: [title, [[look, number, caption, sign], ...], formula, [note, ...]]
//   data.cards    for each node {name, value: [said, since, map], gradient: the same}: words, the moment they hold from,
//                 and rows of digits
//   data.colours  of the digits
// `heard` is told of every moment that is shown, `chose` of every node that is chosen.
function stepper(root, data, heard = () => {}, chose = () => {}) {
  const make = (tag, set, ...inner) => {
    const made = Object.assign(document.createElement(tag), set);
    made.append(...inner);
    return made;
  };
  const card = make("div", { className: "tg-card", hidden: true });
  let chosen = -1;
  let at = data.start;

  const remarks = data.remarks.map(remark);
  const label = root.querySelector("img").alt;
  const play = player(root, { ...data, told: data.remarks.map(told) }, (i) => {
    remarks[at].className = "";
    remarks[i].className = "tg-current";
    at = i;
    if (chosen >= 0) describe();
    heard(i);
  }, (stage) => unfold(stage, data));
  const picture = root.querySelector("svg");
  const hint = make("p", { className: "tg-hint", textContent: "Point at a node to see its numbers, or walk along the nodes with the arrow keys." });
  const short = data.size[1] < 460;
  picture.parentNode.before(make("div", { className: "tg-remarks" }, ...remarks));
  root.append(hint, card);
  picture.setAttribute("role", "group"); // it holds what can be focused, so it is no single image
  picture.setAttribute("aria-label", label);

  function told([title, terms, formula, notes]) {
    const numbers = terms.map(([, number, caption, sign]) => `${sign} ${number}${caption && ` (${caption})`}`.trim());
    const said = [title, numbers.join(" "), formula].filter(Boolean).map((part) => part.replace(/\.*$/, "."));
    return [...said, ...notes].join(" ");
  }
  // All remarks lie on one another, and one is seen: the tallest makes the room, so nothing below moves.
  function remark([title, terms, formula, notes]) {
    const line = terms.map(([look, number, caption, sign]) => make("span", {},
      make("i", { textContent: sign }), make("b", { className: "tg-" + look, textContent: number }), make("small", { textContent: caption })));
    const made = make("div", {}, make("p", {}, make("b", { textContent: title })), make("div", {}, ...line));
    if (formula) made.append(make("p", { className: "tg-formula", textContent: formula }));
    made.append(...notes.map((note) => make("p", { textContent: note })));
    made.setAttribute("aria-hidden", "true"); // the read-out says the same
    return made;
  }
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
    const { name, ...parts } = data.cards[chosen];
    const node = nodes[chosen];
    const lines = [name];
    card.replaceChildren(make("p", { textContent: name }));
    for (const kind in parts) {
      const [said, since, map] = parts[kind];
      lines.push(`${kind}: ${at >= since ? said : { value: "not computed yet", gradient: "not complete yet" }[kind]}`);
      card.append(make("div", {}, ...(at >= since && map ? [heatMap(map)] : []), make("span", { textContent: lines.at(-1) })));
    }
    node.classList.add("tg-chosen");
    node.setAttribute("aria-label", lines.join("; "));
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
    const node = root.querySelector(`[data-item="${i}"]`);
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
