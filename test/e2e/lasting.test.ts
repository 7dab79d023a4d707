import { readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { AgentLine } from '#views/agents';
import type { Why } from '#views/why';
import { bornOf } from '#world/processes/process';
import { gtLine as gt } from '../support/attach-town.ts';
import { LastingTown } from '../support/lasting.ts';
import { Tmux, triedOnTmux } from '../support/tmux.ts';

const MAYOR = 'hq-mayor';
vi.setConfig({ testTimeout: 300_000 }); // some 25 calls of gt in a story
let town: LastingTown;
let tmux: Tmux | undefined;
beforeAll(async () => {
  town = await LastingTown.with({
    operational: { restart_backoff: { first: '0ms', base: '20ms', max: '50ms' } },
    agents: { leaves: { command: '/bin/sh', args: ['-c', 'echo I leave; exit 3'] } },
  });
});
afterAll(async () => {
  await tmux?.close();
  await town?.close();
});

/** The mayor says hello when it is spoken to: then it has a conversation. */
async function spokenTo(text: string) {
  await town.does(['nudge', 'mayor', text]);
  await town.becomes(MAYOR, 'it has heard', ({ session }) => session?.ackedAt !== undefined);
}

test('the mayor comes with the town and waits; it outlives a worker; killed, it is back in its conversation, and after the host too', async () => {
  const { out } = await town.does(['up']);
  expect(out).toContain('mayor comes, and waits at its prompt: gt mayor attach');
  const first = await town.there(MAYOR);
  expect(first.session.first).toBeUndefined();
  expect((await town.does(['seance'])).out).toMatch(/hq-mayor\.s1 .*\[GAS TOWN\] mayor <- gt • .* • start/);
  await spokenTo('are you there?');
  // what its prompt tells it to ask
  const asks = (token: string) => town.gt(['hook'], { env: { GT_SESSION: token } });
  expect(await asks(first.session.token)).toMatchObject({ exit: 0, out: expect.stringMatching(/^Nothing is on your hook/) });
  expect(await asks(`${first.session.token}0`)).toMatchObject({ exit: 4, err: expect.stringContaining('is not the one that') });
  // its program would pass over settings that are no JSON without a word
  const settings = join(town.root, 'mayor/.claude/settings.json');
  const text = readFileSync(settings, 'utf8');
  writeFileSync(settings, text.slice(0, -3));
  const { out: looked } = await town.gt(['doctor']);
  expect(looked).toMatch(/ok +sessions +host/); // it is no stray
  expect(looked).toMatch(/ill +sessions +agent-settings +.*no JSON: mayor\/\.claude\/settings\.json/);
  writeFileSync(settings, text);

  const worker = await town.kill('worker');
  await town.anotherWorker(worker);
  process.kill(first.session.pid, 'SIGKILL');
  const second = await town.there(MAYOR, 2);
  await town.becomes(MAYOR, 'it has taken its conversation up', ({ session }) => session?.primed !== undefined);
  expect(second).toMatchObject({ deaths: 1, session: { mode: 'resume', before: { ended: 'signal 9', goesOn: true } } });
  expect(second.session.conversation).toBe(first.session.conversation);
  expect(bornOf(first.session.pid)).not.toBe(first.session.born); // the number may be given out again

  await town.kill('host');
  const third = await town.there(MAYOR, 3);
  expect(third).toMatchObject({ deaths: 1, session: { mode: 'resume', before: { goesOn: true } } }); // nobody spoke in the second
  await town.gone(second.session.pid);
});

test('whoever works beside the mayor has its role, place and name in git, whether it has a session or not; stopped, killed or with its town down, it is there anew', async () => {
  const { session } = await town.there(MAYOR, 3);
  const place = async () =>
    (await town.does(['capture', 'mayor', 'pwd; env | grep -E "^(GT|BEADS|BD|GIT_[AC].*NAME)" | grep -v GT_RUN_ID | sort'])).out;
  const beside = await place();
  expect(beside).toMatch(/^\/.*\/mayor\nBEADS_DIR=.*\/\.beads\nGIT_AUTHOR_NAME=mayor\n[\s\S]*\nGT_ROLE=mayor\n/);
  expect(beside).not.toMatch(/GT_SESSION|BD_ACTOR/);
  await town.does(['mayor', 'stop']);
  await town.becomes(MAYOR, 'it has ended', ({ session }) => session?.exit !== undefined);
  await town.gone(session.pid);
  expect(await place()).toBe(beside);
  expect((await town.does(['up'])).out).toContain('The mayor was stopped: gt mayor start');
  expect(await town.ask<AgentLine[]>(['agents'])).toMatchObject([{ address: 'mayor', state: 'stopped', pid: null }]);

  await town.does(['mayor', 'start', 'look around']);
  expect(await town.there(MAYOR, 4)).toMatchObject({
    sessions: 4,
    deaths: 0,
    session: { mode: 'fresh', first: { text: 'look around' } },
  });
  await town.does(['kill', 'mayor']);
  expect((await town.does(['up'])).out).toContain('The mayor was killed: gt wake mayor');
  await town.does(['wake', 'mayor']);
  expect(await town.there(MAYOR, 5)).toMatchObject({ deaths: 0 });
  // What was sent while nobody was there is told to the next session, though it rests at its prompt and says nothing by itself.
  await town.does(['mayor', 'stop']);
  await town.becomes(MAYOR, 'it has ended again', ({ session }) => session?.exit !== undefined);
  const { id } = await town.ask<{ id: string }>(['mail', 'send', 'mayor', 'while you were away']);
  await town.does(['mayor', 'start']);
  await town.event('mail.injected', ({ subject }) => subject === id);
  await town.there(MAYOR, 6);
  await town.does(['down']);
  await town.does(['up']);
  expect(await town.there(MAYOR, 7)).toMatchObject({ deaths: 0, session: { mode: 'fresh' } });
});

test('an agent that ends again and again is left in peace: somebody is asked, and may start it again', async () => {
  await town.does(['dog', 'create', 'rex', '--agent', 'leaves']);
  await town.does(['dog', 'start', 'rex']);
  const broken = await town.becomes('hq-dog-rex', 'broken', (agent) => agent.broken !== undefined);
  expect(broken).toMatchObject({ sessions: 5, deaths: 5, session: { lastWords: expect.stringContaining('I leave') } });
  // who is asked is written down behind it that it is broken, and the mayor is told last
  expect(
    await town.until('the mayor is told', () => town.read('message', 'ml-help-hq-esc-hq-dog-rex-crash_loop-hq-dog-rex.s5')),
  ).toMatchObject({
    to: ['mayor'],
    from: 'dogs/rex',
    subject: expect.stringMatching(/^exit code 3 \(5 crashes in 15 minutes\): dogs\/rex is not started again\..*I leave/),
  });
  const { out } = await town.does(['status']);
  expect(out).toMatch(
    /Needs you: 1\n +dogs\/rex +exit code 3 \(5 crashes in 15 minutes\): not started again.*\n +gt dog start rex/,
  );
  await town.does(['dog', 'start', 'rex']);
  await town.becomes('hq-dog-rex', 'broken again', (agent) => agent.broken !== undefined && agent.sessions === 10);
  await town.does(['dog', 'stop', 'rex']);
});

test('one that is handed off to a program that is not there: mayor and person are told, and another that the settings say by then comes', async () => {
  const dogs = (agent: string) =>
    town.settle({ agent: 'claude', role_agents: { dog: agent }, agents: { away: { command: join(town.dir, 'away') } } });
  dogs('claude');
  await town.does(['dog', 'create', 'max']);
  await town.does(['dog', 'start', 'max', 'fetch it']);
  await town.there('hq-dog-max');
  dogs('away');
  await town.does(['handoff', 'dogs/max', 'half is fetched', '--now']);
  await town.becomes('hq-dog-max', 'it cannot be started', ({ waits }) => waits?.todo !== undefined);
  const told = await town.until('the mayor is told', () => town.read('message', 'ml-help-hq-esc-hq-dog-max-cycle-hq-dog-max.s2'));
  expect(told).toMatchObject({ to: ['mayor'], from: 'dogs/max', type: 'HELP' });
  expect((await town.does(['needs'])).out).toMatch(/dogs\/max +Agent `away` needs/);
  dogs('claude');
  expect((await town.does(['dog', 'start', 'max'])).out).toContain('comes');
  expect(await town.there('hq-dog-max', 3)).toMatchObject({ using: 'claude', deaths: 0 });
  await town.becomes('hq-dog-max', 'it has called', ({ session, cycle }) => session?.ackedAt !== undefined && !cycle);
  expect(await town.read('escalation', 'hq-esc-hq-dog-max-cycle')).toMatchObject({ state: 'closed' });
  await town.does(['dog', 'stop', 'max']);
});

test('polecats and lasting agents of one program count together, and what has to wait says why', async () => {
  await town.there(MAYOR);
  town.settle({ agent: 'claude', role_agents: { dog: 'shell' } });
  await town.does(['dog', 'create', 'mute']);
  expect(await town.gt(['dog', 'start', 'mute'])).toMatchObject({ exit: 2, err: expect.stringContaining('takes no words') });
  town.settle({ agent: 'claude', max_sessions_per_agent: { claude: 1 } });
  await town.does(['dog', 'create', 'ace']);
  await town.does(['dog', 'start', 'ace']);
  await town.becomes(
    'hq-dog-ace',
    'it waits',
    ({ waits }) => waits?.why === '1 of 1 sessions of claude run (max_sessions_per_agent)',
  );
  expect(await town.ask<Why>(['why', 'dogs/ace'])).toMatchObject({ reasons: [{ code: 'waits' }] });
  await town.rig('alpha', 'true');
  // of crew without a session the place and the names are known, too
  await town.does(['crew', 'add', 'ann', '--rig', 'alpha']);
  const names = 'echo "$GT_ROLE $GT_RIG $GT_CREW $GIT_AUTHOR_NAME $BEADS_DIR [$GT_SESSION$BD_ACTOR]"';
  expect((await town.does(['capture', 'alpha/ann', names])).out).toMatch(
    /^crew alpha ann alpha\/crew\/ann \/.*\/alpha\/\.beads \[\]\n/,
  );
  expect((await town.does(['peek', 'alpha/witness'])).out).toContain('is gt itself: no agent sits there');
  const { id } = await town.ask<{ id: string }>(['work', 'create', 'A piece', '--rig', 'alpha']);
  await town.does(['sling', id]);
  await town.until('the item is in line', async () => {
    const { reasons } = await town.ask<Why>(['why', id]);
    return reasons[0]?.code === 'program-full' && reasons[1]?.code === 'in-line';
  });
  await town.does(['mayor', 'stop']);
  // one place is free: exactly one of the two has it
  await town.until('somebody took the place', async () => {
    const [ace, run] = [await town.read('agent', 'hq-dog-ace'), await town.read('run', `${id}.r1`)];
    expect(ace?.session !== undefined && run !== undefined).toBe(false);
    return ace?.session !== undefined || run !== undefined;
  });
  town.settle({ agent: 'claude' });
  await town.there('hq-dog-ace');
  await town.until('the item has its run', async () => (await town.read('run', `${id}.r1`)) !== undefined);
  await town.does(['dog', 'stop', 'ace']);
});

test('books that were cut back to before the mayor began take it back: the same process, under the same token', async () => {
  const folder = join(town.root, '.runtime/redis-data/appendonlydir');
  const tail = () => join(folder, readdirSync(folder).find((one) => one.endsWith('.incr.aof')) ?? '');
  const stopped = await town.becomes(MAYOR, 'it has ended', ({ session }) => session?.exit !== undefined);
  // all that Redis has answered is in its file then
  await (await town.link()).call('CONFIG', 'SET', 'appendfsync', 'always');
  const mark = statSync(tail()).size;
  await town.does(['mayor', 'start']);
  const { session } = await town.there(MAYOR, stopped.sessions + 1);
  await town.held(async () => {
    await town.kill('redis');
    truncateSync(tail(), mark);
  });
  const back = await town.there(MAYOR, stopped.sessions + 1);
  expect(back).toMatchObject({ wanted: { by: 'gt' }, session: { id: session.id, pid: session.pid, token: session.token } });
  expect(bornOf(session.pid)).toBe(session.born);
  await spokenTo('still there?');
});

test('who peeks at a role that gt fills itself sees what it does', async () => {
  for (const role of ['alpha/witness', 'alpha/refinery', 'deacon', 'boot'])
    expect((await town.does(['peek', role])).out).toMatch(new RegExp(`^${role}[ \\w]* gt itself`));
  expect((await town.gt(['peek', 'beta/witness'])).exit).toBe(3);
  expect(await town.gt(['nudge', 'alpha/witness', 'hello'])).toMatchObject({
    exit: 3,
    err: expect.stringContaining('`gt peek alpha/witness` shows what it does'),
  });
});

triedOnTmux(
  'the menu of agents attaches, and is there again when one leaves; a role that is code is seen at its work',
  async () => {
    tmux = new Tmux({ ...town.env, GT_TOWN_ROOT: town.root });
    const { session } = await town.there(MAYOR);
    tmux.open('one', 100, 30);
    await tmux.shows('one', 'OUT>');
    tmux.type('one', gt('agents'));
    await tmux.shows('one', /❯ +1 +mayor +\w+ +claude/);
    tmux.press('one', 'j', 'k', 'Enter');
    await tmux.sees('one', 'the mayor', ({ rows }) => rows.includes('Claude Code') && !rows.includes('Agents'));
    tmux.press('one', 'C-\\');
    await tmux.shows('one', /Agents[\s\S]*Left mayor, which goes on\./);
    tmux.press('one', 'q');
    await tmux.shows('one', /OUT> *$/m);
    expect(tmux.see('one').about).toMatch(/cursor_flag=1 .*alternate_on=0/);
    tmux.type('one', gt('refinery', 'attach', 'alpha'));
    await tmux.shows('one', /alpha\/refinery is gt itself[\s\S]*alpha → main[\s\S]*q leaves/);
    tmux.press('one', 'q');
    await tmux.shows('one', /OUT> *$/m);

    // nobody is there: it is started, and one line says so
    await town.does(['mayor', 'stop']);
    await town.gone(session.pid ?? 0);
    tmux.open('two', 100, 30);
    await tmux.shows('two', 'OUT>');
    tmux.type('two', gt('mayor', 'attach'));
    await tmux.shows('two', /bypass permissions on/);
    tmux.press('two', 'C-\\');
    await tmux.shows('two', 'Left mayor, which goes on.');
  },
);
