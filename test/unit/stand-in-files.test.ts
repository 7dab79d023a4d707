import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { agentStart } from '#core/agent-start';
import type { Json, Preset } from '#core/preset';
import { shippedPresets } from '#world/agents/presets';
import { provision } from '#world/agents/provision';
import { playedBy } from '../../src/trials/stand-in/command.ts';
import { isSpared, type Site, transcriptOf, writeTranscript } from '../../src/trials/stand-in/files.ts';
import { hookCommands } from '../../src/trials/stand-in/hooks.ts';
import { lookOf } from '../../src/trials/stand-in/look.ts';
import { readWords } from '../../src/trials/stand-in/words.ts';

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'gt-')));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const agents = shippedPresets().filter(({ preset }) => preset.prompt.how !== 'none');

/** What a start of gt gives the program: the words, the environment, the directory. */
function siteOf(name: string, preset: Preset): Site & { readonly places: { config: string; home: string; root: string } } {
  const worktree = join(root, 'shop/polecats/furiosa/rig');
  const home = join(root, 'shop/polecats');
  const places = { config: join(root, '.runtime/agents', name), home, root, worktree, id: 'the-id' };
  const start = agentStart(preset, { mode: 'fresh', autonomous: true, hooks: true, places });
  if (!start) throw new Error(`${name} does not start`);
  const words = readWords(preset, start.argv.slice(1));
  return { preset, look: lookOf(name), words, cwd: worktree, env: { ...start.env, ANTHROPIC_AUTH_TOKEN: 'x' }, places };
}

/** The dialogs that a first start would show. */
function asked(site: Site): string[] {
  return Object.entries(site.look.dialogs).flatMap(([name, dialog]) => {
    const shows = typeof dialog.at_start === 'string' ? site.words.all.includes(dialog.at_start) : dialog.at_start;
    return shows && !isSpared(site, dialog) ? [name] : [];
  });
}

describe.each(agents)('the files of $name', ({ name, preset }) => {
  test('that gt writes spare it every dialog of a first start but the login, which is a person’s', async () => {
    const site = siteOf(name, preset);
    await provision({ preset, places: site.places, autonomous: true, hooks: true });
    const logins = preset.screen.dialogs.filter(({ kind }) => kind === 'login').map((dialog) => dialog.name);
    expect(asked(site)).toEqual(logins);
  });

  test('hold hooks that its stand-in finds, as many as gt wrote', async () => {
    const site = siteOf(name, preset);
    await provision({ preset, places: site.places, autonomous: true, hooks: true });
    const events = Object.values(preset.hooks?.kind === 'command' ? preset.hooks.events : {}).filter(
      (event) => event !== undefined,
    );
    const wrote =
      JSON.stringify((preset.hooks?.kind === 'command' ? preset.hooks.files : []).map(({ content }) => content)).split(
        '"type":"command"',
      ).length - 1;
    expect(events.flatMap((event) => hookCommands(site, event)).length).toBe(wrote);
    for (const event of events)
      for (const { timeoutMs } of hookCommands(site, event)) expect(timeoutMs).toBeGreaterThanOrEqual(3000);
  });
});

test.each([
  ['claude', ['theme', 'trust', 'bypass']],
  ['codex', ['sign-in']],
  ['gemini', ['trust', 'auth']],
  ['qwen', ['trust']],
  ['copilot', ['trust']],
  ['pi', []],
] as const)('%s, of whose files none is written, asks: %j', (name, dialogs) => {
  expect(asked(siteOf(name, playedBy(name).preset))).toEqual(dialogs);
});

test('a key that nobody approved is asked about, unless a token stands in its place', () => {
  const site = siteOf('claude', playedBy('claude').preset);
  const env = { ...site.env, ANTHROPIC_API_KEY: 'k' };
  expect(asked({ ...site, env })).not.toContain('custom-key');
  expect(asked({ ...site, env: { ...env, ANTHROPIC_AUTH_TOKEN: undefined } })).toContain('custom-key');
});

test('a key in the environment of the town is used without a question, but where somebody has logged in', async () => {
  const { preset } = playedBy('claude');
  const site = siteOf('claude', preset);
  const env = { ...site.env, ANTHROPIC_AUTH_TOKEN: undefined, ANTHROPIC_API_KEY: 'sk-0123456789abcdefghijklmn' };
  const provisioned = () => provision({ preset, places: site.places, autonomous: true, hooks: true, env });
  mkdirSync(site.places.config, { recursive: true });
  writeFileSync(join(site.places.config, '.credentials.json'), '{}');
  await provisioned();
  expect(asked({ ...site, env })).toEqual(['custom-key']);
  rmSync(join(site.places.config, '.credentials.json'));
  await provisioned();
  await provisioned();
  expect(asked({ ...site, env })).toEqual([]);
  const { customApiKeyResponses, hasCompletedOnboarding } = JSON.parse(
    readFileSync(join(site.places.config, '.claude.json'), 'utf8'),
  );
  expect(customApiKeyResponses).toEqual({ approved: ['456789abcdefghijklmn'] });
  expect(hasCompletedOnboarding).toBe(true);
});

test('a settings file that is broken is dropped without a word: the warning is back', async () => {
  const { preset } = playedBy('claude');
  const site = siteOf('claude', preset);
  await provision({ preset, places: site.places, autonomous: true, hooks: true });
  writeFileSync(join(site.places.config, 'settings.json'), '{"skip');
  expect(asked(site)).toEqual(['bypass']);
});

test.each(agents.filter(({ name }) => lookOf(name).transcript))(
  'the transcript of $name tells usage once for each answer',
  ({ name, preset }) => {
    const site = siteOf(name, preset);
    const values: Record<string, Json> = {
      text: 'go #1',
      answer: 'Done.',
      message: 'm1',
      input: 5,
      output: 2,
      cached: 1,
      all_input: 5,
      all_output: 2,
    };
    for (const moment of ['start', 'prompt', 'usage'] as const) writeTranscript(site, moment, values, { id: 'the-id' });
    const path = transcriptOf(site, 'the-id') ?? '';
    expect(path.startsWith(site.places.config)).toBe(true);
    const text = readFileSync(path, 'utf8');
    expect(text).toContain('go #1');
    expect(text).not.toMatch(/\{[a-z_]+\}/);
    const usage = text.split('\n').filter((line) => /[uU]sage|tokens/.test(line));
    expect(usage).toHaveLength(1);
    expect(usage[0]).toMatch(/:5\b/);
  },
);

test('a program that nobody has drawn is played by its preset file alone', () => {
  const file = join(root, 'madeup.json');
  mkdirSync(root, { recursive: true });
  writeFileSync(file, JSON.stringify({ command: 'madeup', quit: { words: '/bye' } }));
  const { preset, look } = playedBy(file);
  expect([preset.command, look.box.mark]).toEqual(['madeup', '> ']);
  expect(() => playedBy('madeup')).toThrow('no preset `madeup`');
});
