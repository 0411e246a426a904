// A relay of WalletConnect v2 and a wallet that is reached by it, for the tests: lines of JSON in, lines of JSON out.
// The wallet holds no key: what it is asked goes out as a line, and the answer comes in as one.
// The relay is worse than a real one: it delivers everything twice and late, and drops its connections when told to.
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

const require = createRequire(new URL('../../../Ems.Web.Client/npm/package.json', import.meta.url));
const { Server } = require('ws');
const { SignClient } = require('@walletconnect/sign-client');
const LATE = 30;

const say = line => process.stdout.write(JSON.stringify(line) + '\n');

function relay() {
  const topics = new Map();
  const boxes = new Map();
  let number = 1;
  const server = new Server({ host: '127.0.0.1', port: 0 });
  const deliver = (socket, topic, note) => {
    for (const late of [LATE, 2 * LATE]) {
      setTimeout(() => socket.readyState === 1 && socket.send(JSON.stringify({ id: Date.now() * 1000 + number++, jsonrpc: '2.0', method: 'irn_subscription', params: { id: topic, data: { topic, publishedAt: Date.now(), ...note } } })), late);
    }
  };
  const publish = (from, topic, message, tag) => {
    const note = { message, tag };
    boxes.set(topic, [...(boxes.get(topic) ?? []), note]);
    topics.get(topic)?.forEach(s => s !== from && deliver(s, topic, note));
  };
  const subscribe = (socket, topic) => {
    if (!topics.has(topic)) topics.set(topic, new Set());
    if (!topics.get(topic).has(socket)) {
      topics.get(topic).add(socket);
      boxes.get(topic)?.forEach(note => deliver(socket, topic, note));
    }
    return topic;
  };
  const methods = {
    irn_publish: (s, p) => { publish(s, p.topic, p.message, p.tag); return true; },
    irn_subscribe: (s, p) => subscribe(s, p.topic),
    irn_batchSubscribe: (s, p) => p.topics.map(t => subscribe(s, t)),
    irn_unsubscribe: (s, p) => { topics.get(p.topic)?.delete(s); return true; },
    irn_batchUnsubscribe: (s, p) => { p.subscriptions.forEach(x => topics.get(x.topic)?.delete(s)); return true; },
    irn_batchFetchMessages: (_, p) => ({ messages: p.topics.flatMap(topic => (boxes.get(topic) ?? []).map(n => ({ topic, publishedAt: Date.now(), ...n }))), hasMore: false }),
    wc_proposeSession: (s, p) => { subscribe(s, p.pairingTopic); publish(s, p.pairingTopic, p.sessionProposal, 1100); return true; },
    wc_approveSession: (s, p) => {
      subscribe(s, p.sessionTopic);
      publish(s, p.pairingTopic, p.sessionProposalResponse, 1101);
      publish(s, p.sessionTopic, p.sessionSettlementRequest, 1102);
      return true;
    },
  };
  server.on('connection', socket => {
    socket.on('message', data => {
      const { id, method, params } = JSON.parse(data);
      if (!method) return;
      const answer = methods[method];
      socket.send(JSON.stringify(answer ? { id, jsonrpc: '2.0', result: answer(socket, params) } : { id, jsonrpc: '2.0', error: { code: -32601, message: `no ${method}` } }));
    });
    socket.on('close', () => topics.forEach(all => all.delete(socket)));
  });
  return new Promise(done => server.on('listening', () => done({ port: server.address().port, cut: () => server.clients.forEach(c => c.terminate()) })));
}

const { port, cut } = await relay();
const wallet = await SignClient.init({
  projectId: 'test', relayUrl: `ws://127.0.0.1:${port}`, logger: 'silent', telemetryEnabled: false,
  metadata: { name: 'Far Wallet', description: 'A wallet for tests', url: 'https://wallet.example.org', icons: [] },
});
let [declines, address, topic] = [false, '', ''];
const waiting = new Map();
let number = 0;

wallet.on('session_proposal', async ({ id, params }) => {
  if (declines) {
    await wallet.reject({ id, reason: { code: 5000, message: 'User rejected.' } });
    say({ declined: true });
    return;
  }
  const { chains, methods, events } = params.optionalNamespaces.eip155;
  const { topic: agreed, acknowledged } = await wallet.approve({ id, namespaces: { eip155: { chains, methods, events, accounts: chains.map(c => `${c}:${address}`) } } });
  topic = agreed;
  await acknowledged();
  say({ agreed: chains });
});
wallet.on('session_request', ({ id, topic: on, params }) => {
  const mine = ++number;
  waiting.set(mine, answer => wallet.respond({ topic: on, response: { id, jsonrpc: '2.0', ...answer } }));
  say({ asked: mine, chain: params.chainId, method: params.request.method, params: params.request.params });
});
wallet.on('session_delete', () => say({ left: true }));

const orders = {
  pair: async o => { [declines, address] = [o.declines, o.address]; await wallet.pair({ uri: o.uri }); },
  // Wallets of this protocol say no with a code of its own.
  answer: o => waiting.get(o.id)?.(o.error ? { error: { ...o.error, code: o.error.code === 4001 ? 5000 : o.error.code } } : { result: o.result }),
  account: o => wallet.emit({ topic, chainId: o.chain, event: { name: 'accountsChanged', data: [`${o.chain}:${o.address}`] } }),
  end: () => wallet.disconnect({ topic, reason: { code: 6000, message: 'User disconnected.' } }),
  cut,
};
say({ port });
for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line);
  Promise.resolve(orders[order.do](order)).catch(e => say({ failed: order.do, why: e.message }));
}
process.exit(0);
