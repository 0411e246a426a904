// Wallets of this browser: found by EIP-6963, spoken to by EIP-1193. Keys never leave them.

const found = new Map();
const watchers = new Set();
const listening = new Map();

const told = () => watchers.forEach(w => w());

window.addEventListener('eip6963:announceProvider', e => {
  const { info, provider } = e.detail ?? {};
  if (typeof info?.uuid !== 'string' || typeof info.name !== 'string' || typeof provider?.request !== 'function') return;
  if (!found.has(info.uuid)) {
    found.set(info.uuid, { info, provider });
    told();
  }
});

// WalletConnect, where the server allows it, is one more wallet. Its code is fetched when it is first asked for something.
const REMOTE = 'walletconnect';
const shown = new Set();

async function offerRemote() {
  if (found.has(REMOTE)) return;
  const answer = await fetch('/api/wallets/connect', { headers: { 'X-Requested-With': 'ems' } }).catch(() => null);
  const settings = answer?.ok ? await answer.json() : null;
  if (!settings?.projectId || found.has(REMOTE)) return;
  const handlers = new Map();
  const emit = (name, value) => handlers.get(name)?.forEach(h => h(value));
  const show = pairing => shown.forEach(d => d.invokeMethodAsync('OnPairing', pairing));
  let starting;
  const started = () => starting ??= import('/lib/walletconnect.js').then(m => m.start(settings, emit, show)).catch(e => { starting = undefined; throw e; });
  found.set(REMOTE, {
    info: { uuid: REMOTE, name: 'WalletConnect', rdns: 'a wallet on your phone, by a code' },
    provider: {
      request: async asked => (await started()).request(asked),
      on: (name, handler) => { if (!handlers.has(name)) handlers.set(name, new Set()); handlers.get(name).add(handler); },
      removeListener: (name, handler) => handlers.get(name)?.delete(handler),
      leave: async () => { if (starting) (await starting).leave(); },
    },
  });
  told();
}

/** Gives up pairing or ends the session of a wallet that has one; others keep their permission until their owner takes it back. */
export const leave = uuid => found.get(uuid)?.provider.leave?.();

/** Text to the clipboard; false where the browser does not allow it. */
export const copy = text => navigator.clipboard?.writeText(text).then(() => true, () => false) ?? false;

/** Asks wallets to announce themselves; those that already have are kept. */
export function look() {
  window.dispatchEvent(new Event('eip6963:requestProvider'));
}

/** Every wallet heard of. An icon is only shown when it is data, never fetched. */
export function wallets() {
  return [...found.values()].map(({ info }) => ({
    uuid: info.uuid, name: info.name.slice(0, 60), rdns: String(info.rdns ?? '').slice(0, 100),
    icon: typeof info.icon === 'string' && /^data:image\/(png|svg\+xml|webp|jpeg|gif)[;,]/.test(info.icon) ? info.icon : null,
  }));
}

/** One request; an error comes back as its EIP-1193 code and text, never as an exception. */
export async function request(uuid, method, params) {
  const wallet = found.get(uuid);
  if (!wallet) return { code: 4900, message: 'The wallet is gone.' };
  try {
    return { result: JSON.stringify(await wallet.provider.request({ method, params: JSON.parse(params) }) ?? null) };
  } catch (e) {
    return { code: Number.isInteger(e?.code) ? e.code : -32603, message: String(e?.message ?? e).slice(0, 300) };
  }
}

/** Calls back when wallets are found and when the chosen one changes account or chain, or goes. */
export function watch(dotnet) {
  const onFound = () => dotnet.invokeMethodAsync('OnWallets');
  watchers.add(onFound);
  shown.add(dotnet);
  offerRemote();
  return { dispose: () => { watchers.delete(onFound); shown.delete(dotnet); listening.forEach(stop => stop()); listening.clear(); } };
}

/** Listens to one wallet. */
export function listen(uuid, dotnet) {
  const wallet = found.get(uuid);
  if (!wallet || listening.has(uuid) || typeof wallet.provider.on !== 'function') return;
  const handlers = {
    accountsChanged: accounts => dotnet.invokeMethodAsync('OnAccounts', uuid, accounts?.[0] ?? null),
    chainChanged: chain => dotnet.invokeMethodAsync('OnChain', uuid, String(chain)),
    disconnect: () => dotnet.invokeMethodAsync('OnAccounts', uuid, null),
  };
  for (const [name, handler] of Object.entries(handlers)) wallet.provider.on(name, handler);
  listening.set(uuid, () => { for (const [name, handler] of Object.entries(handlers)) wallet.provider.removeListener?.(name, handler); });
}

/** The text as the bytes that personal_sign takes. */
export const textToHex = text => '0x' + [...new TextEncoder().encode(text)].map(b => b.toString(16).padStart(2, '0')).join('');
