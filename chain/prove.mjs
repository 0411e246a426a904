// Proves the bounds of SliceProof with solc's model checker (CHC engine) and z3; with --mutate, shows that a broken rule is caught.
// Prints one JSON line per claim. Exit code 0: everything proved (or, for a mutant, refuted); 1: not; 3: there is no z3.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const solc = createRequire(import.meta.url)("solc");
const here = dirname(fileURLToPath(import.meta.url));
const read = f => readFileSync(join(here, "contracts", f), "utf8");
const mutants = {
  total: s => s.replace("require(qty <= total - sold, TotalExceeded(qty, total - sold));", ""),
  slice: s => s.replace("require(qty <= maxSlice, SliceTooLarge(qty, maxSlice));", ""),
  unsold: s => s.replace("require(back < qty, EmptySlice());", ""),
  expiry: s => s.replace("require(time <= expiry, MandateExpired(expiry));", ""),
  interval: s => s.replace("time - lastAt >= minInterval", "time - lastAt + 1 >= minInterval"),
};
const mutant = process.argv[2] === "--mutate" ? process.argv[3] : null;
const rules = mutant ? mutants[mutant](read("SliceRules.sol")) : read("SliceRules.sol");
if (mutant && rules === read("SliceRules.sol")) {
  console.error(`The mutant ${mutant} changes nothing.`);
  process.exit(2);
}
if (spawnSync("z3", ["--version"]).status !== 0) {
  console.error("z3 is not installed.");
  process.exit(3);
}
const smtSolver = query => {
  // solc asks in SMT-LIB 2; a resource limit, unlike a time limit, gives the same answer on a slow machine.
  const run = spawnSync("z3", ["-smt2", "-in", "rlimit=400000000"], { input: query, encoding: "utf8", maxBuffer: 1 << 28 });
  return { contents: run.stdout };
};
const input = {
  language: "Solidity",
  sources: { "SliceRules.sol": { content: rules }, "SliceProof.sol": { content: read("SliceProof.sol") } },
  settings: {
    outputSelection: { "*": { "*": ["abi"] } },
    modelChecker: {
      engine: "chc", solvers: ["smtlib2"], targets: ["assert", "underflow", "overflow"], showProvedSafe: true, showUnproved: true, timeout: 0,
      contracts: { "SliceProof.sol": ["SliceProof"] },
    },
  },
};
const output = JSON.parse(solc.compile(JSON.stringify(input), { smtSolver }));
const claims = (output.errors ?? []).filter(e => /CHC:|BMC:/.test(e.message));
const wrong = (output.errors ?? []).filter(e => e.severity === "error");
for (const e of [...wrong, ...claims]) {
  console.log(JSON.stringify({ severity: e.severity, text: e.message.split("\n")[0], line: e.sourceLocation ? read(e.sourceLocation.file).slice(0, e.sourceLocation.start).split("\n").length : 0, file: e.sourceLocation?.file }));
}
const refuted = claims.filter(e => /happens here/.test(e.message)).length;
const unproved = claims.filter(e => /might happen|could not be proved|not solved/.test(e.message)).length;
console.log(JSON.stringify({ refuted, unproved, claims: claims.length }));
process.exit(wrong.length === 0 && (mutant ? refuted > 0 : refuted === 0 && unproved === 0 && claims.length > 0) ? 0 : 1);
