import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { agentStart } from '#core/agent-start';
import { provision } from '#world/agents/provision';
import type { Host } from '#world/pty/host';
import { playedBy } from '../../src/trials/stand-in/command.ts';
import { envOf, makeGround, type RunningHost, startHost } from '../support/pty.ts';
import { installStandIn, noted, notesIn, writeScenario } from '../support/stand-in-program.ts';

const ground = makeGround();
let running: RunningHost;
let host: Host;
beforeAll(async () => {
  running = await startHost(ground, 'host');
  host = await running.connect(1);
});
afterAll(async () => {
  await running?.stop();
  await ground.clear();
});

const OWN = '6f0c0b0e-0000-4000-8000-00000000000a';
const FORK = '6f0c0b0e-0000-4000-8000-00000000000b';

test.each(['claude', 'codex', 'gemini', 'qwen', 'copilot', 'pi'])(
  '%s, started by gt’s own words with gt’s own files, asks nothing, takes its prompt, and goes on with what it began',
  async (like) => {
    const { preset } = playedBy(like);
    const town = join(ground.dir, like);
    const worktree = join(town, 'shop/polecats/furiosa/rig');
    mkdirSync(worktree, { recursive: true });
    const places = { config: join(town, 'agents'), home: join(town, 'shop/polecats'), root: town, worktree };
    await provision({ preset, places, autonomous: true, hooks: true });

    const start = async (mode: 'fresh' | 'resume' | 'fork', id: string) => {
      const name = `${like}-${mode}`;
      const { file, log } = writeScenario(ground, name, {
        turns: [{ ms: 10 }],
        start: { dialogs: like === 'codex' ? [] : 'provisioned' },
      });
      installStandIn(join(ground.dir, name), like, preset.command, file);
      const made = agentStart(preset, {
        mode,
        autonomous: true,
        hooks: true,
        places: { ...places, id, fork: FORK },
        prompt: `go #1 ${mode}`,
      });
      if (!made) return undefined;
      const { PATH = '' } = envOf(ground, name);
      const env = { HOME: town, ANTHROPIC_AUTH_TOKEN: 'x', ...made.env, ...envOf(ground, name), GT_BIN: '/bin/true' };
      await host.spawn({ id: name, argv: made.argv, cwd: worktree, env: { ...env, PATH: `${join(ground.dir, name)}:${PATH}` } });
      if (made.typed === undefined) await noted(log, 'turn');
      else await noted(log, 'ready');
      const notes = notesIn(log);
      expect(notes.filter(({ kind }) => kind === 'dialog')).toEqual([]);
      const begun = await noted(log, 'started');
      expect(begun.mode).toBe(mode === 'fresh' && made.ownId ? 'own' : mode);
      expect(notes.flatMap((note) => (note.kind === 'submit' ? [note.text] : []))).toEqual(
        made.typed === undefined ? [`go #1 ${mode}`] : [],
      );
      await host.kill(name, { graceMs: 0 });
      return begun.session;
    };

    const session = (await start('fresh', OWN)) ?? '';
    if (preset.session.own) expect(session).toBe(OWN);
    expect(await start('resume', session)).toBe(session);
    const forked = await start('fork', session);
    expect(forked !== undefined).toBe(preset.session.fork !== undefined);
    expect(forked).not.toBe(session);
  },
);
