import { nextForDelivery } from '#core/delivery-next';
import type { Letter, Recipient } from '#core/records';
import { type Fetched, hookCalled } from '#ops/hook-called';
import { moveDelivery } from '#ops/move-delivery';
import { type Mail, postLetters, type Sent } from '#ops/send-mail';
import { AgentAtWork, tool } from './agent-at-work.ts';
import { freshOnRedis } from './fresh.ts';
import { good } from './shop.ts';

/** Mail for an agent at work: what is sent to it, and what it is told. */
export class MailAtWork {
  readonly at: AgentAtWork;
  readonly box = 'shop/polecats/toast';

  constructor(at: AgentAtWork) {
    this.at = at;
  }

  static async open(path: string): Promise<MailAtWork> {
    return new MailAtWork(await AgentAtWork.open(path));
  }

  get desk() {
    return this.at.desk;
  }

  async send(text: string, more: Partial<Mail> = {}): Promise<Sent> {
    const mail = { from: 'overseer', to: [this.box], text, ...more };
    return good(await postLetters(this.desk, mail, [{ box: this.box, line: this.at.work }]));
  }

  /** Its agent writes to the person. */
  async toMe(text: string, more: Partial<Mail> = {}): Promise<Sent> {
    const mail = { from: this.box, fromLine: this.at.work, to: ['overseer'], text, ...more };
    return good(await postLetters(this.desk, mail, [{ box: 'overseer' }]));
  }

  async letter({ id }: Pick<Sent, 'id'>): Promise<Letter> {
    return (await this.desk.books.read('letter', `${id}@${this.at.work}`)) as Letter;
  }

  async told(...mails: ReadonlyArray<Pick<Sent, 'id'>>): Promise<Array<Letter['told']>> {
    return Promise.all(mails.map(async (one) => (await this.letter(one)).told));
  }

  line(): Promise<string[]> {
    return this.at.line().then((ids) => ids ?? []);
  }

  async recipient(): Promise<Recipient> {
    return (await this.desk.books.read('recipient', this.at.work)) as Recipient;
  }

  /** What stands first in the line is claimed for the terminal, as its job does; or it has it already. @returns its text */
  async terminal(session = this.at.caller.session): Promise<string | undefined> {
    const [first] = await this.line();
    if (first === undefined) return undefined;
    const idle = { id: session, saidHello: true, lastOutputAt: 0, looksIdle: true };
    const claimed = await moveDelivery(this.desk, first, (doc, recipient, now) => {
      const move = nextForDelivery(doc, recipient, { over: false, takesByHook: false, session: idle }, now);
      if (move.do !== 'claim') return undefined;
      return { doc, state: 'claimed', claim: { path: 'terminal', owner: 'worker 1', session, at: now, until: now + 1e9 } };
    });
    return claimed?.claim?.path === 'terminal' && claimed.state === 'claimed'
      ? (await this.desk.books.text(first))['text']
      : undefined;
  }

  context(): Promise<Fetched> {
    return this.at.context();
  }

  /** A hook of another session of the same run. */
  async contextOf(caller: AgentAtWork['caller']): Promise<Fetched> {
    return good(await hookCalled(this.desk, caller, { at: 'context', input: tool, mayPrint: true }));
  }
}

/** The mails that a text tells of, in their order. */
export const mailsIn = (text: string): string[] =>
  [...text.matchAll(/^\[GAS TOWN\] Mail (\S+) from/gm)].map((found) => found[1] ?? '');

/** For each test mail for an agent at work, in books of its own, on a Redis of the file. */
export const mailEachTest = (take: (one: MailAtWork) => void) =>
  freshOnRedis({ open: MailAtWork.open, end: ({ desk }) => desk.close() }, take);
