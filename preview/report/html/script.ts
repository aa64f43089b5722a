/**
 * The page's script: filters items, opens what a link leads to, and opens everything for the printer. Without it the page shows all.
 */
export const SCRIPT = `(() => {
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const form = document.getElementById("filter");
  const open = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let at = target; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    if (target) target.scrollIntoView();
  };
  addEventListener("hashchange", open);
  open();
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = all("details:not([open])");
    for (const details of closed) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of closed) details.open = false;
  });
  if (!form) return;
  form.hidden = false;
  const groups = all(".group").map((group) => ({
    group,
    kind: group.dataset.kind,
    count: group.querySelector("h3 .count"),
    plain: group.querySelector(".plain"),
    items: all(".item", group),
  }));
  const texts = new Map();
  const textOf = (item) => {
    if (!texts.has(item)) texts.set(item, item.textContent.toLowerCase());
    return texts.get(item);
  };
  const apply = () => {
    const { text, kind, namespace, outcome, by } = Object.fromEntries(new FormData(form));
    const words = text.toLowerCase().split(/\\s+/).filter(Boolean);
    const narrow = words.length > 0 || [kind, namespace, outcome, by].some(Boolean);
    let shown = 0;
    for (const group of groups) {
      let here = 0;
      for (const item of group.items) {
        const { dataset } = item;
        const fits = (!kind || kind === group.kind) && (!namespace || namespace === dataset.namespace) &&
          (!outcome || outcome === dataset.outcome) && (!by || dataset.by.split(" ").includes(by)) &&
          words.every((word) => textOf(item).includes(word) || group.kind.toLowerCase().includes(word));
        item.hidden = !fits;
        if (fits) here++;
      }
      group.group.hidden = here === 0;
      group.count.textContent = here.toLocaleString("en");
      if (group.plain) {
        group.plain.hidden = !all(".item", group.plain).some((item) => !item.hidden);
        if (narrow) group.plain.open = true;
      }
      shown += here;
    }
    document.getElementById("shown").textContent = shown.toLocaleString("en");
    document.getElementById("none").hidden = shown > 0;
  };
  let timer;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(apply, 80);
  });
  form.addEventListener("reset", () => setTimeout(apply));
  form.addEventListener("submit", (event) => event.preventDefault());
  form.querySelector("[name=open]").addEventListener("click", (event) => {
    const details = all("#items details.item").filter((item) => !item.hidden);
    const opened = details.some((item) => !item.open);
    for (const item of details) item.open = opened;
    event.target.textContent = opened ? "Close all" : "Open all";
  });
})();
`;
