import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { agentStart } from '#core/agent-start';
import { onLoopback } from '#core/loopback';
import type { Preset } from '#core/preset';
import { provision } from '#world/agents/provision';
import type { Conversation } from '#world/model-server/conversation';
import { startModelServer } from '#world/model-server/server';
import { cacheFolder, installAgent } from './agents/install.ts';
import { startProxy } from './agents/proxy.ts';
import { startSoakHost } from './soak-host.ts';
import { playedBy } from './stand-in/command.ts';

/** Nudges that are asked for at a time. */
const AT_ONCE = 4;
const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Nudges a program that nobody here wrote: a real agent from npm, with the scripted model on loopback. What it sent to the model tells which nudges reached it,
 * how often and in which order. @returns whether each did once and in order
 */
export async function soakReal(name: string, count: number, say: (line: string) => void): Promise<boolean> {
  const { preset } = playedBy(name);
  const installed = await installAgent(name, preset, cacheFolder());
  if (typeof installed === 'string') throw new Error(`${name} could not be installed: ${installed}`);
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'gt-soak-real-')));
  let longest: Conversation | undefined;
  const model = await startModelServer({
    scripts: { default: [{ text: 'It is done.' }] },
    log: ({ conversation, side }) => {
      if (conversation && side !== true && conversation.turns.length >= (longest?.turns.length ?? 0)) longest = conversation;
    },
  });
  const proxy = await startProxy();
  const host = await startSoakHost(root);
  const began = performance.now();
  try {
    const request = await startOf(preset, { root, bin: installed.bin, api: model.url, proxy: proxy.env });
    const client = await host.connect();
    await client.spawn(request);
    const { screen, submit, keys, terminal } = preset;
    const outcomes: string[] = [];
    let next = 1;
    const worker = async () => {
      while (next <= count) {
        const n = next++;
        const asked = { nudge: `n${n}`, id: 'real', text: `[soak] <${n}> go on`, mode: 'wait-idle' as const };
        const { outcome, why } = await client.nudge({ ...asked, screen, submit, keys, terminal });
        outcomes.push(outcome);
        if (outcome !== 'taken') say(`#${n}: ${outcome}: ${why}`);
        if (n % 20 === 0) say(`${n} nudges, ${Math.round((performance.now() - began) / 1000)} s`);
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
    client.close();
    const heard = (longest?.turns ?? []).flatMap(({ who, text }) => (who === 'user' ? [...text.matchAll(/<(\d+)> go on/g)] : []));
    const numbers = heard.map(([, number]) => Number(number));
    const ok =
      numbers.length === count && numbers.every((number, at) => number === at + 1) && outcomes.every((one) => one === 'taken');
    say(
      `${name} ${installed.version}: ${count} nudges, ${numbers.length} heard by the model, ${ok ? 'each once and in order' : numbers.join(' ')}`,
    );
    for (const leak of proxy.attempts) say(`asked for beyond loopback: ${leak}`);
    return ok;
  } finally {
    await host.end();
    await model.close();
    await proxy.close();
    rmSync(root, { recursive: true, force: true, maxRetries: 5 });
  }
}

type Site = { readonly root: string; readonly bin: string; readonly api: string; readonly proxy: NodeJS.ProcessEnv };

async function startOf(shipped: Preset, { root, bin, api, proxy }: Site) {
  const over = onLoopback(shipped, api);
  if (!over) throw new Error('The preset does not tell how its program asks a model on loopback.');
  const preset = { ...shipped, ...over } as Preset;
  const worktree = join(root, 'shop/polecats/furiosa/rig');
  const places = { config: join(root, 'config'), home: join(root, 'shop/polecats'), root, worktree };
  for (const path of [join(root, 'home'), places.config, worktree]) mkdirSync(path, { recursive: true });
  execFileSync('git', ['init', '-q', worktree]);
  await provision({ preset, places, autonomous: true, hooks: false });
  const start = agentStart(preset, { mode: 'fresh', autonomous: true, hooks: false, places, asRoot: process.getuid?.() === 0 });
  const env = {
    PATH: `${bin}${delimiter}${SYSTEM_PATH}`,
    HOME: join(root, 'home'),
    LANG: 'C.UTF-8',
    GT_SESSION: `soak.${process.pid}.real`,
    ...proxy,
    ...start?.env,
  };
  return { id: 'real', argv: start?.argv ?? [], cwd: worktree, env: env as Record<string, string>, cols: 120, rows: 40 };
}
