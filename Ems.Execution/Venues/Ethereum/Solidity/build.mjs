// Compiles the contracts to ABI and bytecode. Same sources and same compiler give the same bytes.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const solc = createRequire(import.meta.url)("solc");
const here = dirname(fileURLToPath(import.meta.url));
const sources = Object.fromEntries(readdirSync(join(here, "src")).filter(f => f.endsWith(".sol")).map(f => [f, { content: readFileSync(join(here, "src", f), "utf8") }]));
const settings = {
  evmVersion: "cancun", optimizer: { enabled: true, runs: 10_000 }, viaIR: true, metadata: { bytecodeHash: "none" },
  outputSelection: { "*": { "*": ["abi", "evm.bytecode.object", "evm.deployedBytecode.object"] } },
};
const output = JSON.parse(solc.compile(JSON.stringify({ language: "Solidity", sources, settings })));
const problems = (output.errors ?? []).filter(e => e.severity !== "info");
if (problems.length > 0) {
  console.error(problems.map(e => e.formattedMessage).join("\n"));
  process.exit(1);
}
mkdirSync(join(here, "artifacts"), { recursive: true });
for (const name of ["Mandates"]) {
  const c = output.contracts[`${name}.sol`][name];
  writeFileSync(join(here, "artifacts", `${name}.json`), JSON.stringify({ contract: name, compiler: solc.version(), abi: c.abi, bytecode: "0x" + c.evm.bytecode.object }, null, 1));
  console.log(`${name}: ${c.evm.deployedBytecode.object.length / 2} bytes`);
}
