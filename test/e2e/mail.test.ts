import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Inbox, Opened } from '#views/mail';
import { SmallAgents } from '../support/small-agents.ts';
import { HarmedTown } from '../support/trial.ts';

let town: HarmedTown;
let agents: SmallAgents;
let plain = '';
let hooked = '';
beforeAll(async () => {
  town = await HarmedTown.open();
  agents = new SmallAgents(town);
  await town.rig('shop');
  [plain, hooked] = [await agents.begin('plain'), await agents.begin('hooked')];
}, 90_000);
afterAll(() => town.close());

/** gt as the agent of an item calls it. */
const as = async (work: string) => ({ env: { GT_SESSION: (await town.read('run', `${work}.r1`))?.session?.token } });
const told = (id: string) => town.event('mail.injected', ({ subject }) => subject === id);

test('a mail to an agent without hooks is typed at its prompt, once; it answers, and the answer lies in the inbox of the person', async () => {
  const { id } = await town.ask<{ id: string }>(['mail', 'send', plain, 'Look at the API.\nIt has changed.']);
  await told(id);
  expect(agents.submits('plain')).toEqual([
    expect.stringMatching(new RegExp(`^\\[GAS TOWN\\] Mail ${id} from overseer, .*: Look at the API\\.\nLook at`)),
  ]);
  const agent = await as(plain);
  expect(await town.ask<Inbox>(['inbox'], agent)).toMatchObject({
    unread: 1,
    letters: [{ message: id, told: 'told', state: 'unread' }],
  });
  expect(await town.ask<Opened>(['mail', 'read', '1'], agent)).toMatchObject({ body: 'Look at the API.\nIt has changed.' });
  expect((await town.does(['mail', 'check'], agent)).out).toBe('no unread mail\n');
  await town.does(['mail', 'reply', id, 'Seen.', `My token is ${agent.env.GT_SESSION}`], agent);
  const { letters } = await town.ask<Inbox>(['mail', 'inbox', '--unread']);
  expect((await town.does(['status'])).out).toContain('\n  1 unread mail: gt inbox\n');
  expect(letters).toMatchObject([{ subject: 'Re: Look at the API.', from: expect.stringMatching(/^shop\/polecats\//) }]);
  const { out } = await town.does(['mail', 'read', '1']);
  expect(out).toMatch(/Seen\. My token is \*+/);
  expect(await town.ask<Inbox>(['mail', 'inbox', '--unread'])).toMatchObject({ unread: 0 });
});

test('an agent with hooks that works is told after a tool, and at the end of its turn goes on with what came', async () => {
  await town.ask(['nudge', hooked, 'WAIT:tool please, and then go on', '--wait']);
  await agents.waits('hooked', 'tool');
  const { id } = await town.ask<{ id: string }>([
    'mail',
    'send',
    hooked,
    '-s',
    'The API',
    '-m',
    'has changed',
    '--priority',
    'high',
  ]);
  agents.go('hooked', 'tool');
  const { text = '' } = await agents.reached(
    'hooked',
    ({ event, text: said }) => event === 'PostToolUse' && said?.includes(id) === true,
  );
  expect(JSON.parse(text)).toMatchObject({
    hookSpecificOutput: { additionalContext: expect.stringContaining(`Mail ${id} from overseer`) },
  });
  await told(id);
  await agents.rests('hooked');
  await town.ask(['nudge', hooked, 'THINK:stop and then end', '--wait']);
  await agents.waits('hooked', 'stop');
  const last = await town.ask<{ id: string }>(['send', hooked, 'one thing more']);
  agents.go('hooked', 'stop');
  expect((await agents.reached('hooked', ({ is }) => is === 'stop')).reason).toContain(`Mail ${last.id} from`);
  await told(last.id);
  expect(agents.submits('hooked').join()).not.toContain('Mail ml-');
});

test('when its item is closed, mail that nobody was told comes back to who sent it', async () => {
  await town.ask(['nudge', plain, 'WAIT:over', '--wait']);
  const { id } = await town.ask<{ id: string }>(['mail', 'send', plain, 'too late']);
  const run = await town.read('run', `${plain}.r1`);
  const report = join(town.dir, 'report');
  writeFileSync(report, 'Nothing had to be changed.\n');
  await town.does(['done', '--no-code', '--report', report], { ...(await as(plain)), cwd: run?.dir ?? '' });
  await town.event('mail.undeliverable', ({ subject }) => subject === id);
  const { letters } = await town.ask<Inbox>(['inbox', '--unread']);
  expect(letters).toMatchObject([{ subject: 'Not delivered: too late', type: 'undeliverable' }]);
});

test('what cannot be sent is refused in two lines', async () => {
  const refused = async (words: string[], input = '') => {
    const { exit, err } = await town.gt(['mail', ...words], { input });
    return [exit, err.trim().split('\n')];
  };
  const lines = (...says: string[]) => says.map((one) => expect.stringContaining(one));
  expect(await refused(['send', 'mayor', '--stdin'], 'x'.repeat(5 * 1024 * 1024))).toEqual([2, lines('5242880', 'file')]);
  expect(await refused(['send', 'majjor', 'hello'])).toEqual([3, lines('majjor', '`mayor`')]);
  expect(await refused(['send', 'mayor'])).toEqual([2, lines('says nothing', 'subject')]);
  expect(await refused(['send', 'mayor', 'x', '-p', 'soon'])).toEqual([2, lines('soon', '0 (first)')]);
  expect(await refused(['send'])).toEqual([2, lines('for nobody', 'address')]);
  expect(await refused(['read', '99'])).toEqual([3, lines('99', 'gt mail inbox')]);
  expect(await refused(['send', 'mayor', 'x', '--reply-to', 'ml-none'])).toEqual([3, lines('ml-none', 'gt mail inbox')]);
  expect(await refused(['search', ' '])).toEqual([2, lines('nothing to look for', 'gt mail search')]);
  const file = join(town.dir, 'report');
  expect(await refused(['export', '-o', file])).toEqual([2, lines('is there already', 'new file')]);
  expect(readFileSync(file, 'utf8')).toContain('Nothing had');
  const quiet = await town.gt(['dnd', 'on']);
  expect([quiet.exit, quiet.err.trim().split('\n')]).toEqual([2, lines('nothing before a person', 'gt needs')]);
  expect(await refused(['archive'])).toEqual([2, lines('Which mails', '--read')]);
});
