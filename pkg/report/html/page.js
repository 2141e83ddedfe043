(() => {
  "use strict";
  const table = document.getElementById("hosts");
  if (!table) return;
  const body = table.tBodies[0], heads = [...table.tHead.rows[0].cells];
  const rows = [...body.rows], order = new Map(rows.map((row, i) => [row, i]));
  const form = document.getElementById("controls"), find = document.getElementById("find");
  const show = document.getElementById("show"), shown = document.getElementById("shown");
  const openAt = heads.findIndex(h => h.classList.contains("ports"));
  const mapAt = openAt + 1, errorAt = openAt + 5;
  let texts;

  // The searchable text of a row: all but its letters and numbers.
  const textOf = row => [...row.cells].slice(0, mapAt).map(c => c.textContent).join(" ").toLowerCase();

  function filter() {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length) texts ??= rows.map(textOf);
    let n = 0;
    rows.forEach((row, i) => {
      const wanted = words.every(w => texts[i].includes(w)) &&
        (show.value !== "open" || row.cells[openAt].dataset.n !== "0") &&
        (show.value !== "error" || row.cells[errorAt].textContent !== "");
      if (row.hidden === wanted) row.hidden = !wanted;
      n += wanted;
    });
    shown.textContent = n === rows.length ? `${n} hosts` : `${n} of ${rows.length} hosts`;
  }

  const collator = new Intl.Collator(undefined, { numeric: true });
  const keys = {
    order: row => order.get(row),
    num: (row, at) => Number(row.cells[at].dataset.n ?? row.cells[at].textContent.trim()),
    text: (row, at) => row.cells[at].textContent,
  };

  // The first click sorts numbers descending and texts ascending, the next reverses.
  function sort(at) {
    const head = heads[at], kind = head.dataset.sort;
    const first = kind === "num" ? "descending" : "ascending";
    const before = head.getAttribute("aria-sort");
    const now = !before ? first : before === "ascending" ? "descending" : "ascending";
    heads.forEach(h => h.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", now);
    const sign = now === "ascending" ? 1 : -1;
    const compare = kind === "text" ? collator.compare : (a, b) => a - b;
    const keyed = rows.map(row => [keys[kind](row, at), order.get(row), row]);
    keyed.sort((a, b) => sign * compare(a[0], b[0]) || a[1] - b[1]);
    body.replaceChildren(...keyed.map(k => k[2]));
  }

  // No buttons: Chromium prints those on the first page only.
  heads.forEach((head, at) => {
    if (!head.dataset.sort) return;
    head.tabIndex = 0;
    head.addEventListener("click", () => sort(at));
    head.addEventListener("keydown", e => {
      if (e.key !== "Enter" && e.key !== " ") return;
      e.preventDefault();
      sort(at);
    });
  });

  // A tooltip shows the port that a letter belongs to.
  const columns = [...heads[mapAt].children].map(s => s.textContent);
  body.addEventListener("mousemove", e => {
    const cell = e.target.closest("td.map");
    if (!cell || !cell.firstChild) return;
    const from = cell.firstElementChild.getBoundingClientRect().left, to = cell.lastElementChild.getBoundingClientRect().right;
    const i = Math.floor((e.clientX - from) / (to - from) * columns.length);
    cell.title = columns[i] ? `${columns[i]}: ${cell.textContent[i]}` : "";
  });

  form.addEventListener("submit", e => e.preventDefault());
  find.addEventListener("input", filter);
  show.addEventListener("change", filter);
  filter();
  form.hidden = false;
})();
