// What a change must pass before it is shown: types, style, what is unused, the unit tests. The short ones run one after the other, beside the tests.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const began = performance.now();

/** Runs a program of node_modules; what it says is printed when it ends, so that two do not talk at once. @returns whether it found nothing */
async function check(name, program, ...words) {
  const child = spawn(process.execPath, [join(root, 'node_modules', program), ...words], {
    cwd: root,
    env: process.stdout.isTTY ? { FORCE_COLOR: '1', ...process.env } : process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes) => said.push(bytes));
  const [code] = await once(child, 'close');
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  process.stdout.write(Buffer.concat(said));
  console.log(`check: ${name} ${code === 0 ? 'found nothing' : 'FAILED'} (${seconds} s)`);
  return code === 0;
}

async function looks() {
  const types = await check('types', 'typescript/bin/tsc', '-p', 'tsconfig.json');
  const style = await check('style', '@biomejs/biome/bin/biome', 'ci', '.');
  const unused = await check('unused', 'knip/bin/knip.js', '--cache');
  return types && style && unused;
}

const passed = await Promise.all([check('unit tests', 'vitest/vitest.mjs', 'run', '--project', 'unit'), looks()]);
process.exitCode = passed.every(Boolean) ? 0 : 1;
