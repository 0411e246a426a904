// WalletConnect v2 as a provider of EIP-1193. A bundle of its own: loaded when somebody presses WalletConnect, never before.
import { Core } from '@walletconnect/core';
import { SignClient } from '@walletconnect/sign-client';
import { encode } from 'uqr';

const METHODS = ['personal_sign', 'eth_signTypedData_v4', 'eth_sendTransaction', 'wallet_switchEthereumChain', 'wallet_addEthereumChain'];
const EVENTS = ['accountsChanged', 'chainChanged'];
const CHAIN_KEY = 'ems.walletconnect.chain';
const RELAY_MAX = 20_000;
const REQUEST_SECONDS = 300;
const REJECTED = 4001, UNSUPPORTED = 4200, DISCONNECTED = 4900, UNKNOWN_CHAIN = 4902;
const USER_DISCONNECTED = { code: 6000, message: 'User disconnected.' };

const error = (code, message) => Object.assign(new Error(message), { code });

/** The wallet's codes 5000 to 5003 are all a person's no; EIP-1193 has one code for it. */
const toEip1193 = e => (e?.code >= 5000 && e?.code <= 5003 ? error(REJECTED, 'User rejected the request.') : e?.code === USER_DISCONNECTED.code ? error(DISCONNECTED, 'The wallet disconnected.') : e);

const within = (promise, milliseconds, why) => {
  let timer;
  return Promise.race([promise, new Promise((_, no) => { timer = setTimeout(() => no(error(DISCONNECTED, why)), milliseconds); })]).finally(() => clearTimeout(timer));
};

/** The pairing's code as one path of squares, a module to a unit. */
function picture(uri) {
  const { data, size } = encode(uri, { border: 2 });
  let path = '';
  data.forEach((row, y) => row.forEach((dark, x) => { if (dark) path += `M${x} ${y}h1v1h-1z`; }));
  return { uri, size, path };
}

/**
 * Starts the client; a session of an earlier visit is taken up again.
 * @param settings projectId, relayUrl, chains (EIP-155 numbers)
 * @param emit takes accountsChanged, chainChanged and disconnect
 * @param show takes the pairing to show, or null when there is none any more
 */
export async function start(settings, emit, show) {
  const core = new Core({ projectId: settings.projectId, relayUrl: settings.relayUrl, logger: 'silent', telemetryEnabled: false, customStoragePrefix: 'ems' });
  // Nobody else is told of this page: no start-up event, no attestation made or looked up.
  core.eventClient.init = async () => {};
  core.verify.register = core.verify.resolve = async () => undefined;
  const client = await within(SignClient.init({
    core, logger: 'silent',
    metadata: { name: 'EMS', description: 'Execution management', url: location.origin, icons: [`${location.origin}/icon.svg`] },
  }), RELAY_MAX, 'WalletConnect did not start.');

  let session = client.session.getAll().filter(s => s.expiry * 1000 > Date.now()).at(-1);
  let chain = 0;
  let account = null;
  let attempt = 0;

  const parts = () => (session?.namespaces.eip155?.accounts ?? []).map(a => a.split(':')).filter(a => /^0x[0-9a-fA-F]{40}$/.test(a[2]));
  const on = id => parts().filter(a => Number(a[1]) === id).map(a => a[2]);
  const hex = () => '0x' + chain.toString(16);

  function take(id) {
    chain = id;
    localStorage.setItem(CHAIN_KEY, String(id));
  }

  /** What the session says now: its first account on our chain, or on the first chain it has. */
  function settle() {
    const saved = chain || Number(localStorage.getItem(CHAIN_KEY));
    take(on(saved).length > 0 ? saved : Number(parts()[0]?.[1] ?? 0));
    account = on(chain)[0] ?? null;
  }

  function ended(topic) {
    if (session?.topic !== topic) return;
    session = undefined;
    account = null;
    chain = 0;
    emit('disconnect');
  }

  const forget = topic => client.disconnect({ topic, reason: USER_DISCONNECTED }).catch(() => {});

  client.on('session_delete', ({ topic }) => ended(topic));
  client.on('session_expire', ({ topic }) => ended(topic));
  client.on('session_update', ({ topic, params }) => {
    if (session?.topic !== topic) return;
    const [before, was] = [chain, account];
    session = { ...session, namespaces: params.namespaces };
    settle();
    if (chain !== before) emit('chainChanged', hex());
    if (account !== was) emit('accountsChanged', account ? [account] : []);
  });
  client.on('session_event', ({ topic, params }) => {
    if (session?.topic !== topic) return;
    const { name, data } = params.event;
    if (name === 'accountsChanged') {
      const next = String([data].flat()[0] ?? '').split(':').at(-1);
      account = /^0x[0-9a-fA-F]{40}$/.test(next) ? next : null;
      emit('accountsChanged', account ? [account] : []);
    } else if (name === 'chainChanged' && Number(data) > 0) {
      take(Number(data));
      emit('chainChanged', hex());
    }
  });
  if (session) settle();

  async function pair() {
    const mine = ++attempt;
    const { uri, approval } = await within(client.connect({
      optionalNamespaces: { eip155: { chains: settings.chains.map(c => `eip155:${c}`), methods: METHODS, events: EVENTS } },
    }), RELAY_MAX, 'The relay of WalletConnect does not answer.');
    if (mine !== attempt) throw error(REJECTED, 'Cancelled.');
    show(picture(uri));
    try {
      const agreed = await approval();
      if (mine !== attempt) {
        // It agreed to something that was given up here.
        forget(agreed.topic);
        throw error(REJECTED, 'Cancelled.');
      }
      session = agreed;
      settle();
      if (!account) {
        forget(agreed.topic);
        session = undefined;
        throw error(DISCONNECTED, 'The wallet shared no Ethereum account.');
      }
    } catch (e) {
      throw toEip1193(e);
    } finally {
      if (mine === attempt) show(null);
    }
  }

  async function ask(method, params) {
    if (!session) throw error(DISCONNECTED, 'The wallet is not connected.');
    if (!session.namespaces.eip155.methods.includes(method)) throw error(UNSUPPORTED, `The wallet does not do ${method}.`);
    try {
      return await client.request({ topic: session.topic, chainId: `eip155:${chain}`, request: { method, params }, expiry: REQUEST_SECONDS });
    } catch (e) {
      throw session ? toEip1193(e) : error(DISCONNECTED, 'The wallet disconnected.');
    }
  }

  return {
    async request({ method, params }) {
      switch (method) {
        case 'eth_requestAccounts':
          if (!session) await pair();
          return [account];
        case 'eth_accounts': return account ? [account] : [];
        case 'eth_chainId': return hex();
        case 'wallet_switchEthereumChain': case 'wallet_addEthereumChain': {
          const id = Number(params[0].chainId);
          // Here the chain is named with every request; the wallet only has to have shared an account on it.
          if (on(id).length === 0 && method === 'wallet_addEthereumChain') await ask(method, params);
          if (on(id).length === 0) throw error(UNKNOWN_CHAIN, `The wallet shared no account on chain ${id}: connect it again and allow it.`);
          take(id);
          emit('chainChanged', hex());
          return null;
        }
        default: return ask(method, params);
      }
    },
    /** Gives up pairing or ends the session; the wallet is told. */
    leave() {
      attempt++;
      show(null);
      if (session) {
        const { topic } = session;
        session = undefined;
        account = null;
        chain = 0;
        forget(topic);
      }
    },
  };
}
