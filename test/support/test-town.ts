import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Down, down } from '#chores/down';
import { type Up, up } from '#chores/up';
import { isRefusal, type Refusal } from '#core/refusals';
import { townLayout } from '#world/config/layout';
import { makeTown } from '#world/config/make-town';
import { liveIn } from '#world/processes/pid-file';
import { signal } from '#world/processes/process';
import type { Timings } from '../../src/daemon/child.ts';
import { downGround, type Ground, upGround } from '../../src/daemon/town-ground.ts';
import { built } from './built.ts';

const standIn = fileURLToPath(new URL('./stand-in.mjs', import.meta.url));

/** A town in a temporary directory, with a real Redis and supervisor, and stand-ins for worker and host. */
export type TestTown = {
  readonly root: string;
  readonly id: string;
  /** Where its sockets lie. */
  readonly sockets: string;
  readonly layout: ReturnType<typeof townLayout>;
  up(waitMs?: number): Promise<Up | Refusal>;
  down(graceMs?: number): Promise<Down | Refusal>;
  /** Lets the worker or the host go wrong from now on (see stand-in.mjs), or right again. */
  tell(name: 'worker' | 'host', what: 'crash' | 'mute' | 'stubborn', on?: boolean): void;
  pid(name: 'redis' | 'host' | 'worker' | 'supervisor'): number | undefined;
  files(): string[];
  /** Ends all that is left of it. */
  raze(): Promise<void>;
};

type TownWish = { timings?: Partial<Timings>; env?: Record<string, string>; settings?: unknown; host?: 'real' };

async function testTown({ timings, env = {}, settings, host }: TownWish = {}): Promise<TestTown> {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'gt-')));
  const root = join(base, 'town');
  const runtimes = join(base, 'run');
  mkdirSync(runtimes, { mode: 0o700 });
  const made = makeTown({ root, name: 'town', now: 0 });
  if (isRefusal(made)) throw new Error(JSON.stringify(made));
  const layout = townLayout(root);
  if (settings !== undefined) writeFileSync(layout.settingsFile, JSON.stringify(settings));
  const ground: Ground = {
    root,
    townId: made.id,
    supervisor: [process.execPath, await built('src/daemon/supervisor-main.js')],
    host:
      host === 'real'
        ? [
            process.execPath,
            await built('src/world/pty/main.js'),
            '--socket',
            '{socket}',
            '--token-file',
            layout.hostToken,
            '--state',
            layout.hostState,
            ...['--build', 'test'],
          ]
        : [process.execPath, standIn, root, 'host'],
    worker: [process.execPath, standIn, root, 'worker'],
    build: 'test',
    hostBuild: 'test',
    env: { ...process.env, XDG_RUNTIME_DIR: runtimes, ...env },
    ...(timings ? { timings } : {}),
  };
  return {
    root,
    id: made.id,
    layout,
    get sockets() {
      return join(runtimes, readdirSync(runtimes)[0] ?? 'none');
    },
    up: (waitMs = 60_000) => up(upGround(ground), { waitMs }),
    down: (graceMs = 1000) => down(downGround(ground), { graceMs }),
    tell(name, what, on = true) {
      const file = join(root, `${name}.${what}`);
      if (on) writeFileSync(file, '');
      else rmSync(file, { force: true });
    },
    pid: (name) => liveIn(layout.pidFile(name))?.pid,
    files: () => [...readdirSync(layout.runtime), ...readdirSync(runtimes)],
    async raze() {
      const supervisor = liveIn(layout.pidFile('supervisor'));
      if (supervisor) signal(supervisor, 'SIGCONT');
      await down(downGround(ground), { graceMs: 0 });
      rmSync(base, { recursive: true, force: true });
    },
  };
}

/** The towns of a test file: razed by `razeAll`, which belongs into afterEach. */
export function openTowns() {
  const towns: TestTown[] = [];
  const aTown = async (wish?: TownWish): Promise<TestTown> => {
    const town = await testTown(wish);
    towns.push(town);
    return town;
  };
  return {
    aTown,
    async aRunningTown(wish?: TownWish): Promise<{ town: TestTown; up: Up }> {
      const town = await aTown(wish);
      const answer = await town.up();
      if (isRefusal(answer)) throw new Error(JSON.stringify(answer));
      return { town, up: answer };
    },
    async razeAll(): Promise<void> {
      for (const town of towns.splice(0)) await town.raze();
    },
  };
}
