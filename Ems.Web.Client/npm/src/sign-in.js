// The sign-in form's second way in: a button for each wallet of this browser. Without any, nothing is shown.
import { look, request, textToHex, wallets } from './wallet.js';

const place = document.getElementById('wallets');
const headers = { 'Content-Type': 'application/json', 'X-Requested-With': 'ems' };

function show() {
  for (const w of wallets()) {
    if (place.querySelector(`[data-wallet="${CSS.escape(w.uuid)}"]`)) continue;
    const button = document.createElement('button');
    button.type = 'button';
    button.dataset.wallet = w.uuid;
    button.className = 'wallet';
    if (w.icon) {
      const icon = document.createElement('img');
      icon.src = w.icon;
      icon.alt = '';
      button.append(icon);
    }
    button.append(`Sign in with ${w.name}`);
    button.onclick = () => signIn(w.uuid, button);
    place.append(button);
  }
}

async function signIn(uuid, button) {
  say('');
  button.disabled = true;
  try {
    const [address] = await ask(uuid, 'eth_requestAccounts', []);
    const chainId = Number(await ask(uuid, 'eth_chainId', []));
    const challenge = await send('challenge', { address, chainId });
    const signature = await ask(uuid, 'personal_sign', [textToHex(challenge.message), address]);
    await send('sign-in', { message: challenge.message, signature });
    const back = new URLSearchParams(location.search).get('ReturnUrl') ?? new URLSearchParams(location.search).get('returnUrl');
    // Only a path of this site.
    location.assign(back && back.startsWith('/') && !back.startsWith('//') && !back.startsWith('/\\') ? back : '/');
  } catch (e) {
    say(e.message);
  } finally {
    button.disabled = false;
  }
}

async function ask(uuid, method, params) {
  const answer = await request(uuid, method, JSON.stringify(params));
  if (answer.result === undefined) throw new Error(answer.code === 4001 ? 'You declined in the wallet.' : answer.code === -32002 ? 'The wallet is waiting for you already: open it.' : answer.message);
  return JSON.parse(answer.result);
}

async function send(path, body) {
  const answer = await fetch(`/api/wallets/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  if (answer.status === 204) return null;
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(told.errors?.[0]?.text ?? told.title ?? told.text ?? `The server answered ${answer.status}.`);
  return told;
}

function say(text) {
  const error = place.querySelector('.error') ?? place.insertBefore(Object.assign(document.createElement('p'), { className: 'error', role: 'alert' }), place.firstChild);
  error.textContent = text;
  error.hidden = text === '';
}

window.addEventListener('eip6963:announceProvider', () => queueMicrotask(show));
look();
show();
