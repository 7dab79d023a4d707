import type { Check, Merge, Train } from '#core/records';
import { landDirect } from '#ops/land-direct';
import type { Git } from '#world/git/git';
import type { Rig, World } from '#world/world';
import type { Answer, Turn } from '../../processors/answer.ts';
import { checks } from '../../processors/checks.ts';
import { trains } from '../../processors/trains.ts';
import type { TestDesk } from './desk.ts';
import { request } from './records.ts';
import { good, newItem, shop } from './shop.ts';

/** Looks of one activation, at most: a train that needs more goes round and never rests. */
const LOOKS = 60;

/** A rig's train over real books, with a git of words: a candidate's tip names its base and its head, and its tree is named after its tip. */
export class TestTrain {
  readonly rig: Rig;
  readonly desk: TestDesk;
  tip = 'start';
  /** What a run of the checks on a tree ends with. */
  outcome: (tree: string) => 'passed' | 'failed' | 'error' = () => 'passed';
  /** Trees that were checked, in order. */
  readonly checked: string[] = [];
  readonly #world: World;

  constructor(desk: TestDesk, { hasChecks = true } = {}) {
    this.desk = desk;
    const commands = hasChecks ? [{ name: 'check', run: 'true', timeoutMs: 1000 }] : [];
    this.rig = { ...shop, checks: { spec: 's1', commands } };
    const treeOf = (commit: string) => `tree of ${commit}`;
    const git: Partial<Git> = {
      resolve: async (_repo, name) => (name === 'refs/heads/main' ? this.tip : undefined),
      treeOf: async (_repo, commit) => treeOf(commit),
      pin: async () => undefined,
      unpin: async () => undefined,
      candidate: async ({ base, head }) => {
        if (base.split('+').includes(head)) return { kind: 'contained' };
        return { kind: 'built', tip: `${base}+${head}`, tree: treeOf(`${base}+${head}`) } as const;
      },
      land: async ({ base, tip }) => {
        if (this.tip !== base) return { kind: 'moved', to: this.tip };
        this.tip = tip;
        return { kind: 'landed' };
      },
    };
    const check: World['check'] = async ({ commit }) => {
      const state = this.outcome(treeOf(commit));
      this.checked.push(treeOf(commit));
      const verdict = { state, startedAt: 1, endedAt: 2, tookMs: 1, tail: '', code: state === 'passed' ? 0 : 1 };
      return { verdict, ...(state === 'passed' ? {} : { failed: 'check' }), log: '' } as unknown as Awaited<
        ReturnType<World['check']>
      >;
    };
    this.#world = { desk, git, check, rig: () => this.rig } as unknown as World;
  }

  /** A request whose head is this word stands in the queue. @returns its id */
  async queued(head: string): Promise<string> {
    const { id: work } = await newItem(this.desk, head);
    const doc = request(`${work}.m1`, { rig: 'shop', head, state: 'queued', submittedAt: this.desk.clock.now() });
    await this.desk.change(async (reading) => {
      await reading.get('merge', doc.id);
      const item = await reading.get('work', work);
      return {
        put: [
          { noun: 'merge', doc },
          { noun: 'work', doc: { ...item, merge: doc.id } as never },
        ],
        answer: undefined,
      };
    });
    return doc.id;
  }

  /** The request is over, and its place in the queue is left: as half a commit that came back leaves it. */
  async forgetsPlace(id: string): Promise<void> {
    const doc = await this.merge(id);
    const landed = { ...doc, state: 'merged' as const } as Merge;
    await this.desk.change(async (reading) => {
      await reading.get('merge', id);
      return { put: [{ noun: 'merge', doc: landed }], stand: [{ noun: 'merge', doc: doc as Merge }], answer: undefined };
    });
  }

  async direct(id: string, override?: string): Promise<void> {
    good(await landDirect(this.desk, id, override));
  }

  /** One activation of the train's job. */
  async look(): Promise<Answer> {
    let left = LOOKS;
    const again = async () => {
      if (left-- === 0) throw new Error('the train goes round and never rests');
      return { doc: await this.train(), unmet: 0, seen: {} as never };
    };
    return trains(await this.#turn<'train'>('shop', again), this.#world);
  }

  /** Looks, and runs what checks it asks for, until it asks for none. */
  async run(): Promise<Answer> {
    for (;;) {
      const answer = await this.look();
      const open = await this.openCheck();
      if (!open) return answer;
      await checks(await this.#turn<'check'>(open.id, async () => ({ doc: open, unmet: 0, seen: {} as never })), this.#world);
    }
  }

  /** The check that it waits for. */
  async openCheck(): Promise<Check | undefined> {
    const { check } = (await this.train()) ?? {};
    const found = check ? await this.desk.books.read('check', check) : undefined;
    return found?.state === 'planned' ? found : undefined;
  }

  train = (): Promise<Train | undefined> => this.desk.books.read('train', 'shop');
  merge = (id: string): Promise<Merge | undefined> => this.desk.books.read('merge', id);
  types = async (): Promise<string[]> => (await this.desk.books.eventsAfter('0', 1000)).map(({ type }) => type);

  async #turn<N extends 'train' | 'check'>(id: string, again: Turn<N>['again']): Promise<Turn<N>> {
    const { signal } = new AbortController();
    return { id, member: `trains/${id}@1` as never, ...(await again()), again, signal, show: async () => undefined };
  }
}
