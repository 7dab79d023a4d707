/** The nudges of one session, one after the other: in the order in which they came, as far as their modes let them. */
import type { Classified } from '#core/screen-state';
import { classify } from '#core/screen-state';
import type { ScreenView } from '#core/screen-view';
import type { NudgeResult } from './asked.ts';
import type { Seat, Times } from './eyes.ts';
import { Eyes, Over, Stopped } from './eyes.ts';
import type { Nudge } from './nudge.ts';
import { hindrance, QUIET_MS, Settled, STEADY_MS, told } from './place.ts';
import { Sending } from './sending.ts';

/** Between two looks at a program that is not ready: a busy one draws ten times a second, and more. */
const GAP_MS = 100;
/** How long a person's draft is left alone, where there are keys that put it aside, ms. */
const DRAFT_MS = 2 * 60_000;

/** What a line needs. */
export type LineDeps = {
  readonly seat: Seat;
  readonly times: Times;
  readonly note: (nudge: Nudge) => void;
  readonly byFile: (nudge: Nudge) => string;
  readonly settle: (nudge: Nudge, result: NudgeResult) => void;
  readonly warn: (line: string) => void;
};

type Choice = { readonly nudge: Nudge; readonly state: string; readonly view?: ScreenView };

/** The line of one session. */
export class Line {
  readonly #deps: LineDeps;
  #eyes: Eyes;
  #nudges: Nudge[] = [];
  #isRunning = false;
  #isStopped = false;
  #draftSince = 0;

  constructor(deps: LineDeps) {
    this.#deps = deps;
    this.#eyes = new Eyes(deps.seat, deps.times);
  }

  /** Those that have not ended. */
  get nudges(): readonly Nudge[] {
    return this.#nudges;
  }

  add(nudge: Nudge): void {
    this.#nudges.push(nudge);
    this.#go();
  }

  /** Takes one out that was settled. */
  remove(nudge: Nudge): void {
    this.#nudges = this.#nudges.filter((one) => one !== nudge);
    this.#eyes.wake();
  }

  /** Does nothing more, until `start`. What was begun stays begun. */
  stop(): void {
    this.#isStopped = true;
    this.#eyes.stop();
  }

  start(): void {
    if (!this.#isStopped) return;
    this.#isStopped = false;
    this.#deps.seat.keep(false);
    this.#eyes = new Eyes(this.#deps.seat, this.#deps.times);
    this.#isRunning = false;
    this.#go();
  }

  /** Lets go of the session. */
  close(): void {
    this.stop();
    for (const nudge of [...this.#nudges]) this.#settle(nudge, told('not-sent', 'the session was forgotten'));
  }

  #go(): void {
    if (this.#isStopped) return;
    if (this.#isRunning) {
      this.#eyes.wake();
      return;
    }
    this.#isRunning = true;
    const eyes = this.#eyes;
    void this.#run(eyes)
      .catch((fault) => this.#fail(fault))
      .finally(() => {
        if (eyes !== this.#eyes) return; // begun anew meanwhile
        this.#isRunning = false;
        if (this.#nudges.length > 0) this.#go();
      });
  }

  /** The session has ended, or this line is at fault: nobody may wait for ever. */
  #fail(fault: unknown): void {
    if (fault instanceof Stopped) return;
    if (!(fault instanceof Over)) this.#deps.warn(`nudges: ${fault instanceof Error ? fault.stack : fault}`);
    const why = fault instanceof Over ? 'the session has ended' : `the host failed: ${fault}`;
    const typed = fault instanceof Over ? 'not-sent' : 'draft-left'; // with its program a draft is gone
    const ends = { waiting: 'not-sent', pasted: typed, entered: 'unknown' } as const;
    for (const nudge of [...this.#nudges]) this.#settle(nudge, told(ends[nudge.step], why));
  }

  async #run(eyes: Eyes): Promise<void> {
    for (let choice = await this.#choose(eyes); choice; choice = await this.#choose(eyes)) {
      const { nudge, view } = choice;
      const { seat, times, note, byFile } = this.#deps;
      try {
        const result = await new Sending(nudge, { seat, eyes, times, note, byFile }).run(view);
        if (result) this.#settle(nudge, result);
      } catch (fault) {
        if (!(fault instanceof Settled)) throw fault;
      }
    }
  }

  #settle(nudge: Nudge, result: NudgeResult): void {
    this.#nudges = this.#nudges.filter((one) => one !== nudge);
    this.#deps.settle(nudge, result);
  }

  /** Waits until one may be sent; undefined when there is none. */
  async #choose(eyes: Eyes): Promise<Choice | undefined> {
    for (;;) {
      this.#expire();
      if (this.#nudges.length === 0) return undefined;
      const begun = this.#nudges.find((nudge) => nudge.step !== 'waiting');
      if (begun) return { nudge: begun, state: 'begun' };
      if (await this.#waitForPerson(eyes)) continue;
      const first = this.#pick(await eyes.view());
      if (first?.nudge.order.mode === 'immediate') return first;
      if (first) {
        await eyes.pause(STEADY_MS);
        const again = this.#hasTypedLately() ? undefined : this.#pick(await eyes.view());
        if (again && !this.#hasTypedLately() && again.nudge === first.nudge && again.state === first.state) return again;
        if (again) continue;
      }
      await eyes.pause(GAP_MS);
      await eyes.rest(this.#untilNext());
    }
  }

  #hasTypedLately(): boolean {
    return this.#deps.times.now() - this.#deps.seat.typedAt() < QUIET_MS;
  }

  async #waitForPerson(eyes: Eyes): Promise<boolean> {
    const { times, seat } = this.#deps;
    if (!this.#hasTypedLately()) return false;
    for (const nudge of this.#nudges) nudge.why = 'a person types';
    await eyes.pause(Math.min(this.#untilNext(), seat.typedAt() + QUIET_MS - times.now()));
    return true;
  }

  /** The first that may be sent now; immediate ones before all others. Those that say why not are told so, immediate ones for good. */
  #pick(view: ScreenView): Choice | undefined {
    const rank = (nudge: Nudge) => (nudge.order.mode === 'immediate' ? 0 : 1);
    const inOrder = [...this.#nudges].sort((left, right) => rank(left) - rank(right));
    let choice: Choice | undefined;
    const seen = new Map<unknown, Classified>();
    for (const nudge of inOrder) {
      const { signs } = nudge.program;
      const found = seen.get(signs) ?? classify(view, signs);
      seen.set(signs, found);
      const why = hindrance(nudge, found);
      nudge.why = why ?? 'others are before it';
      if (why === undefined) choice ??= { nudge, state: found.state, view };
      else if (nudge.order.mode === 'immediate') this.#settle(nudge, told('not-sent', why, { ...found, view }));
    }
    const [first] = inOrder;
    if (first) this.#mindDraft(first, seen.get(first.program.signs));
    return choice;
  }

  /** A person's draft that was left alone long enough is put aside, where the program can do that. */
  #mindDraft(nudge: Nudge, found: Classified | undefined): void {
    const { times, seat, warn } = this.#deps;
    if (!found?.draft) {
      this.#draftSince = 0;
      return;
    }
    this.#draftSince ||= times.now();
    const { stash } = nudge.program;
    if (times.now() - this.#draftSince < DRAFT_MS || found.state === 'dialog') return;
    if (stash === undefined) nudge.why = `${nudge.why}; this program has no key to put it aside`;
    else {
      this.#draftSince = times.now();
      seat.write(stash).catch((fault) => warn(`a draft could not be put aside: ${fault}`));
    }
  }

  #expire(): void {
    const now = this.#deps.times.now();
    for (const nudge of [...this.#nudges])
      if (nudge.step === 'waiting' && now >= nudge.order.expiresAt)
        this.#settle(nudge, told('expired', nudge.why || 'its time was over before it could be sent'));
  }

  /** Until the first of them expires, or a draft has stood long enough, ms. */
  #untilNext(): number {
    const now = this.#deps.times.now();
    if (this.#nudges.length === 0) return 0;
    const ends = this.#nudges.map((nudge) => nudge.order.expiresAt);
    if (this.#draftSince > 0 && now - this.#draftSince < DRAFT_MS) ends.push(this.#draftSince + DRAFT_MS);
    return Math.max(0, Math.min(...ends) - now);
  }
}
