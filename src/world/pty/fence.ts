/** The fence of epochs: what the newest worker has begun, an older one may not change, even one that was stopped and comes back. */
import { readFileSync } from 'node:fs';
import { replaceFile } from './exits.ts';
import { HostRefused } from './host.ts';

/** Remembers the highest epoch on disk, for a host that starts again must not be fooled by the worker that comes first. */
export class Fence {
  readonly #file: string;
  #highest = 0;

  constructor(file: string) {
    this.#file = file;
    this.recall();
  }

  /** Reads what the disk remembers: the host before may have heard a newer worker in its last turn. */
  recall(): void {
    try {
      const epoch = Number(readFileSync(this.#file, 'latin1'));
      if (Number.isSafeInteger(epoch)) this.#highest = Math.max(this.#highest, epoch);
    } catch {}
  }

  /** Highest epoch heard, 0 before the first. */
  get highest(): number {
    return this.#highest;
  }

  hear(epoch: number): void {
    if (epoch <= this.#highest) return;
    this.#highest = epoch;
    replaceFile(this.#file, String(epoch));
  }

  /** Throws STALE_EPOCH for an epoch below the highest. People's commands have none and pass. */
  check(epoch: number | undefined): void {
    if (epoch !== undefined && epoch < this.#highest)
      throw new HostRefused('STALE_EPOCH', `Worker ${epoch} may change nothing here: worker ${this.#highest} has taken over.`);
  }
}
