/**
 * One nudge typed, seen in the input, sent by Enter, and seen gone. Every Enter comes right after a look that found no dialog; a text is never typed again
 * before the input was seen empty. It can begin at any step, for another process may have taken the ones before.
 */
import { holds, holdsMore, isWholly, needsFile, pasteOf } from '#core/nudge-text';
import type { ScreenView } from '#core/screen-view';
import { HostRefused } from '#world/pty/host';
import type { NudgeResult } from './asked.ts';
import { Over, Stopped } from './eyes.ts';
import type { Nudge } from './nudge.ts';
import type { Place, Seen } from './place.ts';
import { DIALOG_MS, HIDDEN_MS, judge, QUIET_MS, Settled, STEADY_MS, told } from './place.ts';

/** How long a typed text may take to be seen, and how long where nothing at all was printed since, ms. */
const ECHO_MS = 2_500;
const SILENT_MS = 10_000;
/** Between the sight of the text and Enter; after an Enter until it is judged; then before the next, ms. Their number bounds the Enters of an attempt. */
const SETTLE_MS = 100;
const VERIFY_MS = 700;
const MORE_MS = [200, 300, 400];
/** What is printed after an Enter before another is pressed: it shows that the program goes on. Without that, ms. */
const SIGNS_OF_LIFE = 2;
const LIFELESS_MS = 3_000;
/** One attempt. */
export class Sending {
  readonly #nudge: Nudge;
  readonly #at: Place;

  constructor(nudge: Nudge, at: Place) {
    this.#nudge = nudge;
    this.#at = at;
  }

  /** `view` is what was seen when it was found that the text may be typed. Rejects with Stopped, and with Settled. */
  async run(view?: ScreenView): Promise<NudgeResult> {
    const nudge = this.#nudge;
    try {
      if (nudge.step === 'waiting' && view) await this.#paste(view.bracketedPaste);
      const left = nudge.step === 'pasted' ? await this.#echo() : await this.#verify();
      return left ?? (await this.#send());
    } catch (fault) {
      if (fault instanceof HostRefused && fault.code === 'RETRY') throw new Stopped(); // the next host looks what was typed
      if (fault instanceof HostRefused && fault.code !== 'PTY_GONE')
        return told(nudge.step === 'entered' ? 'unknown' : 'draft-left', fault.message);
      if (!(fault instanceof Over || fault instanceof HostRefused)) throw fault;
      if (nudge.step === 'entered') return told('unknown', 'the session ended before it was seen to be taken');
      return told('not-sent', 'the session ended before it was sent');
    } finally {
      this.#at.hold(false);
    }
  }

  async #look(): Promise<Seen> {
    const view = await this.#at.eyes.view();
    if (this.#nudge.result) throw new Settled();
    const seen = judge(this.#nudge, view);
    this.#nudge.why = seen.why;
    return seen;
  }

  /** Nothing may come between the look before it and this. */
  async #write(bytes: string): Promise<void> {
    this.#at.eyes.check();
    this.#at.note(this.#nudge);
    await this.#at.seat.write(bytes);
    this.#at.eyes.check();
  }

  async #paste(isBracketed: boolean): Promise<void> {
    const nudge = this.#nudge;
    const { times, byFile, hold } = this.#at;
    nudge.typed = needsFile(nudge.order.text, isBracketed) ? byFile(nudge) : nudge.order.text;
    nudge.step = 'pasted';
    nudge.pastedAt = times.now();
    hold(true);
    await this.#write(pasteOf(nudge.typed, isBracketed));
    nudge.pastedAt = times.now();
  }

  /** Waits until the input shows the text. */
  async #echo(): Promise<NudgeResult | undefined> {
    const { eyes, times } = this.#at;
    const nudge = this.#nudge;
    let from = times.now();
    const heard = eyes.outputs;
    for (;;) {
      const seen = await this.#look();
      if (this.#isHeld(seen)) break;
      if (seen.state === 'dialog') {
        const open = await this.#open();
        if ('outcome' in open) return open;
        from = times.now();
        continue;
      }
      const waited = times.now() - from;
      const isSilent = eyes.outputs === heard || seen.draft === undefined;
      if (waited >= (isSilent ? SILENT_MS : ECHO_MS)) {
        const left = await this.#unseen(seen, eyes.outputs === heard);
        if (left) return left;
        break;
      }
      await eyes.rest((waited < ECHO_MS ? ECHO_MS : SILENT_MS) - waited);
    }
    const wait = nudge.program.enterAfter(Buffer.byteLength(nudge.typed));
    await eyes.pause(Math.max(SETTLE_MS, nudge.pastedAt + wait - times.now()));
    return undefined;
  }

  /** The text was not seen in time. */
  async #unseen(seen: Seen, isSilent: boolean): Promise<NudgeResult | undefined> {
    const nudge = this.#nudge;
    if (seen.draft === undefined) return told('draft-left', 'its input does not show', seen);
    if (seen.draft !== '') {
      if (this.#hasTyped(nudge.pastedAt)) return told('unknown', 'somebody typed, and its input holds something else', seen);
      return told('draft-left', 'its input shows something else', seen); // a dialog, perhaps, that nobody knows
    }
    if (this.#hasTyped(nudge.pastedAt)) return told('unknown', 'somebody typed, and its input is empty', seen);
    if (isSilent) return told('draft-left', 'the program does not read', seen);
    const again = await this.#again();
    if (again.draft !== '') return undefined;
    nudge.step = 'waiting';
    this.#at.note(nudge);
    return told('not-sent', 'the program dropped what was typed', again);
  }

  async #again(): Promise<Seen> {
    await this.#at.eyes.pause(STEADY_MS);
    return this.#look();
  }

  #hasTyped(since: number): boolean {
    return this.#at.seat.typedAt() >= since;
  }

  #isHeld({ draft }: Seen): boolean {
    const { typed, program } = this.#nudge;
    return draft !== undefined && draft !== '' && holds(draft, typed, program.signs.folded);
  }

  /** Presses Enter until the text is seen gone. */
  async #send(): Promise<NudgeResult> {
    const { eyes } = this.#at;
    const nudge = this.#nudge;
    for (let presses = 0; ; presses++) {
      const seen = await this.#open();
      if ('outcome' in seen) return seen;
      const gone = nudge.enters > 0 ? this.#taken(seen) : undefined;
      if (gone) return gone;
      if (seen.draft === '') {
        const again = await this.#again();
        if (again.draft === '') return told('unknown', 'its input was emptied by somebody else', again);
        continue;
      }
      const foreign = this.#foreign(seen);
      if (foreign) return foreign;
      if (presses > MORE_MS.length) return told('draft-left', `${presses} Enters did not send it`, seen);
      const heard = eyes.outputs;
      await this.#enter(seen);
      const taken = await this.#verify();
      if (taken) return taken;
      await this.#life(heard);
      await eyes.pause(MORE_MS[presses] ?? 0);
    }
  }

  /** The input holds more than the text, or something else: nothing that is ours to send. */
  #foreign(seen: Seen): NudgeResult | undefined {
    const nudge = this.#nudge;
    const { typed, program, pastedAt } = nudge;
    const { folded } = program.signs;
    const draft = seen.draft ?? '';
    const isTouched = this.#hasTyped(pastedAt);
    if (!this.#isHeld(seen)) {
      if (isTouched) return told('unknown', 'somebody typed, and its input holds something else', seen);
      return told(nudge.enters > 0 ? 'unknown' : 'draft-left', 'its input shows something else', seen);
    }
    if (isTouched && !isWholly(draft, typed, folded)) return told('draft-left', 'somebody typed into its input', seen);
    return holdsMore(draft, typed, folded) ? told('draft-left', 'its input holds more than this text', seen) : undefined;
  }

  #enter(seen: Seen): Promise<void> {
    const nudge = this.#nudge;
    nudge.step = 'entered';
    nudge.enters++;
    nudge.enteredAt = this.#at.times.now();
    nudge.wasBusy = seen.state === 'busy';
    this.#at.hold(true);
    return this.#write('\r');
  }

  /** Waits until no dialog is open, an input shows and no person types. */
  async #open(): Promise<Seen | NudgeResult> {
    const { eyes, times, seat, hold } = this.#at;
    const nudge = this.#nudge;
    const from = times.now();
    let hiddenFrom = from;
    for (;;) {
      const seen = await this.#look();
      const now = times.now();
      const quiet = QUIET_MS - (now - seat.typedAt());
      const isDialog = seen.state === 'dialog';
      const isHindered = isDialog || quiet > 0;
      const isShown = seen.draft === '' || this.#isHeld(seen) || (seen.draft !== undefined && now - hiddenFrom >= HIDDEN_MS);
      if (!isHindered && isShown) return seen;
      if (isHindered) {
        hold(false); // a person may answer it
        hiddenFrom = now;
      }
      const left = isHindered ? DIALOG_MS - (now - from) : HIDDEN_MS - (now - hiddenFrom);
      if (left <= 0)
        return told(nudge.enters > 0 ? 'unknown' : 'draft-left', isDialog ? seen.why : 'its input does not show', seen);
      if (!isDialog && quiet > 0) await eyes.pause(Math.min(quiet, left));
      else await eyes.rest(left);
    }
  }

  /** What a screen after an Enter proves. */
  #taken(seen: Seen): NudgeResult | undefined {
    const nudge = this.#nudge;
    if (seen.state === 'dialog' || this.#isHeld(seen)) return undefined;
    if (seen.draft === undefined)
      return seen.state === 'busy' && !nudge.wasBusy ? told('taken', 'the program began to work', seen) : undefined;
    if (seen.state === 'busy' && !nudge.wasBusy) return told('taken', 'its input is free, and the program began to work', seen);
    if (this.#hasTyped(nudge.enteredAt)) return told('unknown', 'somebody typed before it was seen to be taken', seen);
    if (seen.draft !== '') return undefined;
    return told('taken', 'its input is empty', seen);
  }

  async #verify(): Promise<NudgeResult | undefined> {
    const { eyes, times } = this.#at;
    const from = times.now();
    for (;;) {
      const seen = await this.#look();
      const taken = this.#taken(seen);
      const left = VERIFY_MS - (times.now() - from);
      if (taken || left <= 0 || seen.state === 'dialog') return taken;
      await eyes.rest(left);
    }
  }

  /** A program that stands still has not read the Enter, and would read two: the second perhaps in a dialog that the first has opened. */
  async #life(heard: number): Promise<void> {
    const { eyes, times } = this.#at;
    const until = times.now() + LIFELESS_MS;
    while (eyes.outputs - heard < SIGNS_OF_LIFE && times.now() < until) {
      await eyes.rest(until - times.now());
      await this.#look();
    }
  }
}
