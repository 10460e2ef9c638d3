// Asks the browser for a passkey (WebAuthn Level 3). A module, because only pages that use passkeys load it: static pages by their own script element, pages
// with a circuit by import.

export const supported = () => typeof window.PublicKeyCredential?.parseRequestOptionsFromJSON === 'function';

const sentences = {
  InvalidStateError: 'This device has a passkey for your account already.',
  SecurityError: 'Passkeys work only at Latchkey’s own address.',
  Unsupported: 'This browser does not support passkeys. Use a newer one.',
};

// No other error says more: a browser does not tell a page why a person gave up.
const explain = error => sentences[error.name] ?? 'No passkey was used. Try again.';

async function ask(call) {
  if (!supported()) return { error: sentences.Unsupported };
  try {
    const credential = await call();
    return { answer: JSON.stringify(credential.toJSON()) };
  } catch (error) {
    return { error: explain(error) };
  }
}

export const create = options => ask(() =>
  navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(JSON.parse(options)) }));

export const get = options => ask(() =>
  navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(JSON.parse(options)) }));

// Shows why there is no passkey, or hides what an earlier attempt said. The focus goes back to the button for the next attempt: a browser's
// own window may have taken it.
function say(said, error, button) {
  said.querySelector('span').textContent = error ?? '';
  said.hidden = !error;
  if (error) button.focus();
}

// Another form takes a passkey in place of a field: the button asks, and sends the form with the answer in it.
function bindWithin(part) {
  const button = part.querySelector('button'), said = part.querySelector('[role="alert"]');
  button.addEventListener('click', async () => {
    if (button.ariaDisabled === 'true') return;
    button.ariaDisabled = 'true';
    const { answer, error } = await get(part.dataset.passkey);
    button.ariaDisabled = null;
    say(said, error, button);
    if (!answer) return;
    part.querySelector('[data-passkey-answer]').value = answer;
    const form = part.closest('form');
    form.requestSubmit(form.querySelector('[data-passkey-submit]'));
  });
  part.hidden = false;
  if (!said.hidden) button.focus(); // the server refused one
}

// A static page has one form for a passkey: its button asks, and so does the browser's own list below the field for the email address.
function bind(form) {
  const options = form.dataset.passkey, button = form.querySelector('button'), said = form.querySelector('[role="alert"]');
  const field = name => form.querySelector(`[name$=".${name}"]`);
  let waiting = null;

  function send(answer) {
    field('Answer').value = answer;
    const remember = document.querySelector('[name="Input.Remember"]');
    if (field('Remember')) field('Remember').value = String(remember?.checked ?? false);
    form.submit();
  }

  form.addEventListener('submit', async e => {
    e.preventDefault();
    if (button.ariaDisabled === 'true') return;
    waiting?.abort();
    button.ariaDisabled = 'true';
    const { answer, error } = await get(options);
    button.ariaDisabled = null;
    say(said, error, button);
    if (answer) send(answer);
  });

  async function offer() {
    if (!document.querySelector('[autocomplete~="webauthn"]') || !await PublicKeyCredential.isConditionalMediationAvailable?.()) return;
    waiting = new AbortController();
    try {
      const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(JSON.parse(options));
      send(JSON.stringify((await navigator.credentials.get({ publicKey, mediation: 'conditional', signal: waiting.signal })).toJSON()));
    } catch {
      // Nobody chose one, or the button was pressed instead.
    }
  }

  if (form.nextElementSibling?.matches('form')) form.nextElementSibling.after(form);
  form.hidden = false;
  if (!document.querySelector('[data-autofocus]')) button.focus(); // there is nothing else to enter
  offer();
}

const asking = document.querySelector('[data-passkey]');
if (asking && supported()) (asking.matches('form') ? bind : bindWithin)(asking);
