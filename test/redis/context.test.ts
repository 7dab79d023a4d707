import { expect, test } from 'vitest';
import { hook as hookVerb } from '#cli/cmd/hook';
import { palette } from '#cli/colour';
import { MEMORIES_KEPT, MEMORIES_TOLD } from '#core/limits';
import type { Agent } from '#core/records';
import { forget, remember } from '#ops/remember';
import { sling } from '#ops/sling';
import { errand } from '#views/hook';
import { memoriesForPrime, memoriesOf } from '#views/memories';
import { prime } from '#views/prime';
import { deskEachTest, type TestDesk } from '../support/desk.ts';
import { aLasting } from '../support/records.ts';
import { good, newItem, TOKEN } from '../support/shop.ts';

let desk: TestDesk;
deskEachTest((one) => {
  desk = one;
});

const keep = async (text: string, scope = 'town', key?: string) =>
  good(await remember(desk, { text, scope, key, by: 'overseer' }));
const texts = async (...scopes: string[]) => (await memoriesOf(desk.books, scopes)).map(({ text }) => text);
const files = { shipped: 'You are {{name}} of {{rig}}: {{work}}.', overlays: [], directives: [] };

test('a fact is kept once, under a key the last one counts, and a forgotten one is gone', async () => {
  const first = await keep('  tests need\n Redis ');
  expect(first).toMatchObject({ id: expect.stringMatching(/^mem-[0-9a-z]{8}$/), for: 'town', text: 'tests need Redis' });
  expect((await keep('tests need Redis')).id).toBe(first.id);
  const port = await keep('port 1', 'rig:shop', 'port');
  expect((await keep('port 2', 'rig:shop', 'port')).id).toBe(port.id);
  expect(await texts('rig:shop', 'town')).toEqual(['port 2', 'tests need Redis']);
  expect((await memoriesOf(desk.books)).length).toBe(2);
  await forget(desk, port.id);
  expect(await texts('rig:shop')).toEqual([]);
  expect(await forget(desk, port.id)).toMatchObject({ refused: 'MEMORY_UNKNOWN' });
  const types = (await desk.books.eventsBefore(undefined, 9)).map(({ type }) => type);
  expect(types).toContain('memory.kept');
  expect(types[0]).toBe('memory.forgotten');
});

test('facts are short and not without number', async () => {
  const say = (text: string, key?: string) => remember(desk, { text, scope: 'town', key, by: 'overseer' });
  expect([await say(' '), await say('a\x1bb')]).toMatchObject([{ refused: 'USAGE' }, { refused: 'USAGE' }]);
  expect(await say('x'.repeat(501))).toMatchObject({ refused: 'TEXT_TOO_LONG', facts: { limit: 500 } });
  expect(await say('x', 'a key')).toMatchObject({ refused: 'USAGE' });
  for (let i = 0; i < MEMORIES_KEPT; i++) await keep(`fact ${i}`);
  expect(await say('one more')).toMatchObject({ refused: 'MEMORY_FULL' });
  expect(await say('fact 7')).toMatchObject({ text: 'fact 7' });
  const { lines, more } = await memoriesForPrime(desk.books, { role: 'mayor' });
  expect([lines.length, more]).toEqual([MEMORIES_TOLD, MEMORIES_KEPT - MEMORIES_TOLD]);
  expect(lines[0]).toMatch(/^fact 7 \(mem-/);
});

test('an agent is told what concerns the town, its rig, its role and itself, and nothing of others', async () => {
  for (const scope of ['town', 'rig:shop', 'rig:other', 'role:polecat', 'role:crew', 'shop/polecats/toast', 'shop/polecats/nux'])
    await keep(`for ${scope}`, scope);
  const { lines } = await memoriesForPrime(desk.books, { role: 'polecat', rig: 'shop', name: 'toast' });
  expect(lines.map((line) => line.replace(/ \(.*/, ''))).toEqual([
    'for shop/polecats/toast',
    'for role:polecat',
    'for rig:shop',
    'for town',
  ]);
});

test('a polecat reads first what its session before left to it, and a token that is over reads nothing', async () => {
  const work = await newItem(desk, 'Paint it', { text: { description: 'red' } });
  await sling(desk, { ids: [work.id] });
  const run = await desk.grant(work.id, { token: TOKEN });
  await desk.change(async () => ({
    put: [],
    text: [{ id: work.id, fields: { handoff: 'half of it is red' } }],
    answer: undefined,
  }));
  const who = { role: 'polecat', rig: 'shop', name: 'toast' } as const;
  const asked = (token: string) =>
    prime(desk, { who, holder: run, caller: { session: `${run.id}.s1`, token }, files, values: {}, now: 10 });
  const { context } = good(await asked(TOKEN));
  expect(context).toMatch(
    new RegExp(
      `^# Gas Town: [\\s\\S]*half of it is red[\\s\\S]*You are toast of shop: ${work.id}\\.[\\s\\S]*Paint it[\\s\\S]*red`,
    ),
  );
  expect(await asked('another')).toMatchObject({ refused: 'TOKEN_UNKNOWN' });
});

test('a lasting agent has no item on its hook, and is told of its mail that lies unread', async () => {
  const at = 5;
  const doc = {
    id: 'hq-mayor',
    generation: 1,
    role: 'mayor',
    rig: '',
    name: 'mayor',
    dir: '/t/mayor',
    createdAt: at,
    createdBy: 'x',
  };
  const mayor = { ...doc, sessions: 1, deaths: 0, diedAt: [], session: { id: 'hq-mayor.s1', token: 'k', at } } as Agent;
  await desk.change(async (reading) => {
    for (const n of [1, 2, 3, 4, 5, 6, 7]) await reading.get('letter', `l${n}`);
    const letter = {
      message: 'm',
      box: 'mayor',
      from: 'shop/witness',
      type: 'note',
      priority: 2,
      thread: 'm',
      bytes: 1,
      head: '',
    };
    return {
      put: [1, 2, 3, 4, 5, 6, 7].map((n) => ({
        noun: 'letter' as const,
        doc: {
          ...letter,
          id: `l${n}`,
          subject: `news ${n}`,
          at: n,
          state: n === 7 ? ('read' as const) : ('unread' as const),
          told: 'told' as const,
        },
      })),
      answer: undefined,
    };
  });
  const caller = { session: 'hq-mayor.s1', token: 'k' };
  const found = good(await prime(desk, { who: { role: 'mayor' }, holder: mayor, caller, files, values: {}, now: 10 }));
  expect(found).toMatchObject({ actor: 'mayor', role: 'mayor', work: null, leftOut: [] });
  expect(found.context).toMatch(
    /## Mail\n6 mails that were told before are unread \(`gt mail read <id>`\):\n- m from shop\/witness, [^:\n]+: news 6\n/,
  );
  expect(found.context).toContain('- and 1 more');
  expect(found.context).not.toContain('On your hook');
  const SHOW = { paint: palette(false), now: 0, width: 80, quiet: false };
  const hooked = await errand(desk.books, mayor);
  expect(hooked).toMatchObject({ id: null, address: 'mayor', session: 'hq-mayor.s1', first: null, note: false, unread: 6 });
  expect(hookVerb.text?.({ ...hooked, block: null }, SHOW)).toMatch(
    /^Nothing is on your hook.*\n\n6 mails .*`gt mail inbox --unread`/,
  );
});

test('the hook of a lasting agent without an item tells what it was told first and of the note that was left to it, not that it is over', async () => {
  const SHOW = { paint: palette(false), now: 0, width: 80, quiet: false };
  const rex = aLasting('hq-dog-rex', { role: 'dog', name: 'rex' });
  const idle = await errand(desk.books, { ...rex, session: { id: 'hq-dog-rex.s1', token: 'k', at: 5 } });
  expect(hookVerb.text?.({ ...idle, block: null }, SHOW)).toMatch(/^Nothing is on your hook[^\n]*\n\nNo mail is unread\./);
  await desk.change(async () => ({ put: [], text: [{ id: rex.id, fields: { handoff: 'look on' } }], answer: undefined }));
  const first = { text: 'count the \x1b[31mworktrees', by: 'deacon', at: 4 };
  const sent = await errand(desk.books, {
    ...rex,
    session: { id: 'hq-dog-rex.s2', token: 'k', at: 5, first },
    note: { session: 'hq-dog-rex.s1', at: 3, by: 'gt', read: 'hq-dog-rex.s2' },
  } as Agent);
  expect(sent).toMatchObject({ first, note: true, unread: 0 });
  const text = hookVerb.text?.({ ...sent, block: null }, SHOW);
  expect(text).toMatch(/^deacon told you first:\ncount the \[31mworktrees\n\n.*left you a note.*`gt prime`/);
  expect(text).not.toContain('Nothing');
});
