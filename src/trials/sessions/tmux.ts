import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A tmux server of a trial's own: what others keep agents in, told by a process per command, or over one connection (control mode). */
export type Tmux = {
  readonly pid: number;
  readonly spawn: (name: string, command: string) => Promise<void>;
  readonly command: (...words: string[]) => Promise<string>;
  readonly control: (line: string) => Promise<string[]>;
  readonly end: () => Promise<void>;
};

/** Starts it with one session `first`. Undefined where there is no tmux. */
export async function openTmux(): Promise<Tmux | undefined> {
  const dir = mkdtempSync(join(tmpdir(), 'gt-trial-tmux-'));
  const { TMUX: _tmux, ...env } = process.env;
  const base = ['-f', '/dev/null', '-S', join(dir, 's')];
  const command = async (...words: string[]) => (await run('tmux', [...base, ...words], { env, maxBuffer: 1 << 24 })).stdout;
  try {
    await command('new-session', '-d', '-s', 'first', '-x', '120', '-y', '40', 'cat');
  } catch {
    rmSync(dir, { recursive: true, force: true });
    return undefined;
  }
  await command('set-option', '-g', 'history-limit', '1000');
  const pid = Number(await command('display-message', '-p', '#{pid}'));
  const child = spawn('tmux', [...base, '-C', 'attach-session', '-t', 'first'], { env, stdio: ['pipe', 'pipe', 'ignore'] });
  const control = controlOf(child);
  await control('refresh-client -C 120x40');
  return {
    pid,
    command,
    control,
    spawn: async (name, line) => void (await command('new-session', '-d', '-s', name, '-x', '120', '-y', '40', line)),
    end: async () => {
      await command('kill-server').catch(() => '');
      child.kill();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** Commands over tmux's control mode: each is answered by a block between `%begin` and `%end`, in order. */
function controlOf(child: ChildProcess): Tmux['control'] {
  const waiting: Array<(lines: string[]) => void> = [];
  let block: string[] | undefined;
  let skip = 1; // the attaching itself is answered too
  createInterface({ input: child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
    if (line.startsWith('%begin ')) block = [];
    else if (line.startsWith('%end ') || line.startsWith('%error ')) {
      const lines = block ?? [];
      block = undefined;
      if (skip > 0) skip--;
      else waiting.shift()?.(lines);
    } else block?.push(line);
  });
  return (line) =>
    new Promise((resolve) => {
      waiting.push(resolve);
      child.stdin?.write(`${line}\n`);
    });
}
