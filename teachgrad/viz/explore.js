// Gradient descent in the page: sliders for its settings, a click for its start.
//   data.names, data.start, data.steps   of the variables; where it starts at first; how many steps
//   data.sliders  {lr, momentum: {low, high, step, log, start}}
//   data.options  {"clear .grad", "nesterov": at first}
//   data.known    the function: {at, height, slope, bend} of a parabola, or {low, high, count, values} on a grid
//   data.map, data.beside  {box, x, y, log}: panels;  data.shows  "place" or "loss": what the second shows
function start(root, data) {
  const make = (tag, set) => Object.assign(document.createElement(tag), set);
  const many = data.names.length;
  const picture = root.querySelector(".tg-live > svg");
  const marks = {};
  for (const mark of picture.querySelectorAll("[data-key]")) marks[mark.dataset.key] = mark;

  // The function: its value and its slopes at a place, or nothing where it is not known.
  const know = data.known.values ? grid(data.known) : (place) => {
    const { at, height, slope, bend } = data.known;
    const away = place.map((x, i) => x - at[i]);
    const slopes = slope.map((s, i) => s + away.reduce((sum, d, j) => sum + bend[j][i] * d, 0));
    return [height + away.reduce((sum, d, i) => sum + (d * (slope[i] + slopes[i])) / 2, 0), slopes];
  };

  // Between the places of a grid: the cubic that has the values and slopes of both neighbours, along each axis.
  function grid({ low, high, count, values }) {
    const [f, ...slopes] = values.map((text, i) => new (i ? Float32Array : Float64Array)(Uint8Array.from(atob(text), (c) => c.charCodeAt(0)).buffer));
    const wide = high.map((end, i) => (end - low[i]) / (count - 1));
    const twist = (i, j) => {
      const [a, b] = [Math.max(j - 1, 0), Math.min(j + 1, count - 1)];
      return (slopes[0][b * count + i] - slopes[0][a * count + i]) / (b - a); // times the width of a row
    };
    const cubic = (t) => [
      [(1 + 2 * t) * (1 - t) ** 2, t * t * (3 - 2 * t), t * (1 - t) ** 2, t * t * (t - 1)],
      [6 * t * (t - 1), 6 * t * (1 - t), (1 - t) * (1 - 3 * t), t * (3 * t - 2)],
    ];
    return (place) => {
      const cell = [];
      const bases = [];
      for (let k = 0; k < many; k++) {
        const along = (place[k] - low[k]) / wide[k];
        if (!(along >= 0 && along <= count - 1)) return null;
        cell[k] = Math.min(Math.floor(along), count - 2);
        bases[k] = cubic(along - cell[k]);
      }
      const mix = (x, y) => {
        let sum = 0;
        for (let b = 0; b < (y ? 2 : 1); b++)
          for (let a = 0; a < 2; a++) {
            const [i, j] = [cell[0] + a, y ? cell[1] + b : 0];
            const n = j * count + i;
            const [vy, sy] = y ? [y[b], y[b + 2] * wide[1]] : [1, 0];
            sum += vy * (x[a] * f[n] + x[a + 2] * wide[0] * slopes[0][n]);
            if (y) sum += sy * x[a] * slopes[1][n] + y[b + 2] * x[a + 2] * wide[0] * twist(i, j);
          }
        return sum;
      };
      const [x, y] = bases;
      const sides = y ? [mix(x[1], y[0]) / wide[0], mix(x[0], y[1]) / wide[1]] : [mix(x[1]) / wide[0]];
      return [mix(x[0], y?.[0]), sides];
    };
  }

  // The steps of PyTorch's SGD.
  function walk({ lr, momentum, options, from }) {
    const points = [], losses = [], slopes = [];
    let place = from, speed = null, held = from.map(() => 0), lost = false;
    for (let step = 0; step <= data.steps; step++) {
      const seen = know(place);
      if (!seen || !Number.isFinite(seen[0])) {
        lost = !seen;
        if (seen || step === 0) points.push(place), losses.push(seen ? seen[0] : NaN), slopes.push(from.map(() => 0));
        break;
      }
      points.push(place), losses.push(seen[0]), slopes.push(seen[1]);
      held = seen[1].map((slope, i) => (options["clear .grad"] === false ? held[i] : 0) + slope);
      let way = held;
      if (momentum > 0) {
        speed = speed ? speed.map((v, i) => momentum * v + held[i]) : held;
        way = options.nesterov ? held.map((g, i) => g + momentum * speed[i]) : speed;
      }
      place = place.map((x, i) => x - lr * way[i]);
    }
    return { points, losses, slopes, lost };
  }

  // In words, as the alternative text of the first picture tells it.
  function number(value) {
    if (!Number.isFinite(value)) return String(value).replace("Infinity", "inf").replace("NaN", "nan").replace("-", "−");
    let short = String(+value.toPrecision(3));
    if (value && (Math.abs(value) < 1e-4 || Math.abs(value) >= 1e3)) short = (+value.toPrecision(3)).toExponential().replace(/e(.)(\d)$/, "e$10$2");
    return (/[e.]/.test(short) ? short : short + ".0").replaceAll("-", "−");
  }
  function tell({ points, losses, slopes, lost }) {
    const steps = points.length - 1;
    const [first, last] = [losses[0], losses[steps]];
    const diverges = !Number.isFinite(last) || (last > first + 9 * Math.abs(first) && last >= Math.max(...losses));
    const ways = points.slice(1).map((place, i) => place.map((x, k) => x - points[i][k]));
    const lengths = ways.map((way) => Math.hypot(...way));
    const longest = Math.max(0, ...lengths);
    const along = (way, slope) => way.reduce((sum, d, k) => sum + d * slope[k], 0);
    const over = ways.filter((way, i) => lengths[i] > 1e-3 * longest && along(way, slopes[i]) < 0 && along(way, slopes[i + 1]) > 0).length;
    const often = { 0: "", 1: "; overshoots once", 2: "; overshoots twice" }[over] ?? `; overshoots ${over} times`;
    const from = "From " + data.names.map((name, i) => `${name} = ${number(points[0][i])}`).join(", ");
    const settings = `SGD, lr ${number(at.lr)}${at.momentum ? `, momentum ${number(at.momentum)}` : ""}`;
    const end = lost ? "; then it leaves the map" : "";
    const loss = `loss ${number(first)} to ${number(last)} in ${steps} step${steps === 1 ? "" : "s"}`;
    return [from, `${settings}: ${diverges && !lost ? "diverges, " : ""}${loss}${often}${end}`];
  }

  // Drawing.
  const scale = (value, [low, high], log) => {
    if (log) [value, low, high] = [Math.log10(Math.max(value, 1e-300)), Math.log10(low), Math.log10(high)];
    return (value - low) / (high - low);
  };
  const pixel = ({ box: [left, top, width, height], x, y, log }, a, b) => {
    const put = (value) => Math.round(Math.min(Math.max(value, -5000), 5000) * 10) / 10;
    return [put(left + scale(a, x) * width), put(top + (1 - scale(b, y, log)) * height)];
  };
  // The panel beside, whose axis reaches as far as the walk does.
  const beside = { ...data.beside };
  const drawn = [...marks.scale.childNodes];
  function reach(values) {
    const { y: [least, most], log } = data.beside;
    let [low, high] = [Math.min(...values), Math.max(...values)];
    const space = log ? 2 : 0.06 * (Math.max(high, most) - Math.min(low, least));
    low = low >= least ? least : log ? Math.max(low, most * 1e-20) / space : low - space;
    high = high <= most ? most : log ? high * space : high + space;
    if (beside.y[0] === low && beside.y[1] === high) return;
    beside.y = [low, high];
    if (low === least && high === most) return marks.scale.replaceChildren(...drawn);
    const [grid, text] = ["path", "text"].map((tag) => drawn.find((mark) => mark.tagName === tag));
    const [left, , width] = beside.box;
    marks.scale.replaceChildren(...ticks(low, high, log).flatMap((value) => {
      const y = pixel(beside, 0, value)[1];
      const [across, said] = [grid.cloneNode(), text.cloneNode()];
      across.setAttribute("d", `M${left} ${y}h${width}`);
      said.setAttribute("y", y + 4);
      said.textContent = log ? "10" + String(Math.round(Math.log10(value))).replace(/./g, (c) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)]) : number(value).replace(/\.0$/, "");
      return [across, said];
    }));
  }
  function ticks(low, high, log) {
    const [first, last] = log ? [Math.log10(low), Math.log10(high)] : [low, high];
    const least = (last - first) / 5;
    const size = 10 ** Math.floor(Math.log10(least));
    const step = Math.max(log ? 1 : 0, [1, 2, 5, 10].find((times) => times * size >= least) * size);
    const found = [];
    for (let k = Math.ceil(first / step); k * step <= last; k++) found.push(log ? 10 ** (k * step) : +(k * step).toPrecision(12));
    return found;
  }
  const outline = (places) => places.map((place, i) => (i ? "L" : "M") + place.join(" ")).join("");
  function show() {
    const walked = walk(at);
    const sound = walked.points.map((place, i) => [...place, walked.losses[i]]).filter((all) => all.every(Number.isFinite));
    const places = sound.map((all) => pixel(data.map, all[0], all[1]));
    if (places.length === 0) places.push([-9, -9]);
    const shown = sound.map((all) => (data.shows === "place" ? all[0] : all.at(-1)));
    reach(shown);
    const past = shown.map((value, i) => pixel(beside, i, value));
    for (const key of ["casing", "path", "trace"]) marks[key]?.setAttribute("d", outline(places));
    marks.dots.setAttribute("d", places.map((place) => `M${place.join(" ")} ${place.join(" ")}`).join(""));
    marks.past.setAttribute("d", outline(past));
    for (const [key, place] of [["start", places[0]], ["ball", places.at(-1)]]) {
      marks[key].setAttribute("cx", place[0]);
      marks[key].setAttribute("cy", place[1]);
    }
    const [from, told] = tell(walked);
    marks.told.textContent = told;
    said.textContent = `${from} with ${told}.`;
  }

  // Controls: a slider and a field for each number, a box for each option.
  const bar = make("div", { className: "tg-controls" });
  const said = make("p", { className: "tg-said" });
  said.setAttribute("role", "status");
  const at = {};
  const refresh = [];
  function slider(name, { low, high, step, log }, get, set) {
    const label = make("label", { textContent: name });
    const notch = log ? (value) => Math.log10(value) : (value) => value;
    const range = make("input", { type: "range", min: notch(low), max: notch(high), step: log ? 0.01 : step });
    const field = make("input", { type: "number", step: "any", min: name in data.sliders ? 0 : "" });
    range.setAttribute("aria-label", name);
    field.setAttribute("aria-label", `${name}, as a number`);
    const choose = (value) => {
      if (!Number.isFinite(value) || (name in data.sliders && value < 0)) return;
      set(value);
      tellIt();
      show();
    };
    const tellIt = () => {
      range.value = notch(get());
      if (document.activeElement !== field) field.value = +get().toPrecision(4);
      range.setAttribute("aria-valuetext", number(get()));
    };
    range.oninput = () => choose(+(log ? 10 ** range.value : +range.value).toPrecision(3));
    field.oninput = () => field.value !== "" && choose(+field.value);
    label.append(range, field);
    bar.append(label);
    refresh.push(tellIt);
  }
  for (const name in data.sliders) slider(name, data.sliders[name], () => at[name], (value) => { at[name] = value; });
  data.names.forEach((name, i) => {
    const [low, high] = i ? data.map.y : data.map.x;
    const place = { low, high, step: 10 ** Math.floor(Math.log10((high - low) / 100)) };
    slider(`start ${name}`, place, () => at.from[i], (value) => { at.from = at.from.with(i, value); });
  });
  for (const name in data.options) {
    const label = make("label");
    const box = make("input", { type: "checkbox", onchange: () => { at.options[name] = box.checked; show(); } });
    label.append(box, name);
    bar.append(label);
    refresh.push(() => { box.checked = at.options[name]; });
  }
  const reset = () => {
    for (const name in data.sliders) at[name] = data.sliders[name].start;
    at.from = [...data.start];
    at.options = { ...data.options };
    for (const tellIt of refresh) tellIt();
  };
  bar.append(make("button", { type: "button", textContent: "Reset", onclick: () => { reset(); show(); } }));

  // A click, or a drag, chooses the start.
  const [left, top, width, height] = data.map.box;
  const ground = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  for (const [name, value] of Object.entries({ class: "tg-ground", x: left, y: top, width, height })) ground.setAttribute(name, value);
  picture.append(ground);
  function choose(event) {
    const box = ground.getBoundingClientRect();
    const parts = [(event.clientX - box.left) / box.width, 1 - (event.clientY - box.top) / box.height];
    const ends = [data.map.x, data.map.y];
    at.from = at.from.map((_, i) => +(ends[i][0] + Math.min(Math.max(parts[i], 0), 1) * (ends[i][1] - ends[i][0])).toPrecision(3));
    for (const tellIt of refresh) tellIt();
    show();
  }
  ground.onpointerdown = (event) => {
    ground.setPointerCapture(event.pointerId);
    choose(event);
  };
  ground.onpointermove = (event) => event.buttons && choose(event);

  root.querySelector(".tg-live").before(bar);
  root.append(said);
  root.addEventListener("keydown", (event) => event.stopPropagation()); // in a notebook, "b" would insert a cell
  reset();
  show();
  root.explorer = { at, walk: () => walk(at), show };
}
