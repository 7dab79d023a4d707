import { readDialog } from '#core/dialog';
import type { Classified } from '#core/screen-state';
import { systemClock } from '#world/clock';
import type { DialogAnswer, DialogResult, DialogSeen } from '#world/pty/dialog/asked';
import { HostRefused } from '#world/pty/host';
import type { NudgeAsked, NudgeResult } from '#world/pty/nudge/asked';

/** A host that answers as the test says: how a real one answers is tried in test/e2e/nudge-delivery.test.ts. */
export class SaidHost {
  readonly asked: NudgeAsked[] = [];
  readonly withdrawn: string[] = [];
  readonly acked: string[] = [];
  readonly features = new Set(['nudge', 'dialog']);
  /** Answers to come, in order; without one it goes on waiting. */
  readonly answers: Array<NudgeResult | HostRefused> = [];
  readonly #waiting = new Map<string, (result: NudgeResult) => void>();
  /** What a dialog is answered with: answers to come, and what was asked for. */
  readonly chooses: DialogResult[] = [];
  readonly chosen: DialogAnswer[] = [];
  reads: DialogSeen | undefined;
  readings = 0;
  running = true;
  looks: Classified['state'] = 'busy';
  looked = 0;
  /** What else the screen shows, as the program's own. */
  signs: { readonly context?: string; readonly full?: string } = {};
  blind = false;
  startedAt = 0;
  /** Bytes of output so far. */
  seq = 0;
  lastOutputAt = systemClock.now();

  async get(id: string) {
    return this.running ? { id, state: 'running', lastOutputAt: this.lastOutputAt, seq: this.seq } : undefined;
  }
  async info() {
    return { startedAt: this.startedAt };
  }
  async look() {
    this.looked++;
    if (this.blind) throw new HostRefused('PTY_GONE', 'it has just ended');
    return { state: this.looks, why: `the screen says ${this.looks}`, ...this.signs };
  }
  async nudge(asked: NudgeAsked): Promise<NudgeResult> {
    this.asked.push(asked);
    const next = this.answers.shift();
    if (next instanceof HostRefused) throw next;
    return next ?? new Promise((resolve) => this.#waiting.set(asked.nudge, resolve));
  }
  async readDialog(): Promise<DialogSeen> {
    this.readings++;
    const why = `the screen says ${this.looks}`;
    return this.reads ?? { state: this.looks, why, id: readDialog([], { why }).id, choices: [], screen: '' };
  }
  async answerDialog(asked: DialogAnswer): Promise<DialogResult> {
    this.chosen.push(asked);
    return this.chooses.shift() ?? { outcome: 'stays', why: 'nothing was said', pressed: false };
  }
  async withdraw(id: string) {
    this.withdrawn.push(id);
    return { withdrawn: true };
  }
  async ackNudge(id: string) {
    this.acked.push(id);
    return { acked: true };
  }
  answer(result: NudgeResult): void {
    for (const resolve of this.#waiting.values()) resolve(result);
  }
}
