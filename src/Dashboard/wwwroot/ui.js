// All JavaScript of the pages. It uses event delegation on the document, so that it works on static pages, after enhanced navigation, and on
// elements that Blazor renders later. It handles everything that must work without a connection: copying a secret, switching tabs, closing a dialog.
(() => {
  'use strict';

  const root = document.documentElement;
  const all = (from, selector) => [...from.querySelectorAll(selector)];
  const lost = () => root.hasAttribute('data-connection');

  // ── Dialogs ──

  // If the error belongs to a group, focus its first control. MudBlazor draws what is in a dialog one step after the page, which asks before that.
  function focusIn(dialog, selector) {
    const control = 'input:not([type="hidden"]), select, textarea, button, a, [role="combobox"]';
    const take = () => {
      const found = (typeof dialog === 'string' ? document.getElementById(dialog) : dialog)?.querySelector(selector);
      const target = found?.matches(control) ? found : found?.querySelector(control);
      const folded = target?.closest('details');
      if (folded) folded.open = true;
      target?.focus();
      return Boolean(target);
    };
    if (take()) return;
    const drawn = new MutationObserver(() => { if (take()) drawn.disconnect(); });
    drawn.observe(document.body, { subtree: true, childList: true, attributeFilter: ['aria-invalid'] });
    setTimeout(() => drawn.disconnect(), 5000); // nothing to come
  }

  // ── MudBlazor's overlays: what it does not do for those who use a keyboard or hear a page. ──

  const overlays = () => document.querySelector('[data-overlays]');
  const dialogs = () => all(document, '.mud-dialog-container');
  const label = element => element.getAttribute('aria-label') ?? (element.matches('a, button, label') ? element.textContent.trim() : ''); // of a text that may be a secret nothing is kept

  // Where the focus is, with all that finds its successor once it is gone or disabled: the same key, the same name, the same place in the
  // same table or list, the heading of the same part.
  const rows = 'tbody > tr, :is(.items, .cidrs) > li';
  function remember(element) {
    const row = element.closest(rows);
    return {
      element, name: label(element), next: element.dataset.focusNext, key: element.closest('[data-key]')?.dataset.key,
      list: row?.parentElement.closest('[aria-label]')?.getAttribute('aria-label'), row: row ? [...row.parentElement.children].indexOf(row) : 0,
      part: element.closest('#main :is(section, form)[aria-labelledby]')?.getAttribute('aria-labelledby'),
    };
  }

  function successor(from) {
    if (from?.element.isConnected && !from.element.disabled) return from.element;
    const control = ':is(a[href], button, input, [role="combobox"]):not(:disabled)';
    const main = document.getElementById('main') ?? document.body;
    const named = from && ((from.next && all(document, from.next).find(next => next.checkVisibility())) || (from.key && main.querySelector(`[data-key="${CSS.escape(from.key)}"] button`))
      || (from.name && all(main, control).find(other => label(other) === from.name)));
    if (named) return named;
    const left = from?.list ? all(main, `[aria-label="${CSS.escape(from.list)}"] :is(${rows})`) : [];
    const row = left[Math.min(from?.row ?? 0, left.length - 1)];
    return row?.querySelector('[aria-haspopup="menu"]') ?? row?.querySelector(':is(button, a[href]):not(:disabled)')
      ?? headingOf(from?.part) ?? main.querySelector('h1');
  }

  function headingOf(part) {
    const heading = part && document.querySelector(`h2[id="${CSS.escape(part)}"]`);
    if (heading) heading.tabIndex = -1;
    return heading;
  }

  // A button that is disabled while it has the focus, as at the last row or page, hands it to the one beside it. Outside of dialogs and
  // pagers that one may do something else altogether.
  function leaveDisabled() {
    const from = document.activeElement;
    if (!from?.disabled) return;
    const related = open.length || from.closest('nav');
    const beside = related && [...from.parentElement.children].find(other => other.matches('button:not(:disabled)'));
    if (beside) beside.focus();
    else if (open.length) openedDialog(open.at(-1));
    else successor(remember(from))?.focus();
  }

  // A menu's link leads to the next page's heading, as every link does. MudBlazor gives the focus back to the menu's button, sometimes after that.
  let leaving = null;
  for (const type of ['keydown', 'pointerdown']) addEventListener(type, () => { leaving = null; }, true);
  addEventListener('click', e => { if (e.target.closest?.('.mud-menu-list a[href]')) leaving = location.href; }, true);

  // A button that is pressed before the circuit is there is pressed once more when it is: until then nothing would happen.
  const live = document.getElementById.bind(document, 'interactive');
  let early = null;
  addEventListener('click', e => {
    const button = e.target.closest?.('#main button:not([type="submit"], [popovertarget], [data-copy], [data-reload])');
    if (button && live()?.hidden) early = remember(button);
  }, true);
  function pressEarly() {
    if (!early || live()?.hidden !== false) return;
    const button = successor(early), name = early.name;
    early = null;
    if (button?.matches('button') && label(button) === name) button.click();
  }

  let last = null, behind = null; // what had the focus, and what had it outside of any overlay
  addEventListener('focusin', e => {
    if (!(e.target instanceof HTMLElement)) return;
    if (leaving !== null && leaving !== location.href && e.target.matches('[aria-haspopup="menu"]')) document.querySelector('h1')?.focus();
    last = remember(e.target);
    if (!overlays()?.contains(e.target) && e.target !== document.body) behind = last;
  });
  addEventListener('focusout', e => {
    const left = last;
    // Not if it was taken away: then the focus is looked after below.
    queueMicrotask(() => { if (left?.element === e.target && left.element.isConnected && !e.relatedTarget) last = null; });
  });

  const known = new WeakSet();
  let open = [];

  function openedDialog(container) {
    const frame = container.querySelector('[data-dialog]'), card = container.querySelector('.mud-dialog');
    if (frame?.dataset.alert) {
      card.setAttribute('role', 'alertdialog');
      card.setAttribute('aria-describedby', frame.dataset.alert);
    }
    const field = 'input:not([type="hidden"]), textarea, select, [role="combobox"]';
    (container.querySelector('[autofocus], [data-autofocus]') ?? container.querySelector(`.dialog-body :is(${field})`) ?? container.querySelector('.dialog-foot button') ?? container.querySelector('button'))?.focus();
  }

  function openedMenu(menu) {
    const take = () => {
      if (!menu.isConnected) return;
      const opener = document.querySelector(`[aria-controls="${CSS.escape(menu.id)}"]`);
      const name = opener?.closest('[data-menu]')?.dataset.menu ?? opener?.getAttribute('aria-label');
      if (name) menu.setAttribute('aria-label', name);
      const items = itemsOf(menu), item = openAtEnd ? items.at(-1) : items[0];
      item?.focus({ preventScroll: true });
      if (!opener || (item && document.activeElement !== item)) requestAnimationFrame(take); // not yet in its place
      else openAtEnd = false;
    };
    showThemeChoice();
    showShortcuts();
    take();
  }

  // Where messages lie over the page, it gets room at its foot to scroll from under them.
  const under = new ResizeObserver(([{ target }]) => root.style.setProperty('--toasts', `${target.offsetHeight}px`));
  let toasts = null;

  function settle() {
    closeLater();
    if (!toasts?.isConnected && (toasts = document.querySelector('.toasts'))) under.observe(toasts);
    const now = dialogs(), closed = open.some(dialog => !now.includes(dialog));
    open = now;
    for (const element of all(document, '.skip, [data-shell] > :not([data-overlays])')) element.inert = now.length > 0;
    now.forEach((dialog, index) => { dialog.inert = index < now.length - 1; });
    for (const element of all(document, '.mud-dialog-container, .mud-menu-list')) {
      if (known.has(element)) continue;
      known.add(element);
      if (element.matches('.mud-menu-list')) openedMenu(element);
      else openedDialog(element);
    }
    placeBanner();
    if (closed && !now.length) {
      storage(kept => kept.removeItem('draft'));
      successor(behind)?.focus();
    } else if (document.activeElement === document.body && last && !last.element.isConnected) {
      if (now.length) openedDialog(now.at(-1));
      else successor(behind ?? last)?.focus();
    }
    all(document, 'form[data-draft]').forEach(saveDraft);
  }

  // Arrows, Home, End and letters move at once; Enter and Space press what has the focus, and not what the server believes has it.
  let openAtEnd = false;
  function menuKey(e) {
    const menu = e.target.closest?.('.mud-menu-list');
    if (!menu || e.ctrlKey || e.metaKey || e.altKey || e.key === 'Tab' || e.key === 'Escape') return;
    e.stopImmediatePropagation();
    if (e.key === 'Enter' || e.key === ' ') {
      e.preventDefault();
      if (usable(document.activeElement)) document.activeElement.click();
    } else {
      walkMenu(menu, e);
    }
  }
  addEventListener('keydown', menuKey, true);

  // A press on what cannot be used would take the focus out of the menu, and then no key reaches it, not even Escape.
  addEventListener('mousedown', e => {
    if (!e.target.closest?.('.mud-popover')?.querySelector('.mud-menu-list')) return;
    const item = e.target.closest('[role^="menuitem"]');
    if (!item || !usable(item)) e.preventDefault();
  });

  // A picker searches a moment after the last letter. Enter before that would take what was found for another text.
  let typed = null;
  addEventListener('input', e => { typed = e.target.matches?.('[data-found]') ? { field: e.target, text: e.target.value.trim() } : null; }, true);
  addEventListener('click', () => { typed = null; }, true);
  for (const name of ['keydown', 'keyup']) {
    addEventListener(name, e => {
      if (e.key !== 'Enter' || e.target !== typed?.field || e.target.value.trim() !== typed.text || e.target.dataset.found === typed.text) return;
      e.preventDefault();
      e.stopImmediatePropagation();
    }, true);
  }

  // Enter opens a list or takes a choice. The browser would also submit the form around it.
  addEventListener('keydown', e => { if (e.key === 'Enter' && e.target.matches?.('form [role="combobox"]')) e.preventDefault(); }, true);

  function dialogKey(e) {
    if (e.key !== 'Escape' || e.defaultPrevented || e.target.closest('[role="menu"]') || e.target.matches('[role="combobox"][aria-expanded="true"]')) return;
    open.at(-1)?.querySelector('[data-dialog-cancel]')?.click();
  }

  // MudBlazor leads Tab back into the dialog by way of the server. Without it the notice above would not be reached from below.
  function dialogTab(e) {
    const frame = e.key === 'Tab' && lost() && e.target.closest('[data-dialog]');
    if (!frame) return;
    const stops = all(frame, 'a[href], button, input, select, textarea, [tabindex]').filter(stop => stop.tabIndex >= 0 && !stop.disabled && stop.checkVisibility());
    const [from, to] = e.shiftKey ? [stops[0], stops.at(-1)] : [stops.at(-1), stops[0]];
    if (e.target !== from) return;
    e.preventDefault();
    to.focus();
  }

  // Events during a lost connection (typed text, copies) are kept and sent to the server once it is back.
  const missed = new Map();
  const keep = (target, name) => missed.set(target, (missed.get(target) ?? new Set()).add(name));

  // ── Menus, and the rail of a phone: a popover, which the browser opens and closes. ──

  const usable = item => !item.disabled && item.getAttribute('aria-disabled') !== 'true';
  // Where none can be used the focus goes to those all the same: what they say is why.
  const itemsOf = menu => { const items = all(menu, '[role^="menuitem"]').filter(item => item.checkVisibility()); return items.some(usable) ? items.filter(usable) : items; };

  function railClick(e) {
    e.target.closest('a')?.closest('[popover]:popover-open')?.hidePopover();
  }

  document.addEventListener('beforetoggle', e => {
    if (!(e.target instanceof HTMLElement) || !e.target.popover) return;
    document.querySelector(`[popovertarget="${CSS.escape(e.target.id)}"]`)?.setAttribute('aria-expanded', e.newState === 'open');
  }, true);

  function menuButtonKey(e) {
    if ((e.key !== 'ArrowDown' && e.key !== 'ArrowUp') || !e.target.matches('[aria-haspopup="menu"]')) return;
    e.preventDefault();
    openAtEnd = e.key === 'ArrowUp';
    e.target.click();
  }

  function walkMenu(menu, e) {
    const items = itemsOf(menu), at = items.indexOf(document.activeElement);
    let next = { ArrowDown: items[(at + 1) % items.length], ArrowUp: items.at(at < 1 ? -1 : at - 1), Home: items[0], End: items.at(-1) }[e.key];
    if (!next && e.key.length === 1 && e.key !== ' ' && !e.ctrlKey && !e.metaKey && !e.altKey) {
      const begins = item => item.textContent.trim().toLowerCase().startsWith(e.key.toLowerCase());
      next = [...items.slice(at + 1), ...items.slice(0, at + 1)].find(begins);
    }
    if (next) { e.preventDefault(); next.focus(); }
  }

  // ── Lists: after paging, the top of the rows. Who pressed the button stood below the last of them. ──

  function listTop(id) {
    const list = document.getElementById(id);
    list?.querySelector('table')?.focus({ preventScroll: true });
    if (list && list.getBoundingClientRect().top < 64) list.scrollIntoView(); // under the head bar
  }

  // ── Tabs: uncontrolled, so they switch without the server. ──

  function chooseTab(tab) {
    for (const other of all(tab.closest('[role="tablist"]'), '[role="tab"]')) {
      const chosen = other === tab, panel = document.getElementById(other.getAttribute('aria-controls'));
      other.setAttribute('aria-selected', chosen);
      other.tabIndex = chosen ? 0 : -1;
      if (panel) panel.hidden = !chosen;
    }
  }

  function tabKey(e) {
    const tab = e.target.closest('[role="tab"]');
    if (!tab) return;
    const tabs = all(tab.closest('[role="tablist"]'), '[role="tab"]'), at = tabs.indexOf(tab);
    const next = { ArrowRight: tabs[(at + 1) % tabs.length], ArrowLeft: tabs.at(at - 1), Home: tabs[0], End: tabs.at(-1) }[e.key];
    if (!next) return;
    e.preventDefault();
    chooseTab(next);
    next.focus();
  }

  // ── Theme: a cookie that the server reads when it renders <html data-theme>, so that nothing flashes. ──

  const dark = () => root.dataset.theme === 'dark' || (root.dataset.theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);

  function setTheme(theme) {
    root.dataset.theme = theme;
    document.cookie = `theme=${theme};path=/;max-age=31536000;samesite=lax${location.protocol === 'https:' ? ';secure' : ''}`;
    showThemeChoice();
  }

  const showThemeChoice = () => all(document, '[data-theme-set]').forEach(item =>
    item.setAttribute('aria-checked', item.dataset.themeSet === (root.dataset.theme ?? 'system')));

  function themeClick(e) {
    const choice = e.target.closest('[data-theme-set]');
    if (choice) setTheme(choice.dataset.themeSet);
    else if (e.target.closest('[data-theme-switch]')) setTheme(dark() ? 'light' : 'dark');
  }

  function skipClick(e) {
    if (!e.target.closest('[data-skip]')) return;
    e.preventDefault(); // because of <base>, the link would lead to the start page
    document.getElementById('main')?.focus();
  }

  // A password to be read. It leaves the page as a password again, by which browsers know what to keep.
  const passwordOf = button => document.getElementById(button.getAttribute('aria-controls'));
  const reveal = (button, shown) => {
    passwordOf(button).type = shown ? 'text' : 'password';
    button.setAttribute('aria-pressed', shown);
  };
  function revealClick(e) {
    const button = e.target.closest('[data-reveal]');
    if (button) reveal(button, button.getAttribute('aria-pressed') === 'false');
  }
  addEventListener('submit', e => all(e.target, '[data-reveal]').forEach(button => reveal(button, false)), true);

  // For what stands in a menu, where no form can.
  function submitClick(e) {
    const form = e.target.closest('[data-submit]')?.dataset.submit;
    if (form) document.getElementById(form)?.requestSubmit();
  }

  // ── Keys that act by themselves: "/" searches, "c" creates. Not while typing, not in a dialog or a menu; the account's menu turns them off. ──

  const shortcutsOn = () => { try { return localStorage.getItem('shortcuts') !== 'off'; } catch { return true; } };
  const showShortcuts = () => all(document, '[data-shortcuts]').forEach(item => item.setAttribute('aria-checked', shortcutsOn()));

  function shortcutKey(e) {
    if (e.defaultPrevented || e.repeat || e.ctrlKey || e.metaKey || e.altKey || open.length || !shortcutsOn()) return;
    if (e.target.closest('input:not([type="checkbox"], [type="radio"]), textarea, select, [contenteditable], [role="combobox"], [role="menu"], [popover]')) return;
    const target = e.key === '/' || e.key === 'c' ? document.querySelector(`#main [aria-keyshortcuts="${e.key}"]`) : null;
    if (!target || !usable(target)) return;
    e.preventDefault();
    target.focus();
    if (e.key === 'c') target.click();
  }

  function shortcutsClick(e) {
    if (!e.target.closest('[data-shortcuts]')) return;
    try { localStorage.setItem('shortcuts', shortcutsOn() ? 'off' : 'on'); } catch { /* they stay on */ }
    showShortcuts();
  }

  // ── Copying: within the click event and without the server. Never throws. The outcome is "copied", or "manual": the text is selected for the user to copy. ──

  function select(source) {
    try {
      const range = document.createRange();
      range.selectNodeContents(source);
      const selection = getSelection();
      selection.removeAllRanges();
      selection.addRange(range);
      return true;
    } catch {
      return false;
    }
  }

  let copying = false; // by the script
  function copySelected(source, text) {
    let handed = false;
    const hand = e => { // exactly the text, without formatting; its own event reports the outcome
      e.clipboardData?.setData('text/plain', text);
      e.preventDefault();
      e.stopImmediatePropagation();
      handed = Boolean(e.clipboardData);
    };
    addEventListener('copy', hand, { capture: true, once: true });
    copying = true;
    try {
      return select(source) && document.execCommand('copy') && handed;
    } catch {
      return false;
    } finally {
      copying = false;
      removeEventListener('copy', hand, true);
    }
  }

  // A press on text that is selected already would take the selection away. A press selects the whole text (user-select).
  addEventListener('pointerdown', e => { if (e.target.closest?.('.copybox code')) getSelection()?.removeAllRanges(); });

  async function copyText(source) {
    const text = source.textContent;
    try {
      if (navigator.clipboard?.writeText) {
        await navigator.clipboard.writeText(text);
        return 'copied';
      }
    } catch {
      // Refused: try the older API.
    }
    if (copySelected(source, text)) {
      getSelection()?.removeAllRanges();
      return 'copied';
    }
    select(source);
    return 'manual';
  }

  const calm = new WeakMap();

  async function copyClick(e) {
    const button = e.target.closest('[data-copy]');
    const source = button && document.querySelector(button.dataset.copy);
    if (!source) return;
    const panel = source.closest('[role="tabpanel"][hidden]');
    if (panel) chooseTab(document.getElementById(panel.getAttribute('aria-labelledby'))); // a hidden text cannot be selected
    const outcome = await copyText(source);
    const group = source.closest('.copy-group') ?? button.closest('.copy-group');
    for (const marked of [button, group]) {
      if (!marked) continue;
      marked.dataset.copyState = outcome;
    }
    const said = group?.querySelector('[data-copy-said]');
    if (said) said.textContent = outcome === 'copied' ? said.dataset.copySaid : '';
    clearTimeout(calm.get(button));
    if (!button.hasAttribute('data-copy-stays')) calm.set(button, setTimeout(() => { delete button.dataset.copyState; }, 4000));
    if (lost()) copies.set(button, copies.get(button) === 'copied' ? 'copied' : outcome);
    else tellCopy(outcome, button);
  }

  // A text as a file, which the browser makes by itself: no address holds it.
  addEventListener('click', e => {
    const button = e.target.closest?.('[data-download]');
    const source = button && document.querySelector(button.dataset.download);
    if (!source) return;
    const link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([`${source.textContent}\n`], { type: 'text/plain' }));
    link.download = button.dataset.downloadAs;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  });

  // Copies made while the connection is lost are told once it is back, or the page would warn of a secret that was copied.
  const copies = new Map();
  const tellCopy = (outcome, button) => button.dispatchEvent(new CustomEvent('copied', { bubbles: true, detail: { outcome } }));
  new MutationObserver(() => {
    if (lost()) return;
    copies.forEach(tellCopy);
    copies.clear();
  }).observe(root, { attributeFilter: ['data-connection'] });

  // ── Drafts: the input of an open form survives a reload, in this tab only, until its dialog closes. Texts as long as a key are not stored. ──

  const storage = use => { try { return use(sessionStorage); } catch { return null; } }; // storage is full or disabled
  const left = storage(kept => kept.getItem('draft')); // from the previous page

  function keepDraft(e) {
    const form = e.target.closest('form[data-draft]');
    if (form) saveDraft(form);
  }

  // Only once something has been entered: a form that was opened and left is not opened again. Lists report no input.
  const touched = new WeakSet();
  const touch = e => { const form = e.target.closest?.('form[data-draft]'); if (form) touched.add(form); };
  addEventListener('input', touch, true);
  for (const name of ['pointerdown', 'keydown']) addEventListener(name, e => { if (e.key !== 'Tab' && e.target.closest?.('.mud-select')) touch(e); }, true);

  function saveDraft(form) {
    const fields = [...new FormData(form)].filter(([name, text]) => !['text', 'textarea'].includes(form.elements[name].type) || !/\S{33}/.test(text));
    if (!touched.has(form) && !readDraft(form.dataset.draft)) return;
    storage(kept => kept.setItem('draft', JSON.stringify({ of: form.dataset.draft, fields })));
  }

  function readDraft(of) {
    const draft = left && JSON.parse(left);
    return draft?.of === of ? draft.fields : null;
  }

  // ── Secrets: the browser may keep a page in its back/forward cache. The secrets are removed from it, and it is reloaded when shown again. ──

  addEventListener('pagehide', () => all(document, '[data-secret]').forEach(secret => secret.replaceChildren()));
  addEventListener('pageshow', e => { if (e.persisted) location.reload(); });

  // A page whose session has ended shows its secret for a while longer. It goes by itself, since the server may be out of reach by then.
  let closing = false;
  addEventListener('beforeunload', e => { if (closing) e.stopImmediatePropagation(); }, true);
  function closeLater() {
    for (const notice of all(document, '[data-close-after]:not([data-close-set])')) {
      notice.dataset.closeSet = '';
      setTimeout(() => {
        if (!notice.isConnected) return;
        closing = true;
        all(document, '[data-secret]').forEach(secret => secret.replaceChildren());
        location.reload();
      }, notice.dataset.closeAfter * 1000);
    }
  }

  // ── Activity: what the person does keeps the session alive, reported once a minute. Timers, reconnecting and scripts do not count. ──

  let active = -Infinity;
  function tellActive(e) {
    if (!e.isTrusted || lost() || performance.now() - active < 60_000) return;
    const listener = document.getElementById('activity');
    if (!listener) return;
    active = performance.now();
    listener.dispatchEvent(new CustomEvent('active', { bubbles: true }));
  }
  for (const name of ['pointerdown', 'keydown', 'wheel']) addEventListener(name, tellActive, { capture: true, passive: true });

  // ── Connection. Blazor's own handler tries ten times in a row and stops for good after some minutes. And it takes up again what the server
  // had already ended, without the dialogs and texts that were in it. Here an ended page says that it has to be reloaded. ──

  const longestPause = 30;
  let wake = null; // ends the pause between two attempts

  const pause = seconds => new Promise(done => {
    const timer = setTimeout(done, seconds * 1000);
    wake = () => { clearTimeout(timer); done(); };
  });

  async function reconnect(banner) {
    const since = Date.now();
    for (let attempt = 1; ; attempt++) {
      banner.querySelector('[data-attempt]').textContent = attempt;
      showConnection(banner, Date.now() - since < banner.dataset.retention * 1000 ? 'trying' : 'failed');
      // Less than is due, by chance: else all pages would come at once after the server was away.
      await pause(attempt > 1 ? Math.min(2 ** (attempt - 2), longestPause) * (0.5 + Math.random() / 2) : 0);
      try {
        refusal = null;
        await window.Blazor.reconnect();
        if (banner.dataset.state) showConnection(banner, 'rejected'); // the server answers, and no longer has what this page belongs to
        return;
      } catch {
        if (refusal === 401 || refusal === 403) { showConnection(banner, 'rejected'); return; } // the session has ended
        // Still unreachable, or too many pages are open.
      }
    }
  }

  // Blazor says why a connection was refused only in its log.
  let refusal = null;
  const log = banner => ({
    log(level, text) {
      const status = /Status code '(\d+)'/.exec(text)?.[1];
      if (status) refusal = Number(status);
      if (refusal === 429 && !lost()) showConnection(banner, 'full');
      if (level >= 2) console[level > 3 ? 'error' : level === 3 ? 'warn' : 'info'](text);
    },
  });

  function showConnection(banner, state) {
    const down = Boolean(state), changed = down !== lost();
    banner.dataset.state = state;
    banner.hidden = !down;
    if (!changed) return;
    root.toggleAttribute('data-connection', down);
    placeBanner();
    const writers = '.mud-button-filled, .mud-button-outlined-error, button[type="submit"]';
    for (const button of all(document, writers)) {
      if (button.matches('[data-copy], [data-dialog-cancel]')) continue;
      if (down && !button.hasAttribute('aria-disabled')) { button.setAttribute('aria-disabled', 'true'); button.dataset.offline = ''; }
      else if (!down && 'offline' in button.dataset) { button.removeAttribute('aria-disabled'); delete button.dataset.offline; }
    }
    if (!down) {
      missed.forEach((names, target) => names.forEach(name => target.dispatchEvent(new Event(name, { bubbles: true }))));
      missed.clear();
    }
  }

  function startBlazor() {
    if (!window.Blazor) return;
    window.Blazor.registerCustomEventType('active', { createEventArgs: () => ({}) });
    window.Blazor.registerCustomEventType('copied', { createEventArgs: e => ({ outcome: e.detail.outcome }) });
    const banner = document.getElementById('connection');
    new ResizeObserver(() => { if (lost()) root.style.setProperty('--banner', `${banner.offsetHeight}px`); }).observe(banner);
    addEventListener('online', () => wake?.());
    document.addEventListener('visibilitychange', () => { if (!document.hidden) wake?.(); });
    const reconnectionHandler = {
      onConnectionDown: () => { if (!lost()) reconnect(banner); },
      onConnectionUp: () => showConnection(banner, ''),
    };
    window.Blazor.start({ circuit: { reconnectionHandler, configureSignalR: connection => connection.configureLogging(log(banner)) } });
  }

  // In an open dialog, since that is all that can be reached then. Never lost with it: who knows the element puts it back.
  let banner = null;
  function placeBanner() {
    banner ??= document.getElementById('connection');
    const place = (lost() && open.at(-1)?.querySelector('[data-notice]')) || document.body;
    if (banner && banner.parentElement !== place) place.append(banner);
  }

  // Block events that cannot reach the server and would only fail in the console. Copying, tabs, menus and links keep working.
  for (const name of ['click', 'submit', 'input', 'change', 'keydown', 'copy']) {
    addEventListener(name, e => {
      if (!lost() || copying || !(e.target instanceof Element) || e.target.closest('.connection')) return;
      ours[name]?.forEach(handle => handle(e));
      if (name === 'input' || name === 'change' || name === 'copy') keep(e.target, name);
      if (name === 'submit' || e.target.closest('[data-offline]')) e.preventDefault();
      e.stopImmediatePropagation();
    }, true);
  }

  function connectionClick(e) {
    if (e.target.closest('[data-reload]')) location.reload();
    else if (e.target.closest('[data-reconnect]')) wake?.();
  }

  // ── Charts: a readout above the bars follows pointer, finger and arrow keys. Its words are those of the table below the chart. ──

  function showDay(of, day) {
    const chart = typeof of === 'string' ? document.getElementById(of) : of.closest('[data-chart]'), range = chart?.querySelector('[data-day]');
    if (!range) return;
    if (day !== undefined) range.value = day; // within its limits
    const rows = all(chart, 'tbody tr'), [name, ...counts] = [...rows[rows.length - 1 - range.value].cells].map(cell => cell.textContent.trim());
    const [title, ...parts] = all(chart, '[data-part]');
    title.firstChild.data = name;
    parts.forEach((part, index) => {
      part.firstChild.data = `${counts[index]} ${part.dataset.part}`;
      part.hidden = index > 0 && counts[index] === '0';
    });
    range.setAttribute('aria-valuetext', `${name}: ${parts.filter(part => !part.hidden).map(part => part.textContent).join(', ')}`);
    chart.querySelector('.cursor').setAttribute('x', range.value);
  }

  const dayAt = e => { const box = e.target.getBoundingClientRect(); return Math.floor((e.clientX - box.left) / box.width * (Number(e.target.max) + 1)); };
  for (const name of ['pointermove', 'pointerdown']) {
    addEventListener(name, e => { if (e.target.matches?.('[data-day]')) showDay(e.target, dayAt(e)); });
  }
  addEventListener('keyup', e => { if (e.target.matches?.('[data-day]')) showDay(e.target); });

  const ours = {
    click: [skipClick, submitClick, revealClick, railClick, e => { const tab = e.target.closest('[role="tab"]'); if (tab) chooseTab(tab); }, themeClick, shortcutsClick, copyClick, connectionClick],
    keydown: [menuButtonKey, tabKey, dialogKey, dialogTab, shortcutKey],
    input: [keepDraft, e => { if (e.target.matches('[data-day]')) showDay(e.target); }],
  };
  for (const [name, handlers] of Object.entries(ours)) {
    document.addEventListener(name, e => { if (e.target instanceof Element) handlers.forEach(handle => handle(e)); });
  }

  document.addEventListener('DOMContentLoaded', () => {
    startBlazor();
    if (document.activeElement === document.body) document.querySelector('[data-autofocus]')?.focus();
    showThemeChoice();
    all(document, '[data-reveal]').forEach(button => { button.hidden = false; });
    settle();
    new MutationObserver(settle).observe(document.body, { childList: true, subtree: true });
    new MutationObserver(leaveDisabled).observe(document.body, { subtree: true, attributeFilter: ['disabled'] });
    // A list hands its choice to the form as the value of a hidden field.
    new MutationObserver(() => all(document, 'form[data-draft]').forEach(saveDraft)).observe(document.body, { subtree: true, attributeFilter: ['value'] });
    if (live()?.hidden) new MutationObserver(pressEarly).observe(live().parentElement, { childList: true, subtree: true, attributeFilter: ['hidden'] });
  });

  window.ui = { focusIn, readDraft, listTop, showDay };
})();
