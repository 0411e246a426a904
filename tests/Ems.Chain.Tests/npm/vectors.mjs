// Writes what viem and ethers say to generated cases, as JSON on standard output. Where the two differ the script fails.
// node vectors.mjs SEED
import { AbiCoder, TypedDataEncoder, Wallet, getCreate2Address, getCreateAddress, keccak256 as ethersKeccak } from 'ethers'
import { encodeAbiParameters, encodeEventTopics, encodeErrorResult, encodeFunctionData, getAddress, hashMessage, hashTypedData, keccak256, parseAbiItem, parseTransaction } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'

let state = BigInt(process.argv[2] ?? '1')
const mask = (1n << 64n) - 1n
function draw() {
  state = (state + 0x9e3779b97f4a7c15n) & mask
  let z = state
  z = ((z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n) & mask
  z = ((z ^ (z >> 27n)) * 0x94d049bb133111ebn) & mask
  return z ^ (z >> 31n)
}
const below = n => Number(draw() % BigInt(n))
const pick = list => list[below(list.length)]
const times = (n, f) => Array.from({ length: n }, (_, i) => f(i))
const hex = n => '0x' + times(n, () => below(256).toString(16).padStart(2, '0')).join('')
const number = bits => {
  // Small, random and full widths, so that lengths and leading zeros all occur.
  const width = pick([0, 1, Math.min(8, bits), bits >> 1, bits - 1, bits])
  let n = 0n
  for (let i = 0; i < 4; i++) n = (n << 64n) | draw()
  return width === 0 ? 0n : n & ((1n << BigInt(width)) - 1n)
}
const address = () => getAddress(hex(20))
const letters = 'abcXYZ019 _-\u00e9\u20ac\u{1f680}\n"\\'
const text = () => times(below(60), () => pick([...letters])).join('')
const same = (a, b, what) => { if (a !== b) throw new Error(`viem and ethers differ in ${what}: ${a} ${b}`) }
const out = { keccak: [], addresses: [], transactions: [], abi: [], typed: [], messages: [], created: [], events: [], errors: [], calls: [] }
const keys = times(64, i => i === 0 ? '0x' + '1'.padStart(64, '0') : i === 1 ? '0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140' : hex(32))
const accounts = keys.map(k => privateKeyToAccount(k))

for (let i = 0; i < 300; i++) {
  const data = hex(below(400))
  same(keccak256(data), ethersKeccak(data), 'keccak')
  out.keccak.push({ data, hash: keccak256(data) })
}
for (let i = 0; i < 500; i++) {
  const key = i < keys.length ? keys[i] : hex(32)
  out.addresses.push({ key, address: i < keys.length ? accounts[i].address : privateKeyToAccount(key).address })
}

for (let i = 0; i < 2000; i++) {
  const at = below(keys.length)
  const common = {
    nonce: Number(number(pick([8, 32]))), gas: number(pick([16, 40])), value: number(pick([64, 128, 256])), data: hex(below(150)),
    to: below(8) === 0 ? null : address(), chainId: pick([1, 10, 137, 901, 31337, 42161, 11155111]),
  }
  const tx = below(3) === 0
    ? { type: 'legacy', ...common, gasPrice: number(pick([40, 96])) }
    : (() => { const maxPriorityFeePerGas = number(pick([32, 64])); return { type: 'eip1559', ...common, maxPriorityFeePerGas, maxFeePerGas: maxPriorityFeePerGas + number(60),
        accessList: times(below(3), () => ({ address: address(), storageKeys: times(below(3), () => hex(32)) })) } })()
  const raw = await accounts[at].signTransaction(tx)
  if (i % 8 === 0) {
    const { gas, type, data, ...rest } = tx
    same(raw, await new Wallet(keys[at]).signTransaction({ ...rest, data, gasLimit: gas, type: type === 'legacy' ? 0 : 2 }), 'a transaction')
    parseTransaction(raw)
  }
  out.transactions.push({ key: keys[at], from: accounts[at].address, ...tx, raw, hash: keccak256(raw) })
}

// Random types, nested up to three deep, with the value of each.
function type(depth, name) {
  const kind = below(depth > 2 ? 7 : 11)
  const make = (t, value) => ({ type: t, name, value })
  switch (kind) {
    case 0: { const bits = 8 * (1 + below(32)); return make(`uint${bits}`, () => number(bits)) }
    case 1: { const bits = 8 * (1 + below(32)); return make(`int${bits}`, () => (below(2) ? -1n : 1n) * number(bits - 1)) }
    case 2: return make('bool', () => below(2) === 1)
    case 3: return make('address', address)
    case 4: { const size = 1 + below(32); return make(`bytes${size}`, () => hex(size)) }
    case 5: return make('bytes', () => hex(below(100)))
    case 6: return make('string', text)
    case 7: case 8: { const inner = type(depth + 1, name); return { ...inner, type: inner.type + '[]', value: () => times(below(4), inner.value) } }
    case 9: { const inner = type(depth + 1, name); const size = 1 + below(3); return { ...inner, type: `${inner.type}[${size}]`, value: () => times(size, inner.value) } }
    default: {
      const components = times(1 + below(4), i => type(depth + 1, `m${i}`))
      return { type: 'tuple', name, components, value: () => components.map(c => c.value()) }
    }
  }
}
const parameter = t => ({ type: t.type, name: t.name, ...(t.components ? { components: t.components.map(parameter) } : {}) })
const canonical = t => t.components ? t.type.replace('tuple', `(${t.components.map(canonical).join(',')})`) : t.type
// viem wants members of named tuples by name.
function named(t, value) {
  const bracket = t.type.lastIndexOf('[')
  if (bracket >= 0) return value.map(v => named({ ...t, type: t.type.slice(0, bracket) }, v))
  return t.components ? Object.fromEntries(t.components.map((c, i) => [c.name, named(c, value[i])])) : value
}
const coder = AbiCoder.defaultAbiCoder()
for (let i = 0; i < 3000; i++) {
  const types = times(1 + below(4), n => type(0, `a${n}`))
  const values = types.map(t => t.value())
  const data = encodeAbiParameters(types.map(parameter), types.map((t, n) => named(t, values[n])))
  same(data, coder.encode(types.map(canonical), values), 'ABI')
  out.abi.push({ types: types.map(canonical), values, data })
}

for (let i = 0; i < 300; i++) {
  const inner = [{ name: 'owner', type: 'address' }, { name: 'note', type: 'string' }, { name: 'tag', type: 'bytes32' }]
  const bits = 8 * (1 + below(32)), size = 1 + below(32)
  const types = {
    Inner: inner,
    Order: [
      { name: 'who', type: 'Inner' }, { name: 'others', type: 'Inner[]' }, { name: 'amount', type: `uint${bits}` }, { name: 'change', type: 'int256' },
      { name: 'ok', type: 'bool' }, { name: 'raw', type: 'bytes' }, { name: 'fixedRaw', type: `bytes${size}` }, { name: 'list', type: 'uint256[2][]' }, { name: 'words', type: 'string[]' },
    ],
  }
  const one = () => ({ owner: address(), note: text(), tag: hex(32) })
  const message = {
    who: one(), others: times(below(3), one), amount: number(bits), change: (below(2) ? -1n : 1n) * number(255), ok: below(2) === 1, raw: hex(below(70)),
    fixedRaw: hex(size), list: times(below(3), () => [number(256), number(64)]), words: times(below(3), text),
  }
  const domain = {}
  if (below(4)) domain.name = text()
  if (below(4)) domain.version = '1'
  if (below(4)) domain.chainId = 1 + below(1e6)
  if (below(4)) domain.verifyingContract = address()
  if (below(4) === 0) domain.salt = hex(32)
  const at = below(keys.length)
  const hash = hashTypedData({ domain, types, primaryType: 'Order', message })
  same(hash, TypedDataEncoder.hash(domain, types, message), 'EIP-712')
  const signature = await accounts[at].signTypedData({ domain, types, primaryType: 'Order', message })
  out.typed.push({ json: { types, domain, primaryType: 'Order', message }, hash, signature, key: keys[at] })
}
for (let i = 0; i < 400; i++) {
  const message = text() + text(), at = below(keys.length)
  out.messages.push({ message, hash: hashMessage(message), signature: await accounts[at].signMessage({ message }), key: keys[at] })
}
for (let i = 0; i < 200; i++) {
  const from = address(), nonce = Number(number(pick([7, 8, 20]))), salt = hex(32), codeHash = hex(32)
  out.created.push({ from, nonce, created: getCreateAddress({ from, nonce }), salt, codeHash, created2: getCreate2Address(from, salt, codeHash) })
}
const swapped = parseAbiItem('event Swap(address indexed sender, address indexed recipient, int256 amount0, int256 amount1, uint160 sqrtPriceX96, uint128 liquidity, int24 tick)')
const failed = parseAbiItem('error OutOfBounds(uint256 price, int24[] ticks, (address who, bytes why) detail)')
const single = parseAbiItem('function exactInputSingle((address tokenIn, address tokenOut, uint24 fee, address recipient, uint256 deadline, uint256 amountIn, uint256 amountOutMinimum, uint160 sqrtPriceLimitX96) params) returns (uint256 amountOut)')
for (let i = 0; i < 200; i++) {
  const values = [address(), address(), -number(255), number(255), number(160), number(128), BigInt(below(887272)) - 443636n]
  out.events.push({
    values, topics: encodeEventTopics({ abi: [swapped], args: { sender: values[0], recipient: values[1] } }),
    data: encodeAbiParameters(swapped.inputs.slice(2), values.slice(2).map((v, n) => n === 4 ? Number(v) : v)),
  })
  const price = number(256), ticks = times(below(4), () => below(1000) - 500), who = address(), why = hex(below(50))
  out.errors.push({ values: [price, ticks, [who, why]], data: encodeErrorResult({ abi: [failed], errorName: 'OutOfBounds', args: [price, ticks, { who, why }] }) })
  const p = { tokenIn: address(), tokenOut: address(), fee: below(10000), recipient: address(), deadline: number(64), amountIn: number(128), amountOutMinimum: number(128), sqrtPriceLimitX96: number(160) }
  out.calls.push({ values: [Object.values(p)], data: encodeFunctionData({ abi: [single], args: [p] }) })
}
process.stdout.write(JSON.stringify(out, (_, v) => typeof v === 'bigint' ? v.toString() : v))
