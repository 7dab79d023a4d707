/** Nudges for programs that are models, in time that a test moves. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HostRefused } from '#world/pty/host';
import type { Mode, NudgeResult } from '#world/pty/nudge/asked';
import { Nudges } from '#world/pty/nudge/nudges';
import type { Temper } from './model-tui.ts';
import { MODEL_SCREEN, ModelTui } from './model-tui.ts';
import { VirtualTime } from './virtual-time.ts';

type Asked = {
  readonly mode?: Mode;
  readonly key?: string;
  readonly expiresIn?: number;
  readonly keys?: object;
  readonly session?: string;
};

export class NudgeDesk {
  readonly time = new VirtualTime();
  readonly dir = mkdtempSync(join(tmpdir(), 'gt-nudges-'));
  readonly tuis = new Map<string, ModelTui>();
  readonly warnings: string[] = [];
  readonly told: string[] = [];
  nudges = this.open();

  /** A table over the same sessions and the same directory: what the next host would have. */
  open(): Nudges {
    return new Nudges({
      seat: (id) => {
        const tui = this.tuis.get(id);
        if (!tui) throw new HostRefused('SESSION_UNKNOWN', id);
        return tui;
      },
      isKnown: (id) => this.tuis.has(id),
      times: this.time,
      dir: join(this.dir, 'nudges'),
      warn: (line) => this.warnings.push(line),
      tell: (session, nudge, state) => this.told.push(`${session} ${nudge} ${state}`),
    });
  }

  tui(id = 's', temper: Partial<Temper> = {}): ModelTui {
    const made = new ModelTui(this.time, { debounce: 80, redraw: 80, latency: () => 5, ...temper });
    this.tuis.set(id, made);
    return made;
  }

  ask(nudge: string, text: string, { mode = 'wait-idle', key, expiresIn = 3_600_000, keys = {}, session = 's' }: Asked = {}) {
    const order = { nudge, session, text, mode, expiresAt: this.time.now() + expiresIn, data: { screen: MODEL_SCREEN, keys } };
    const answer: { result?: NudgeResult; fault?: Error } = {};
    this.nudges.nudge({ ...order, ...(key !== undefined && { key }) }).then(
      (result) => {
        answer.result = result;
      },
      (fault) => {
        answer.fault = fault;
      },
    );
    return answer;
  }

  /** Asks, and lets time pass until the answer is there. */
  async send(nudge: string, text: string, asked: Asked = {}): Promise<NudgeResult> {
    const answer = this.ask(nudge, text, asked);
    await this.time.pass(7_200_000, () => answer.result !== undefined || answer.fault !== undefined);
    if (!answer.result) throw answer.fault ?? new Error(`no answer for ${nudge}`);
    return answer.result;
  }

  clear(): void {
    rmSync(this.dir, { recursive: true, force: true });
  }
}
