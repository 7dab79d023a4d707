import { expect, test } from 'vitest';
import { command } from '#cli/command';
import { deskFor } from '#cli/wire-clean';
import type { Change } from '#core/change';
import type { Escalation } from '#core/records';
import type { Desk } from '#world/desk';
import { pinoLog } from '#world/file-log';
import { call } from '../support/cli.ts';

const SECRET = 'hunter2-correct/horse';
const AGENT = { GT_SESSION: 't.gp-1.r1.s1.0123456789abcdef', MY_API_KEY: SECRET, KEY_FILE: '/keys/of/mine' };

/** Its id and address hold what is a secret elsewhere. */
const QUESTION = {
  ...{ id: `hq-${SECRET}`, cause: 'asks', subject: 'gp-1', severity: 'low', count: 1, state: 'open', openedAt: 1, lastAt: 1 },
} as never as Escalation;

const say = command({
  args: [{ name: 'words', many: true }],
  options: [
    { name: 'note', value: 'text', help: '' },
    { name: 'from', value: 'file', help: '' },
  ],
  example: 'gt say hello',
  run: ({ args, opts }) => ({ ...args, ...opts }),
});
const topics = [{ title: 'T', verbs: { say: { help: '', load: () => say } } }];
const told = async (env: Record<string, string>, ...words: string[]) =>
  JSON.parse((await call(['say', '--json', ...words], { env }, topics)).out);

test("an agent's words reach the town without its secrets; a person's are left as they are, and so are paths", async () => {
  const words = [`the key is ${SECRET}`, '--note', `token ${AGENT.GT_SESSION}`, '--from', '/keys/of/mine'];
  expect(await told(AGENT, ...words)).toEqual({
    words: [`the key is ${'*'.repeat(SECRET.length)}`],
    note: `token ${'*'.repeat(AGENT.GT_SESSION.length)}`,
    from: '/keys/of/mine',
  });
  expect((await told({ MY_API_KEY: SECRET }, ...words)).words).toEqual([`the key is ${SECRET}`]);
});

test("long texts and events of an agent's change have stars where its secrets were", async () => {
  let written: Change<unknown> | undefined;
  const desk = {
    change: async (decide: (reading: never) => Promise<Change<unknown>>) => {
      written = await decide(undefined as never);
    },
  } as unknown as Desk;
  await deskFor(desk, AGENT).change(() => ({
    put: [{ noun: 'escalation', doc: { ...QUESTION, why: SECRET, screen: ['see', `is ${SECRET}?`] } as unknown as Escalation }],
    text: [{ id: 'm-1', fields: { body: `read ${SECRET}` } }],
    events: [{ type: 'mail.sent', subject: 'm-1', data: { head: `my ${SECRET}`, bytes: 3 } }],
    answer: undefined,
  }));
  const stars = '*'.repeat(SECRET.length);
  expect(written?.put[0]?.doc).toEqual({ ...QUESTION, why: stars, screen: ['see', `is ${stars}?`] });
  expect(written).toMatchObject({
    text: [{ fields: { body: `read ${stars}` } }],
    events: [{ data: { head: `my ${stars}`, bytes: 3 } }],
  });
});

test('the log has stars where a secret of its process would stand', () => {
  const lines: string[] = [];
  pinoLog({ write: (line) => void lines.push(line) }, AGENT).fault('push', new Error(`https://x:${SECRET}@host refused`), {
    work: 'gp-1',
  });
  expect(lines.join('')).not.toContain(SECRET);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({ msg: 'push', work: 'gp-1' });
});
