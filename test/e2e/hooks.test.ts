import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HOOK_WAIT_MS } from '#core/limits';
import type { Why } from '#views/why';
import { commits, HarmedTown } from '../support/trial.ts';
import { until } from '../support/until.ts';

let town: HarmedTown;
let id: string;
let env: Record<string, string>;
beforeAll(async () => {
  town = await HarmedTown.open();
  await town.rig('alpha', 'true');
  id = await town.work('alpha', `${town.counts('go')}\n${commits('a')}`);
  const { session } = await town.running(id);
  env = { GT_SESSION: session.token, GT_TARGET: 'main', GT_WORKTREE: '/nowhere', BD_ACTOR: 'alpha/polecats/x', GT_RIG: 'alpha' };
});
afterAll(() => town?.close());

/** Calls gt as a program does by its hook. */
const once = (words: readonly string[], told: object | string = {}, more: Record<string, string> = {}) =>
  town.gt(words, { env: { ...env, ...more }, input: typeof told === 'string' ? told : JSON.stringify(told) });
/** The same; one that gave up because the machine is slow (2 s) is called again: what a test sees must not depend on that. */
const hook: typeof once = async (...told) => {
  for (let tries = 1; ; tries++) {
    const begun = performance.now();
    const said = await once(...told);
    if (said.out || said.err || said.signal || tries === 10 || performance.now() - begun < HOOK_WAIT_MS) return said;
  }
};
const session = async () => (await town.read('run', `${id}.r1`))?.session;
const quiet = { exit: 0, out: '', err: '' };

test('a session is primed in the form of its program, and its conversation is known from then on', async () => {
  const told = { hook_event_name: 'SessionStart', session_id: 'talk-1', source: 'startup' };
  const { exit, out } = await hook(['prime', '--hook'], told, { GT_HOOK_FORM: 'json' });
  expect(exit).toBe(0);
  expect(JSON.parse(out).hookSpecificOutput.additionalContext).toContain(`On your hook: ${id}`);
  expect(await session()).toMatchObject({ conversation: 'talk-1', primed: 'talk-1' });
  expect((await hook(['prime', '--hook'], told)).out).toMatch(/^# Gas Town: you are alpha\/polecats\/\w+, a polecat\n/);
  expect((await hook(['prime'], '')).out).toContain(id);
});

test('a program whose prompts alone carry context is primed once, and again when its conversation was made shorter', async () => {
  const more = { GT_HOOK_FORM: 'key:additionalContext', GT_PRIME_AT: 'prompt' };
  const prompt = () => hook(['prime', '--hook'], { sessionId: 'talk-2', prompt: 'x' }, more);
  expect(JSON.parse((await prompt()).out)).toEqual({ additionalContext: expect.stringContaining(id) });
  expect(await prompt()).toEqual(quiet);
  expect(await hook(['signal', 'compact'], { session_id: 'talk-2', trigger: 'auto' })).toEqual(quiet);
  expect((await prompt()).out).toContain(id);
  expect(await session()).toMatchObject({ conversation: 'talk-2', noted: { compacted: { what: 'auto' } } });
});

test('a session whose context was read and not printed, because its hook was killed, is primed at its next prompt', async () => {
  const more = { GT_HOOK_FORM: 'key:additionalContext', GT_PRIME_AT: 'prompt' };
  const prompt = (env = {}) => hook(['prime', '--hook'], { sessionId: 'talk-3', prompt: 'x' }, { ...more, ...env });
  expect((await prompt({ GT_FAIL: 'prime-read' })).out).toBe('');
  expect((await prompt()).out).toContain(id);
  expect(await prompt()).toEqual(quiet);
});

test('what a program tells by a hook is noted, with an event, and nothing is printed', async () => {
  expect(await hook(['signal', 'failed'], { error: 'rate_limit' })).toEqual(quiet);
  expect(await hook(['signal', 'failed'], { error: 'server_error' })).toEqual(quiet);
  expect((await town.ask<Why>(['why', id])).reasons[0]).toMatchObject({
    code: 'turn-failed',
    evidence: expect.stringContaining('(server_error)'),
  });
  const words = { last_assistant_message: 'Prompt is too long · see the logs' };
  expect(await hook(['signal', 'failed'], { error: 'server_error', ...words })).toEqual(quiet); // its own words, of something else
  expect(await hook(['signal', 'failed'], { error: 'invalid_request', agent_id: 'a1', ...words })).toEqual(quiet); // of one that it has started
  expect((await session())?.noted).toMatchObject({ failed: { what: 'invalid_request' } });
  expect(await hook(['signal', 'permission'], { tool_name: 'Bash' })).toEqual(quiet);
  expect(await hook(['signal', 'end'], { reason: 'clear' })).toEqual(quiet);
  const { noted } = (await session()) ?? {};
  expect(noted).toMatchObject({ asked: { what: 'Bash' }, leaving: { what: 'clear' } });
  expect([noted?.['failed'], noted?.['limited']]).toEqual([undefined, undefined]); // its agent was heard again
  const types = (await town.events()).filter(({ subject }) => subject === `${id}.r1.s1`).map(({ type }) => type);
  expect(types).toEqual(expect.arrayContaining(['session.limited', 'session.failed', 'session.asked', 'session.leaving']));
});

test('the guard refuses with a reason that the model reads, and lets everything else pass', async () => {
  const tool = (command: string) => ({ tool_name: 'Bash', tool_input: { command } });
  expect(await hook(['tap', 'guard'], tool('git push origin main'))).toMatchObject({
    exit: 2,
    out: '',
    err: expect.stringContaining('refinery'),
  });
  expect(await hook(['tap', 'guard'], tool('git push origin polecat/x'))).toEqual(quiet);
  const denied = await hook(['tap', 'guard'], tool('git push origin main'), { GT_HOOK_FORM: 'key:additionalContext' });
  expect(JSON.parse(denied.out)).toMatchObject({ permissionDecision: 'deny' });
});

const HOOKS = [
  ['prime', '--hook'],
  ['tap', 'guard'],
  ['signal', 'failed'],
  ['signal', 'end'],
  ['signal', 'permission'],
  ['signal', 'compact'],
];
const FAULTS: Array<[fault: string, told: string, more: () => Record<string, string>]> = [
  ['no session', '{}', () => ({ GT_SESSION: '' })],
  ['a session that is over', '{}', () => ({ GT_SESSION: (env['GT_SESSION'] ?? '').replace('.s1.', '.s9.') })],
  ['a token of nobody', '{}', () => ({ GT_SESSION: 'x' })],
  ['no town', '{}', () => ({ GT_TOWN_ROOT: '/nowhere' })],
];
test.each(FAULTS)('a hook with %s breaks no agent: it says nothing and ends well', async (_fault, told, more) => {
  for (const words of HOOKS) expect(await once(words, told, more()), words.join(' ')).toEqual(quiet);
});

test('a person sees in an agent’s directory what it is told, also before it ever lived; elsewhere gt says where to go', async () => {
  const look = (cwd: string, ...words: string[]) => town.gt(['prime', ...words], { cwd });
  const run = await town.read('run', `${id}.r1`);
  const polecat = await look(join(run?.dir ?? '', '.git/..'));
  expect(polecat).toMatchObject({ exit: 0, out: expect.stringContaining(`On your hook: ${id}`) });
  expect((await look(join(town.root, 'mayor'))).out).toMatch(/^# Gas Town: you are mayor, the mayor\n/);
  mkdirSync(join(town.root, 'alpha/crew/ann'), { recursive: true });
  expect((await look(join(town.root, 'alpha/crew/ann'))).out).toMatch(
    /^# Gas Town: you are alpha\/crew\/ann, a member of the crew\n/,
  );
  expect((await look(town.dir, 'alpha/witness')).out).toContain('You are the witness of rig alpha');
  expect(await look(town.root)).toMatchObject({ exit: 2, err: expect.stringMatching(/^No agent works in .*\n.*mayor\//) });
  expect(await look(town.dir, 'nowhere/witness')).toMatchObject({ exit: 3, err: expect.stringContaining('no rig `nowhere`') });
  expect(await look(town.dir, 'alpha/witnes')).toMatchObject({
    exit: 3,
    err: expect.stringContaining('no agent `alpha/witnes`'),
  });
});

test('an agent is told what is kept for it, what the town and the rig add, and last their directives', async () => {
  const put = (name: string, text: string) => {
    mkdirSync(dirname(join(town.root, name)), { recursive: true });
    writeFileSync(join(town.root, name), text);
  };
  put('prompt-overlays/polecat.md', 'Of town {{town}}: {{work}}.');
  put('alpha/prompt-overlays/polecat.md', 'Land on {{target}}.');
  put('alpha/directives/polecat.md', 'Speak French.');
  const kept = await hook(['remember', 'Redis is on 6380', '--json']);
  expect(JSON.parse(kept.out)).toMatchObject({ for: 'rig:alpha' });
  const { out } = await hook(['prime', '--hook'], {});
  expect(out).toMatch(
    new RegExp(`Of town trial: ${id}\\.\\n\\nLand on main\\.[\\s\\S]*- Redis is on 6380 \\(mem-[\\s\\S]*Speak French\\.\\n?$`),
  );
  await hook(['forget', JSON.parse(kept.out).id]);
  expect((await hook(['prime'])).out).not.toContain('6380');
});

test('an overlay that is wrong is refused to a person in two lines, and no agent’s start hangs on it', async () => {
  writeFileSync(join(town.root, 'alpha/prompt-overlays/polecat.md'), 'On {{brnch}}.');
  const run = await town.read('run', `${id}.r1`);
  const person = await town.gt(['prime'], { cwd: run?.dir ?? '' });
  expect(person).toMatchObject({ exit: 2, out: '' });
  expect(person.err.trim().split('\n')).toEqual([
    expect.stringContaining('alpha/prompt-overlays/polecat.md: unknown variable {{brnch}}.'),
    expect.stringContaining('Did you mean {{branch}}?'),
  ]);
  const agent = await hook(['prime', '--hook'], {});
  expect(agent).toMatchObject({ exit: 0, err: '', out: expect.stringContaining(`On your hook: ${id}`) });
  expect(agent.out).toContain('Of town trial');
  expect(agent.out).not.toContain('brnch');
});

test('what is not JSON tells nothing', async () => {
  for (const told of ['', 'no', '[]', '{"tool_input":3}']) expect(await hook(['tap', 'guard'], told), told).toEqual(quiet);
  expect((await hook(['prime', '--hook'], 'no')).exit).toBe(0);
});

test('a Redis that takes calls and never answers holds up no agent', async () => {
  const path = join(town.dir, 'mute.sock');
  const server = createServer(() => undefined).listen(path);
  try {
    town.settle({ redis: { url: path } });
    for (const words of HOOKS) expect(await once(words), words.join(' ')).toEqual(quiet);
  } finally {
    town.settle({});
    server.close();
  }
});

test('a turn that failed since the context is full ends the session, by gt and at once, and the next one goes on', async () => {
  const told = { error: 'invalid_request', last_assistant_message: 'Prompt is too long' };
  // the hook is of this session, too: when gt is the quicker of the two it is ended with it
  const { exit, signal, out, err } = await hook(['signal', 'failed'], told);
  expect([out, err]).toEqual(['', '']);
  expect([0, 'SIGTERM']).toContain(signal ?? exit);
  await until(
    'the next session has begun',
    async () => (await session())?.id === `${id}.r1.s2` && (await session())?.pid,
    60_000,
  );
  expect((await session())?.before).toMatchObject({ cycled: true, filled: true });
  expect((await town.read('run', `${id}.r1`))?.deaths).toBe(0);
});

test('hooks of a town that is down say nothing', async () => {
  town.open('go');
  await town.landed(id);
  await town.does(['down']);
  for (const words of HOOKS) expect(await once(words), words.join(' ')).toEqual(quiet);
});
