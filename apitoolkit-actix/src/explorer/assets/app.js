"use strict";
// The explorer works without this. What it adds: the list as it grows, the pane beside it, keys,
// buttons that copy, and files that are dropped.
(() => {
  const $ = (selector, from = document) => from.querySelector(selector);
  const $$ = (selector, from = document) => [...from.querySelectorAll(selector)];
  const base = document.body.dataset.base;
  const rows = $("#rows[data-list]");
  const detail = $("#detail");
  const panes = $("#panes");
  const fresh = $("#fresh");
  const pause = $("#pause");
  const MOST = 200;
  let waiting = [];
  let paused = pause?.getAttribute("aria-pressed") === "true";
  let opening;

  const say = (text) => { $("#said").textContent = text; };
  const url = (change) => {
    const here = new URL(location.href);
    change(here.searchParams);
    history.replaceState(null, "", here);
  };

  // Times.
  const ago = (s) => s < 1 ? "now" : s < 60 ? `${s} s ago` : s < 3600 ? `${Math.floor(s / 60)} min ago`
    : s < 86400 ? `${Math.floor(s / 3600)} h ago` : `${Math.floor(s / 86400)} d ago`;
  const refresh = () => {
    for (const time of $$("time[datetime]")) {
      const text = ago(Math.max(0, Math.floor((Date.now() - Date.parse(time.dateTime)) / 1000)));
      if (time.textContent !== text) time.textContent = text;
    }
  };
  setInterval(() => document.hidden || refresh(), 5000);

  // What is of use only with this script.
  const reveal = (from) => {
    $$("button.copy[hidden], button[data-keys][hidden]", from).forEach((button) => { button.hidden = false; });
    highlight();
  };

  // What was searched for, where the browser can mark it without changing the page.
  const highlight = () => {
    const text = $("[data-search][name=q]")?.value.trim().toLowerCase();
    if (!window.Highlight || !text) return;
    const ranges = [];
    for (const part of $$("#rows, #detail")) {
      const walker = document.createTreeWalker(part, NodeFilter.SHOW_TEXT);
      while (walker.nextNode() && ranges.length < 500) {
        const node = walker.currentNode;
        const content = node.data.toLowerCase();
        for (let at = content.indexOf(text); at >= 0; at = content.indexOf(text, at + text.length)) {
          if (at + text.length > node.length) break;
          const range = new Range();
          range.setStart(node, at);
          range.setEnd(node, at + text.length);
          ranges.push(range);
        }
      }
    }
    CSS.highlights.set("found", new Highlight(...ranges));
  };

  // The pane.
  const current = () => rows && $("[aria-current]", rows);
  const mark = (row) => {
    current()?.removeAttribute("aria-current");
    row?.setAttribute("aria-current", "true");
  };
  const open = async (row) => {
    const link = $("a", row);
    mark(row);
    row.scrollIntoView({ block: "nearest" });
    url((query) => query.set("sel", row.dataset.id));
    opening?.abort();
    opening = new AbortController();
    try {
      const back = encodeURIComponent(rows.dataset.list);
      const answer = await fetch(`${link.href}?part=detail&back=${back}`, { signal: opening.signal });
      if (answer.redirected || !answer.ok) return location.assign(link.href);
      detail.innerHTML = await answer.text();
      detail.scrollTop = 0;
      panes.classList.add("open");
      reveal(detail);
      refresh();
      say(`Exchange ${row.dataset.id} is shown`);
    } catch (error) {
      if (error.name !== "AbortError") location.assign(link.href);
    }
  };
  const close = () => {
    if (!panes?.classList.contains("open")) return false;
    const row = current();
    opening?.abort();
    panes.classList.remove("open");
    detail.replaceChildren();
    mark(null);
    url((query) => query.delete("sel"));
    if (row) $("a", row).focus();
    show();
    return true;
  };
  const move = (to) => {
    const all = $$(".row", rows);
    if (!all.length) return;
    const at = all.indexOf(document.activeElement?.closest(".row") || current());
    const next = to === "first" ? 0 : to === "last" ? all.length - 1 : Math.min(Math.max(at + to, 0), all.length - 1);
    const row = all[next];
    $("a", row).focus();
    if (panes.classList.contains("open") && row !== current()) open(row);
  };

  // The list as it grows.
  const scale = () => {
    const all = $$(".row", rows);
    const most = Math.max(1, ...all.map((row) => +row.dataset.us));
    for (const row of all) {
      $(".bar rect", row)?.setAttribute("width", Math.max(0.6, (row.dataset.us / most) * 100).toFixed(1));
    }
  };
  const still = () => paused || current() || scrollY > 40 || rows.contains(document.activeElement);
  const insert = () => {
    if (!waiting.length) return;
    $(".empty", panes)?.remove();
    $(".list .head")?.removeAttribute("hidden");
    rows.insertAdjacentHTML("afterbegin", waiting.slice(-MOST).reverse().join(""));
    $$(".row", rows).slice(0, waiting.length).forEach((row) => row.classList.add("new"));
    $$(".row", rows).slice(MOST).forEach((row) => row.remove());
    waiting = [];
    scale();
    refresh();
    highlight();
    show();
  };
  const show = () => {
    if (!fresh) return;
    const count = waiting.length;
    fresh.hidden = !count;
    fresh.textContent = `${count} new`;
    if (count === 1 || (count && count % 50 === 0)) say(`${count} new`);
  };
  const listen = () => {
    const live = rows?.dataset.live;
    if (!live) return;
    const address = new URL(live, location.href);
    address.searchParams.set("since", rows.dataset.newest);
    const source = new EventSource(address);
    const total = $("[data-total]");
    source.addEventListener("exchange", (event) => {
      if ($(`#r${CSS.escape(event.lastEventId)}`)) return;
      waiting.push(event.data);
      if (waiting.length > 5000) waiting.shift();
      total.dataset.total = +total.dataset.total + 1;
      total.textContent = Number(total.dataset.total).toLocaleString("en-US");
      if (still()) show(); else insert();
    });
    // Browsers give up after an answer that is no stream; the app may only be restarting.
    source.addEventListener("error", () => {
      if (source.readyState === EventSource.CLOSED) setTimeout(() => { source.close(); listen(); }, 3000);
    });
    addEventListener("pagehide", () => source.close());
  };
  const toggle = () => {
    if (!pause) return;
    paused = !paused;
    pause.setAttribute("aria-pressed", paused);
    pause.textContent = paused ? "Paused" : "Pause";
    url((query) => paused ? query.set("paused", "1") : query.delete("paused"));
    say(paused ? "The list is paused" : "The list goes on");
    if (!paused && !still()) insert();
  };
  if (pause) {
    pause.hidden = !rows?.dataset.live;
    pause.textContent = paused ? "Paused" : "Pause";
    pause.addEventListener("click", toggle);
  }
  fresh?.addEventListener("click", () => { scrollTo(0, 0); insert(); });

  // Clicks.
  document.addEventListener("click", async (event) => {
    const copy = event.target.closest("[data-copy]");
    if (copy) {
      try { await navigator.clipboard.writeText(copy.dataset.copy); } catch { return say("The browser did not allow it"); }
      const text = copy.textContent;
      copy.textContent = "Copied";
      say("Copied");
      return setTimeout(() => { copy.textContent = text; }, 1200);
    }
    if (event.target.closest("[data-keys]")) return $("#keys").showModal();
    for (const menu of $$("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    const row = rows && panes && event.target.closest("#rows .row");
    if (row) { event.preventDefault(); return open(row); }
    if (panes && event.target.closest(".close")) { event.preventDefault(); close(); }
  });
  document.addEventListener("submit", (event) => {
    const question = event.target.dataset.confirm;
    if (question && !confirm(question)) event.preventDefault();
    if (event.target.getAttribute("method") === "get") {
      $$("input, select", event.target).forEach((field) => { field.disabled = !field.value; });
    }
  });
  addEventListener("pageshow", () => $$("form[method=get] :disabled").forEach((field) => { field.disabled = false; }));

  // Keys, but never while somebody types.
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (typing) {
      if (event.key === "Escape" && typing.type !== "search") typing.blur();
      if (event.key === "Escape" && !typing.value) typing.blur();
      return;
    }
    if ($("dialog[open]")) return;
    const inPane = detail?.contains(document.activeElement) && document.activeElement !== detail;
    const act = {
      "/": () => ($("[data-search]") || $("input"))?.focus(),
      "?": () => $("#keys").showModal(),
      "p": toggle,
      "Escape": () => { $$("details.menu[open]").forEach((menu) => { menu.open = false; }); return close(); },
      ...(rows && panes && {
        "j": () => move(1), "k": () => move(-1),
        ...(!inPane && { "ArrowDown": () => move(1), "ArrowUp": () => move(-1), "Home": () => move("first"), "End": () => move("last") }),
      }),
    }[event.key];
    if (!act) return;
    if (act() !== false) event.preventDefault();
  });

  // A file that is dropped is shown.
  let over = 0;
  const files = (event) => event.dataTransfer?.types.includes("Files");
  addEventListener("dragenter", (event) => { if (files(event)) { over += 1; document.body.classList.add("drop"); } });
  addEventListener("dragleave", (event) => { if (files(event) && --over <= 0) document.body.classList.remove("drop"); });
  addEventListener("dragover", (event) => { if (files(event)) event.preventDefault(); });
  addEventListener("drop", async (event) => {
    if (!files(event)) return;
    event.preventDefault();
    over = 0;
    document.body.classList.remove("drop");
    const answer = await fetch(`${base}/import`, {
      method: "POST", headers: { "content-type": "application/json" }, body: event.dataTransfer.files[0],
    }).catch(() => null);
    if (answer?.ok) return location.assign(`${base}/`);
    const why = answer ? await answer.text() : "The app did not answer";
    say(why);
    alert(why);
  });

  reveal(document);
  refresh();
  $(".top nav [aria-current]")?.scrollIntoView({ inline: "center", block: "nearest" });
  const selected = rows?.dataset.selected;
  if (selected) mark($(`#r${CSS.escape(selected)}`));
  listen();
})();
