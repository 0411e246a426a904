// Operations per second of viem on this machine, as JSON. node bench.mjs ROUNDS
import { encodeFunctionData, keccak256, parseAbiItem, recoverAddress } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'

const rounds = Number(process.argv[2] ?? 2000)
const account = privateKeyToAccount(keccak256('0x01'))
const hash = keccak256('0x02')
const swap = parseAbiItem('function exactInputSingle((address tokenIn, address tokenOut, uint24 fee, address recipient, uint256 deadline, uint256 amountIn, uint256 amountOutMinimum, uint160 sqrtPriceLimitX96) params) returns (uint256 amountOut)')
const args = [{ tokenIn: account.address, tokenOut: account.address, fee: 3000, recipient: account.address, deadline: 2n ** 64n, amountIn: 10n ** 18n, amountOutMinimum: 1n, sqrtPriceLimitX96: 0n }]
const signature = await account.sign({ hash })
const tx = { type: 'eip1559', chainId: 1, nonce: 7, gas: 200000n, to: account.address, data: encodeFunctionData({ abi: [swap], args }), maxFeePerGas: 10n ** 10n, maxPriorityFeePerGas: 10n ** 9n }

async function rate(times, work) {
  for (let i = 0; i < times / 5; i++) await work()
  const start = process.hrtime.bigint()
  for (let i = 0; i < times; i++) await work()
  return Math.round(times / (Number(process.hrtime.bigint() - start) / 1e9))
}
console.log(JSON.stringify({
  sign: await rate(rounds, () => account.sign({ hash })),
  signTransaction: await rate(rounds, () => account.signTransaction(tx)),
  recover: await rate(rounds, () => recoverAddress({ hash, signature })),
  encode: await rate(rounds * 20, () => encodeFunctionData({ abi: [swap], args })),
}))
