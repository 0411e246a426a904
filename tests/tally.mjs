// Adds up the CTRF reports of one test run. Prints skipped tests with their reasons and failed tests by name; the last line is
// the sum. A runner that died, or failed without naming a test, counts as one failure; a run without any test is a failure too.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const folder = process.argv[2];
const total = { passed: 0, failed: 0, skipped: 0 };
const lines = { failed: [], skipped: [] };
const firstLine = text => (text ?? '').trim().split('\n')[0];

for (const exit of readdirSync(folder).filter(f => f.endsWith('.exit')).sort()) {
  const project = basename(exit, '.exit');
  const code = Number(readFileSync(join(folder, exit), 'utf8'));
  const report = join(folder, project + '.json');
  let failedHere = 0, ranHere = 0;
  if (existsSync(report)) {
    for (const test of JSON.parse(readFileSync(report, 'utf8').replace(/^\uFEFF/, '')).results.tests) {
      const kind = test.status === 'passed' ? 'passed' : test.status === 'skipped' || test.status === 'pending' ? 'skipped' : 'failed';
      total[kind]++;
      ranHere++;
      if (kind === 'failed') failedHere++;
      if (kind !== 'passed') lines[kind].push(`${project}: ${test.name}: ${firstLine(test.message)}`);
    }
  }
  if (failedHere === 0 && (code !== 0 || ranHere === 0)) {
    total.failed++;
    lines.failed.push(`${project}: ${code === 124 || code === 137 ? 'took too long' : ranHere === 0 ? 'ran no test' : 'failed outside of a test'}, exit code ${code}`);
  }
}
for (const kind of ['skipped', 'failed']) {
  for (const line of lines[kind]) console.log(`${kind}: ${line}`);
}
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);
