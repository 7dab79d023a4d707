import type { HookInput } from '#core/hook-words';
import type { Delivery } from '#core/records';
import { type Fetched, hookCalled } from '#ops/hook-called';
import { moveDelivery } from '#ops/move-delivery';
import { type Nudge, nudge } from '#ops/nudge';
import { sling } from '#ops/sling';
import { type TestDesk, testDesk } from './desk.ts';
import { freshOnRedis } from './fresh.ts';
import { good, newItem, TOKEN } from './shop.ts';

/** A hook's call after a tool, and at a prompt. */
export const tool: HookInput = { tool: 'Bash', event: 'PostToolUse' };
export const prompt = (text: string): HookInput => ({ event: 'UserPromptSubmit', prompt: text });

export const ids = ({ deliveries }: Fetched): string[] => deliveries.map(({ id }) => id);

/** An agent with a session of a run, in books of its own; what is said to it, and what its hooks ask. */
export class AgentAtWork {
  readonly desk: TestDesk;
  /** The socket of its Redis. */
  readonly path: string;
  readonly work: string;
  readonly caller: { session: string; run: string; token: string };

  private constructor(desk: TestDesk, path: string, work: string, run: string) {
    this.desk = desk;
    this.path = path;
    this.work = work;
    this.caller = { session: `${run}.s1`, run, token: TOKEN };
  }

  static async open(path: string): Promise<AgentAtWork> {
    const desk = await testDesk(path);
    const { id } = await newItem(desk, 'Greet');
    await sling(desk, { ids: [id] });
    const run = await desk.grant(id, { token: TOKEN });
    desk.woken.length = 0;
    return new AgentAtWork(desk, path, id, run.id);
  }

  async say(text: string, more: Partial<Nudge> = {}): Promise<string> {
    return good(await nudge(this.desk, { to: 'shop/toast', work: this.work, text, mode: 'wait-idle', ...more })).id;
  }

  async read(id: string): Promise<Delivery> {
    return (await this.desk.books.read('delivery', id)) as Delivery;
  }

  async stateOf(id: string): Promise<Delivery['state']> {
    return (await this.read(id)).state;
  }

  /** Who waits, in order. */
  async line(): Promise<string[] | undefined> {
    return (await this.desk.books.read('recipient', this.work))?.line.map(({ id }) => id);
  }

  async context(input: HookInput = tool): Promise<Fetched> {
    return good(await hookCalled(this.desk, this.caller, { at: 'context', input, mayPrint: true }));
  }

  async stop({ mayPrint = true, ...input }: { goesOn?: boolean; mayPrint?: boolean } = {}): Promise<Fetched> {
    return good(await hookCalled(this.desk, this.caller, { at: 'stop', input, mayPrint }));
  }

  /** Claims the terminal, as the delivery's job does. */
  atTerminal(id: string): Promise<Delivery | undefined> {
    const { session } = this.caller;
    return moveDelivery(this.desk, id, (doc, _, now) => ({
      doc,
      state: 'claimed',
      claim: { path: 'terminal', owner: 'worker 1', session, at: now, until: now + 1e6 },
    }));
  }

  /** The same desk, so many ms later. */
  later(ms: number): TestDesk {
    return { ...this.desk, clock: { now: () => this.desk.clock.now() + ms } };
  }
}

/** For each test an agent at work, in books of its own, on a Redis of the file. */
export const agentEachTest = (take: (one: AgentAtWork) => void) =>
  freshOnRedis({ open: AgentAtWork.open, end: ({ desk }) => desk.close() }, take);
