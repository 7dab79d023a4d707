import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RAN_OUT, ranOut, settled } from '#core/delivery';
import { HOOK_CLAIM_MS } from '#core/limits';
import { fileLetters } from '#ops/file-letters';
import { delivered } from '#ops/hook-called';
import { moveDelivery } from '#ops/move-delivery';
import { MailAtWork, mailsIn } from '../support/mail-at-work.ts';
import { type PrivateRedis, privateRedis } from '../support/redis.ts';
import { runs } from '../support/runs.ts';
import { good } from '../support/shop.ts';

let redis: PrivateRedis;
beforeAll(async () => {
  redis = await privateRedis();
});
afterAll(() => redis.stop());

/** Mail for one agent, and what has truly arrived at it: which the books cannot see. */
class Story {
  readonly mail: MailAtWork;
  readonly sent: Array<{ readonly id: string; readonly thread: string }> = [];
  readonly arrived: string[] = [];
  sessions = 1;

  constructor(mail: MailAtWork) {
    this.mail = mail;
  }

  async send(pick: number): Promise<void> {
    const old = this.sent.at(-1 - (pick % 5));
    const text = pick % 13 === 0 ? 'x'.repeat(9000) : pick % 4 === 0 ? 'y'.repeat(3000) : `mail ${pick}`;
    const reply = pick % 2 === 0 && old ? { replyTo: old.id } : {};
    const { id, thread } = await this.mail.send(text, { ...reply, priority: pick % 5 === 0 ? 1 : 2 });
    this.sent.push({ id, thread });
  }

  async hook(pick: number): Promise<void> {
    const fetched = await this.mail.context();
    if (pick % 4 === 0) return; // killed before it printed
    this.arrived.push(...fetched.deliveries.flatMap(({ text }) => mailsIn(text)));
    if (pick % 4 !== 1) await delivered(this.mail.desk, fetched); // else killed after it printed
  }

  /** The end of a turn is refused, and its agent goes on; or its hook is killed, and the next that is heard is the end of another turn. */
  async stop(pick: number): Promise<void> {
    const fetched = await this.mail.at.stop({ goesOn: false });
    if (pick % 3 === 0) return void (await this.mail.at.stop({ goesOn: false, mayPrint: false }));
    this.arrived.push(...fetched.deliveries.flatMap(({ text }) => mailsIn(text)));
    await this.mail.at.stop({ goesOn: true, mayPrint: false });
  }

  async terminal(pick: number): Promise<void> {
    const text = await this.mail.terminal(this.mail.at.caller.session);
    const [first] = await this.mail.line();
    if (text === undefined || first === undefined || pick % 6 === 5) return; // a worker that died: it is asked for again
    await this.answered(first, pick);
  }

  async answered(id: string, pick: number): Promise<void> {
    const state = (['taken', 'not-sent', 'unknown', 'expired'] as const)[pick % 4];
    const text = (await this.mail.desk.books.textField(id, 'text')) ?? '';
    let isHere = false; // one worker has it at the host: who comes later finds that it was answered
    await moveDelivery(this.mail.desk, id, (doc, _, now) => {
      isHere = doc.state === 'claimed' && doc.claim?.path === 'terminal';
      if (!isHere || state === undefined) return undefined;
      const { notBefore: _before, ...move } = settled(doc, { state }, now);
      return move;
    });
    if (isHere && (state === 'taken' || (state === 'unknown' && pick % 8 > 3))) this.arrived.push(...mailsIn(text));
  }

  /** What a dead worker left at the terminal has an outcome; what no hook reported runs out. */
  async later(pick: number): Promise<void> {
    const [first] = await this.mail.line();
    if (first === undefined) return;
    const doc = await this.mail.at.read(first);
    if (doc.claim?.path === 'terminal') return this.answered(first, pick);
    await moveDelivery(this.mail.at.later(pick % 2 ? HOOK_CLAIM_MS : 1e9), first, (now, _, at) =>
      ranOut(now, at) ? { doc: now, state: 'unknown', why: RAN_OUT } : undefined,
    );
  }

  async dies(): Promise<void> {
    const { desk, at } = this.mail;
    this.sessions++;
    const session = `${at.caller.run}.s${this.sessions}`;
    const token = at.caller.token.replace(/\.s\d+\./, `.s${this.sessions}.`);
    await desk.change(async (reading) => {
      const run = await reading.get('run', at.caller.run);
      if (!run?.session) throw new Error('no session');
      return { put: [{ noun: 'run', doc: { ...run, session: { ...run.session, id: session, token } } }], answer: undefined };
    });
    Object.assign(at.caller, { session, token });
  }

  async reads(pick: number): Promise<void> {
    const one = this.sent[pick % Math.max(1, this.sent.length)];
    const looking = { mailbox: this.mail.at.work, isOwn: true };
    if (one) good(await fileLetters(this.mail.desk, looking, [one.id], pick % 2 ? 'read' : 'archived'));
  }

  async check(): Promise<void> {
    const { desk, at } = this.mail;
    expect(new Set(this.arrived).size, 'nothing is told twice').toBe(this.arrived.length);
    const place = new Map(this.sent.map(({ id }, i) => [id, i]));
    for (const thread of new Set(this.sent.map((one) => one.thread))) {
      const own = new Set(this.sent.filter((one) => one.thread === thread).map(({ id }) => id));
      const told = this.arrived.filter((id) => own.has(id)).map((id) => place.get(id) ?? -1);
      expect(told, 'a thread is told in order').toEqual([...told].sort((a, b) => a - b));
    }
    for (const one of this.sent) {
      const { told, state } = await this.mail.letter(one);
      if (told === 'told') expect(this.arrived).toContain(one.id);
      if (told === 'waiting' || told === 'none') expect(this.arrived).not.toContain(one.id);
      if (told === 'none') expect(state).not.toBe('unread');
    }
    const open = await Promise.all((await this.mail.line()).map((id) => at.read(id)));
    expect(
      open.filter((doc) => !doc.letters && doc.state === 'pending').length,
      'one delivery for all that waits',
    ).toBeLessThanOrEqual(1);
    if ((await desk.books.count(`letters.waiting:${at.work}`)) > 0)
      expect(
        open.filter((doc) => doc.mail && !doc.letters),
        'what waits is on its way',
      ).toHaveLength(1);
  }
}

const ACTIONS = ['send', 'send', 'send', 'hook', 'stop', 'terminal', 'later', 'reads', 'dies'] as const;

test('whatever hooks, terminals, readers and deaths do, also at once: each mail is told once at most, each thread in order, and nothing is left lying', {
  timeout: 240_000,
}, async () => {
  const moment = fc.array(fc.tuple(fc.constantFrom(...ACTIONS), fc.nat(60)), { minLength: 1, maxLength: 3 });
  await fc.assert(
    fc.asyncProperty(fc.array(moment, { minLength: 8, maxLength: 30 }), async (moments) => {
      const mail = await MailAtWork.open(redis.path);
      const story = new Story(mail);
      try {
        for (const together of moments) {
          // A session has one turn at a time, and threads are written to by one hand here: what is told is judged by that order.
          const alone =
            together.some(([what]) => what === 'dies' || what === 'stop') ||
            together.filter(([what]) => what === 'send').length > 1;
          if (alone) for (const [what, pick] of together) await story[what](pick);
          else await Promise.all(together.map(([what, pick]) => story[what](pick)));
        }
        await story.check();
        for (let i = 0; i < 200 && (await mail.line()).length > 0; i++) {
          await story.later(1);
          await story.hook(2);
        }
        await story.check();
        expect(await mail.desk.books.count(`letters.waiting:${mail.at.work}`)).toBe(0);
      } finally {
        mail.desk.close();
      }
    }),
    { numRuns: runs(40) },
  );
});
