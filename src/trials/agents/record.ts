import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { agentStart } from '#core/agent-start';
import type { Fields } from '#core/agents';
import { onLoopback } from '#core/loopback';
import type { Preset } from '#core/preset';
import { provision } from '#world/agents/provision';
import { startModelServer } from '#world/model-server/server';
import type { Installed } from './install.ts';
import { startProxy } from './proxy.ts';
import { SCENES, type Scene } from './scenes.ts';
import { COLS, ROWS, Stage } from './stage.ts';

type Say = (line: string) => void;

/** What is known of the recordings beside their bytes. */
type Index = {
  readonly agent: string;
  readonly version: string;
  readonly cols: number;
  readonly rows: number;
  readonly scenes: Record<string, Recorded>;
};
type Recorded = {
  readonly seen: boolean;
  readonly file: string;
  readonly bytes: number;
  readonly title: string;
  readonly end?: string;
};

const LIMIT_MS = 60_000;
/** What is recorded after the sign, ms: a busy screen's redraws, the rest of a dialog. */
const LINGER_MS = 1500;
const PACK_BYTES = 30_000;
/** More of a program that redraws without end shows nothing new. */
const MOST_BYTES = 200_000;
/** How long a scene is recorded whose sign the preset does not know. */
const BLIND_MS = 15_000;
const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The preset as it is when its program asks the model server at `api`; undefined when it does not tell how. */
export function presetOnLoopback(preset: Preset, api: string): Preset | undefined {
  const over: Fields | undefined = onLoopback(preset, api);
  return over && ({ ...preset, ...over } as Preset);
}

/**
 * Records the screens of a real program, one fresh start for each scene: bytes from the start on, into `folder`, with an index.
 * @returns scenes whose sign did not come: a pattern of the preset that has rotted, or a scene that this program does not have
 */
export async function recordScreens(
  name: string,
  preset: Preset,
  { bin, version }: Installed,
  { folder, only, say }: { folder: string; only: readonly string[]; say: Say },
): Promise<string[]> {
  mkdirSync(folder, { recursive: true });
  const index = join(folder, 'index.json');
  // Scenes that are not played again stay as they are.
  const scenes = only.length > 0 && existsSync(index) ? (JSON.parse(readFileSync(index, 'utf8')) as Index).scenes : {};
  const missed: string[] = [];
  for (const scene of SCENES.filter((one) => only.length === 0 || only.includes(one.name))) {
    const sign = scene.sign(preset);
    const { bytes: all, seen, title, end, text, leaks } = await play(scene, sign, preset, bin);
    const bytes = all.subarray(0, MOST_BYTES);
    const file = bytes.length > PACK_BYTES ? `${scene.name}.bin.gz` : `${scene.name}.bin`;
    for (const old of [`${scene.name}.bin`, `${scene.name}.bin.gz`]) rmSync(join(folder, old), { force: true });
    writeFileSync(join(folder, file), file.endsWith('.gz') ? gzipSync(bytes, { level: 9 }) : bytes);
    scenes[scene.name] = { seen, file, bytes: bytes.length, title, ...(end === '' ? {} : { end }) };
    say(
      `${name} ${scene.name}: ${seen ? 'seen' : sign ? 'NOT SEEN' : 'no sign for it'} · ${bytes.length} bytes · title ${JSON.stringify(title)} ${end}`,
    );
    for (const leak of leaks) say(`  asked for beyond loopback: ${leak}`);
    if (!seen && sign) {
      missed.push(scene.name);
      say(text.replace(/^/gm, '  | '));
    }
  }
  writeFileSync(
    join(folder, 'index.json'),
    `${JSON.stringify({ agent: name, version, cols: COLS, rows: ROWS, scenes }, null, 2)}\n`,
  );
  return missed;
}

async function play(scene: Scene, sign: ReturnType<Scene['sign']>, shipped: Preset, bin: string) {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'town-')));
  const model = await startModelServer({ scripts: { [scene.name]: scene.script ?? [] } });
  const proxy = await startProxy();
  const places = {
    config: join(root, 'config'),
    home: join(root, 'shop/polecats'),
    root,
    worktree: join(root, 'shop/polecats/furiosa/rig'),
  };
  for (const path of [join(root, 'home'), places.config, places.worktree]) mkdirSync(path, { recursive: true });
  execFileSync('git', ['init', '-q', places.worktree]);
  const preset = presetOnLoopback(shipped, model.url);
  if (!preset) throw new Error('the preset has no loopback');
  const trusted =
    scene.files === 'elsewhere' ? { ...places, root: join(root, 'elsewhere'), worktree: join(root, 'elsewhere') } : places;
  if (scene.files !== 'none')
    await provision({ preset, places: trusted, autonomous: scene.files !== 'interactive', hooks: false });
  const start = agentStart(preset, {
    mode: 'fresh',
    autonomous: scene.autonomous,
    hooks: false,
    places: trusted,
    asRoot: process.getuid?.() === 0,
    ...(scene.script ? { prompt: `[GAS TOWN] GTSCRIPT:${scene.name} begin` } : {}),
  });
  const env = {
    PATH: `${bin}${delimiter}${SYSTEM_PATH}`,
    HOME: join(root, 'home'),
    LANG: 'C.UTF-8',
    ...proxy.env,
    ...start?.env,
  };
  const stage = new Stage({ argv: start?.argv ?? [], env, cwd: places.worktree });
  try {
    const acted = scene.act?.(stage, preset, LIMIT_MS);
    const seen = await stage.until(sign ?? (() => false), sign ? LIMIT_MS : BLIND_MS);
    if (seen) await stage.until(() => false, LINGER_MS);
    const { text, title } = stage.screen();
    const { bytes, end } = stage;
    await stage.close();
    await acted;
    return { bytes, seen, title, text, end: end, leaks: [...proxy.attempts, ...model.faults] };
  } finally {
    await model.close();
    await proxy.close();
    rmSync(root, { recursive: true, force: true, maxRetries: 5 });
  }
}
