import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { mayFetch } from '#core/hook-words';
import type { Preset } from '#core/preset';
import { isRefusal } from '#core/refusals';
import { ROLES, type Template, templateOf } from '#core/roles';
import { configDirectory } from '#world/agents/launch';
import { shippedPresets } from '#world/agents/presets';
import { provision } from '#world/agents/provision';
import { rigLayout, townLayout } from '#world/config/layout';
import { fillRig } from '#world/config/make-rig';
import { makeTown } from '#world/config/make-town';

let base: string;
beforeEach(() => {
  base = realpathSync(mkdtempSync(join(tmpdir(), 'gt-')));
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const calling = shippedPresets()
  .filter(({ preset: { hooks } }) => hooks?.kind === 'command' && hooks.files.length > 0)
  .map(({ name, preset }) => [name, preset] as const);

/** What each moment calls, as the files say that were written for such a role. */
async function calls(preset: Preset, template: Template): Promise<Record<string, string[]>> {
  const places = { config: join(base, 'town/.runtime/agents/x', template), home: join(base, 'town', template), root: base };
  const written = await provision({ preset, places, autonomous: true, hooks: true, template });
  const found: Record<string, string[]> = {};
  for (const { path } of written.filter(({ path }) => existsSync(path) && path.endsWith('.json'))) {
    const { hooks = {} } = JSON.parse(readFileSync(path, 'utf8')) as { hooks?: Record<string, object[]> };
    for (const [event, entries] of Object.entries(hooks))
      found[event] = [...JSON.stringify(entries).matchAll(/gt\}\\" ([a-z -]+?)(?: \|\||")/g)].map(
        (match) => match[1]?.trim() ?? '',
      );
  }
  return found;
}

describe.each(calling)('%s', (_name, preset) => {
  const { events, prime } = preset.hooks as NonNullable<Preset['hooks']>;
  const start = prime === 'start' ? (events.start ?? '') : (events.prompt ?? '');

  // One file for all roles of the town, or one above each git directory: of a shared one gt looks at the role when it is called.
  const isShared = (preset.hooks?.files ?? []).every(({ path }) => path.startsWith('{config}'));

  test('tells an interactive role its mail at each prompt, and an autonomous one at the start too', async () => {
    const [interactive, autonomous] = [await calls(preset, 'interactive'), await calls(preset, 'autonomous')];
    for (const found of [interactive, autonomous]) {
      expect(found[events.prompt ?? '']).toContain('mail check --inject');
      expect(found[start]).toContain('prime --hook');
    }
    expect(autonomous[start]).toContain('mail check --inject');
    if (isShared) expect(autonomous).toEqual(interactive);
    else expect(interactive[start]).toEqual(['prime --hook']);
    const { [start]: _one, ...others } = interactive;
    expect(autonomous).toMatchObject(others);
  });

  test('tells both the end of a turn, and asks about every tool', async () => {
    for (const found of [await calls(preset, 'interactive'), await calls(preset, 'autonomous')]) {
      expect(found[events.stop ?? '']).toEqual(['signal stop']);
      expect(found[events.before_tool ?? '']).toEqual(['tap guard']);
      expect(found[events.after_tool ?? '']).toEqual(['mail check --inject']);
    }
  });
});

test('a start tells nobody its mail whom a person speaks to; every other moment, and every other role, is told', () => {
  const fetches = (event: string) => [...ROLES, undefined].filter((role) => mayFetch({ event }, role));
  expect(fetches('SessionStart')).toEqual(['deacon', 'boot', 'dog', 'witness', 'refinery', 'polecat', undefined]);
  for (const event of ['UserPromptSubmit', 'BeforeAgent', 'PostToolUse']) expect(fetches(event)).toEqual([...ROLES, undefined]);
});

test('the settings of every role are there before an agent was: the same that a start would write, and a file of a person stays', async () => {
  const { root } = townLayout(join(base, 'town'));
  mkdirSync(join(root, 'deacon/.claude'), { recursive: true });
  writeFileSync(join(root, 'deacon/.claude/settings.json'), '{"mine":1}');
  const made = makeTown({ root, name: 'town', now: 0 });
  if (isRefusal(made)) throw new Error(made.refused);
  const rig = rigLayout(root, 'shop');
  fillRig(rig, { type: 'rig', version: 1, name: 'shop', git_url: '/shop', beads: { prefix: 'sh' } }, {});
  expect(readFileSync(join(root, 'deacon/.claude/settings.json'), 'utf8')).toBe('{"mine":1}');
  const claude = shippedPresets().find(({ name }) => name === 'claude')?.preset as Preset;
  const homes = [
    ['mayor', join(root, 'mayor')],
    ['witness', rig.witness],
    ['refinery', join(rig.rig, 'refinery')],
    ['crew', rig.crewFolder],
    ['polecat', rig.polecatsFolder],
  ] as const;
  for (const [role, home] of homes) {
    const places = { config: join(root, '.runtime/agents/claude'), home, root };
    const { changed } = (
      await provision({ preset: claude, places, autonomous: true, hooks: true, template: templateOf(role) })
    ).find(({ path }) => path === join(home, '.claude/settings.json')) as { changed: boolean };
    expect([role, changed]).toEqual([role, false]);
  }
});

test('Claude’s settings stand above the git directory, and what it asks before it acts is another matter than its template', async () => {
  const claude = shippedPresets().find(({ name }) => name === 'claude')?.preset as Preset;
  const places = { config: join(base, 'town/.runtime/agents/claude'), home: join(base, 'town/shop/crew'), root: base };
  await provision({ preset: claude, places, autonomous: true, hooks: true, template: 'interactive' });
  expect(existsSync(join(places.home, '.claude/settings.json'))).toBe(true);
  expect(readFileSync(join(places.config, 'settings.json'), 'utf8')).toContain('skipDangerousModePermissionPrompt');
});

test('Claude’s own directory may be one that a person named: what stands there stays, and gt adds to it', async () => {
  const claude = shippedPresets().find(({ name }) => name === 'claude') as { name: string; preset: Preset };
  const theirs = join(base, 'theirs');
  const layout = townLayout(join(base, 'town'));
  const config = configDirectory(claude, layout, { CLAUDE_RUNTIME_CONFIG_DIR: theirs });
  expect([config, configDirectory(claude, layout, {})]).toEqual([theirs, layout.agentConfig('claude')]);
  mkdirSync(theirs);
  const before = {
    '.claude.json': { mcpServers: { x: {} }, projects: { '/p': { hasTrustDialogAccepted: true } } },
    'settings.json': { model: 'm' },
  };
  for (const [name, json] of Object.entries(before)) writeFileSync(join(theirs, name), JSON.stringify(json));
  await provision({
    preset: claude.preset,
    places: { config, home: join(base, 'town/mayor'), root: base },
    autonomous: true,
    hooks: true,
  });
  const after = (name: string) => JSON.parse(readFileSync(join(theirs, name), 'utf8'));
  expect(after('.claude.json')).toMatchObject({ ...before['.claude.json'], hasCompletedOnboarding: true });
  expect(after('settings.json')).toEqual({ model: 'm', skipDangerousModePermissionPrompt: true });
});
