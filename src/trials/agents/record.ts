import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Preset } from '#core/preset';
import { Ground } from './ground.ts';
import type { Installed } from './install.ts';
import { isBusy, isReady, SCENES, type Scene } from './scenes.ts';
import { COLS, ROWS } from './stage.ts';

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

const LIMIT_MS = 90_000;
/** What is recorded after the sign, ms: a busy screen's redraws, the rest of a dialog. */
const LINGER_MS = 1500;
const PACK_BYTES = 30_000;
/** More of a program that redraws without end shows nothing new. */
const MOST_BYTES = 200_000;
/** How long a scene is recorded whose sign the preset does not know, from the begin of its turn. */
const BLIND_MS = 10_000;

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
    // A dialog that the preset does not have cannot be waited for; what a turn or a key leads to can be looked at.
    if (!sign && !scene.script && !scene.act) continue;
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

async function play(scene: Scene, sign: ReturnType<Scene['sign']>, preset: Preset, bin: string) {
  const ground = await Ground.open(preset, bin, { [scene.name]: scene.script ?? [] });
  try {
    const elsewhere = scene.files === 'elsewhere';
    if (scene.files !== 'none') await ground.provision({ autonomous: scene.files !== 'interactive', elsewhere });
    const stage = ground.start({
      autonomous: scene.autonomous,
      elsewhere,
      ...(scene.script ? { prompt: `[GAS TOWN] GTSCRIPT:${scene.name} begin` } : {}),
      ...(scene.env ? { env: scene.env } : {}),
    });
    const acted = scene.act?.(stage, ground.preset, LIMIT_MS);
    if (!sign) await stage.until((scene.script ? isBusy : isReady)(ground.preset), LIMIT_MS);
    const seen = await stage.until(sign ?? (() => false), sign ? LIMIT_MS : BLIND_MS);
    if (seen) await stage.until(() => false, LINGER_MS);
    const { text, title } = stage.screen();
    const { bytes, end } = stage;
    await stage.close();
    await acted;
    return { bytes, seen, title, text, end, leaks: ground.leaks };
  } finally {
    await ground.close();
  }
}
