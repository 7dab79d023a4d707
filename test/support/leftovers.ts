import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Gives the whole run a temp and a runtime folder of its own, and looks at the end what the tests left there: a file, or a process that was started
 * with that folder. Anything left fails the run: what a test leaves behind, the town would leave behind.
 */
// biome-ignore lint/style/noDefaultExport: vitest takes a setup file's default export
export default function setup(): (() => void) | undefined {
  if (process.env['GT_TEST_RUN']) return undefined; // vitest calls this once for each project
  const folder = mkdtempSync(join(tmpdir(), 'gt-test-'));
  const runtime = join(folder, 'run');
  mkdirSync(runtime, { mode: 0o700 });
  process.env['GT_TEST_RUN'] = folder;
  process.env['TMPDIR'] = folder;
  process.env['XDG_RUNTIME_DIR'] = runtime;
  return () => {
    const files = [
      ...readdirSync(folder).filter((name) => name !== 'run'),
      ...readdirSync(runtime).map((name) => `run/${name}`),
    ].filter((name) => !/^(node-compile-cache|v8-compile-cache)/.test(name));
    const left = [...files.map((name) => `file ${name}`), ...processesOf(`TMPDIR=${folder}`).map((name) => `process ${name}`)];
    rmSync(folder, { recursive: true, force: true });
    if (left.length === 0) return;
    process.stderr.write(`the tests left behind:\n${left.map((one) => `  ${one}`).join('\n')}\n`);
    process.exitCode = 1;
  };
}

/** Processes with this word in their environment, but for this one and its own children (vitest's workers, on their way out). */
function processesOf(word: string): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        const carries = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(word);
        const status = readFileSync(`/proc/${pid}/status`, 'utf8');
        const ours = /^PPid:\t(\d+)$/m.exec(status)?.[1] === String(process.pid) || /^State:\t[ZX]/m.test(status);
        return carries && !ours
          ? [`${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').slice(0, 120)}`]
          : [];
      } catch {
        return []; // ended meanwhile, or another user's
      }
    });
}
