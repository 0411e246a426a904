// Compiles contracts/*.sol into build/*.json (abi and bytecode). With "check" it compares instead and fails on a difference.
import { readdirSync, readFileSync, writeFileSync, mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import solc from 'solc'

const here = fileURLToPath(new URL('.', import.meta.url))
const files = readdirSync(here + 'contracts').filter(f => f.endsWith('.sol'))
const input = {
  language: 'Solidity',
  sources: Object.fromEntries(files.map(f => [f, { content: readFileSync(here + 'contracts/' + f, 'utf8') }])),
  settings: {
    evmVersion: 'cancun', optimizer: { enabled: true, runs: 200 }, viaIR: true, metadata: { appendCBOR: false },
    outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object'] } },
  },
}
const output = JSON.parse(solc.compile(JSON.stringify(input)))
const wrong = (output.errors ?? []).filter(e => e.severity === 'error' || e.severity === 'warning')
if (wrong.length) { console.error(wrong.map(e => e.formattedMessage).join('\n')); process.exit(1) }
mkdirSync(here + 'build', { recursive: true })
let differs = false
for (const f of files) {
  const name = f.slice(0, -4)
  const contract = output.contracts[f][name]
  // Libraries, rules without a body of their own and what only the model checker reads are not deployed.
  if (['Tokens', 'SliceRules', 'SliceProof'].includes(name)) continue
  const text = JSON.stringify({ contractName: name, abi: contract.abi, bytecode: '0x' + contract.evm.bytecode.object }, null, 1) + '\n'
  if (process.argv[2] === 'check') differs ||= readFileSync(`${here}build/${name}.json`, 'utf8') !== text
  else writeFileSync(`${here}build/${name}.json`, text)
}
if (differs) { console.error('build/ is not what contracts/ compile to: run node compile.mjs'); process.exit(1) }
