import type { Member } from '#core/ids';

/** Somebody who was woken and has not come for so long has ended meanwhile: the next in the line may go first (ms). */
const COMES_WITHIN_MS = 10_000;

/**
 * Places for commands: so many run at once, whoever started them. Who finds none free stands in a line and is woken when it is its turn; its job is parked
 * meanwhile. The line is the worker's own: it ends with it, so who is parked looks again by itself after a while.
 */
export class Places {
  readonly #limit: number;
  readonly #now: () => number;
  readonly #mark: (members: readonly Member[]) => void;
  readonly #line = new Map<Member, { calledAt?: number }>();
  #taken = 0;

  /** @param mark makes jobs look again, those too that are on their way to be parked; its faults are its own */
  constructor(limit: number, now: () => number, mark: (members: readonly Member[]) => void) {
    this.#limit = limit;
    this.#now = now;
    this.#mark = mark;
  }

  /** A place, to be given back once; undefined when none is free for this one yet. */
  take(member: Member): (() => void) | undefined {
    this.#forget();
    const known = this.#line.get(member);
    if (!known) this.#line.set(member, {});
    const before = [...this.#line.keys()].indexOf(member);
    if (before >= this.#limit - this.#taken) {
      if (known) delete known.calledAt;
      return undefined;
    }
    this.#line.delete(member);
    this.#taken++;
    let given = false;
    return () => {
      if (given) return;
      given = true;
      this.#taken--;
      this.#call();
    };
  }

  #call(): void {
    const next = [...this.#line].slice(0, this.#limit - this.#taken).filter(([, entry]) => entry.calledAt === undefined);
    for (const [, entry] of next) entry.calledAt = this.#now();
    if (next.length > 0) this.#mark(next.map(([member]) => member));
  }

  #forget(): void {
    const late = this.#now() - COMES_WITHIN_MS;
    for (const [member, { calledAt }] of this.#line) if (calledAt !== undefined && calledAt < late) this.#line.delete(member);
  }
}
