/**
 * One nudge typed, seen in the input, sent by Enter, and seen gone. Every Enter comes right after a look that found no dialog; a text is never typed again
 * before the input was seen empty. It can begin at any step, for another process may have taken the ones before.
 */
import { needsFile, pasteOf } from '#core/nudge-text';
import type { ScreenView } from '#core/screen-view';
import type { NudgeResult } from './asked.ts';
import type { Nudge } from './nudge.ts';
import type { Place, Seen } from './place.ts';
import { DIALOG_MS, HIDDEN_MS, hindrance, judge, QUIET_MS, Settled, STEADY_MS, told } from './place.ts';
import { cutOff, foreign, isHeld, taken, unseen } from './verdict.ts';

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
/** Looks in the moment of writing that met no whole screen, one after the other, and Enters that were held back, of one attempt. */
const BLIND = 5;
const MISSED = 50;

/** One attempt. */
export class Sending {
  readonly #nudge: Nudge;
  readonly #at: Place;
  #blind = 0;
  #rows: string | undefined;
  /** Since the last Enter: whether it was seen at work, and how often its rows changed from then on. */
  #work: 'none' | 'goes on' | 'begun' = 'none';
  #drawn = 0;

  constructor(nudge: Nudge, at: Place) {
    this.#nudge = nudge;
    this.#at = at;
  }

  /** `view` is what was seen when it was found that the text may be typed; undefined when that was over at once. Rejects with Stopped, and with Settled. */
  async run(view?: ScreenView): Promise<NudgeResult | undefined> {
    const nudge = this.#nudge;
    try {
      if (nudge.step === 'waiting' && !(view && (await this.#paste(view.bracketedPaste)))) return undefined;
      return (nudge.step === 'pasted' ? await this.#echo() : await this.#verify()) ?? (await this.#send());
    } catch (fault) {
      return cutOff(nudge, fault);
    } finally {
      if (!this.#at.eyes.isStopped) this.#at.seat.keep(false);
    }
  }

  async #look(): Promise<Seen> {
    const view = await this.#at.eyes.view();
    if (this.#nudge.result) throw new Settled();
    const seen = judge(this.#nudge, view);
    this.#nudge.why = seen.why;
    const rows = view.rows.map((row) => row.text).join('\n');
    if (seen.state !== 'busy') this.#nudge.wasBusy = false;
    else if (!this.#nudge.wasBusy && this.#work !== 'begun') [this.#work, this.#drawn] = ['begun', 0];
    if (this.#rows !== undefined && rows !== this.#rows) this.#drawn++;
    this.#rows = rows;
    return seen;
  }

  /**
   * Notes the step, looks again in the very moment of writing, and writes if it still may: what the program drew while the host was busy with others, or
   * with the note, is seen. A screen that is never whole is taken as it was seen last.
   */
  async #write(bytes: string, mayGo: (now: Seen) => boolean): Promise<boolean> {
    const { eyes, seat, note, times } = this.#at;
    const nudge = this.#nudge;
    eyes.check();
    seat.keep(true);
    note(nudge);
    const isQuiet = times.now() - seat.typedAt() >= QUIET_MS;
    const view = seat.now();
    if (!isQuiet || (view ? !mayGo(judge(nudge, view)) : this.#blind++ < BLIND)) return false;
    this.#blind = 0;
    if (nudge.step === 'entered') nudge.enteredAt = times.now();
    await seat.write(bytes);
    eyes.check();
    return true;
  }

  /** Types the text; false when it may not be typed any more. */
  async #paste(isBracketed: boolean): Promise<boolean> {
    const nudge = this.#nudge;
    const { times, byFile } = this.#at;
    nudge.typed = needsFile(nudge.order.text, isBracketed) ? byFile(nudge) : nudge.order.text;
    nudge.step = 'pasted';
    nudge.pastedAt = times.now();
    const isTyped = await this.#write(pasteOf(nudge.typed, isBracketed), (now) => hindrance(nudge, now) === undefined);
    nudge.pastedAt = times.now();
    if (isTyped) return true;
    nudge.step = 'waiting';
    this.#at.note(nudge);
    return false;
  }

  /** Waits until the input shows the text. */
  async #echo(): Promise<NudgeResult | undefined> {
    const { eyes, times } = this.#at;
    const nudge = this.#nudge;
    let from = times.now();
    const heard = eyes.outputs;
    for (;;) {
      const seen = await this.#look();
      if (isHeld(this.#nudge, seen)) break;
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
    const left = unseen(nudge, seen, this.#at.seat.typedAt(), isSilent);
    if (left) return left;
    const again = await this.#again();
    if (again.draft !== '') return undefined;
    this.#at.note(Object.assign(nudge, { step: 'waiting' }));
    return told('not-sent', 'the program dropped what was typed', again);
  }

  async #again(): Promise<Seen> {
    await this.#at.eyes.pause(STEADY_MS);
    return this.#look();
  }

  /** Presses Enter until the text is seen gone. */
  async #send(): Promise<NudgeResult> {
    const { eyes } = this.#at;
    const nudge = this.#nudge;
    let [presses, missed] = [0, 0];
    for (;;) {
      const seen = await this.#open();
      if ('outcome' in seen) return seen;
      const gone = nudge.enters > 0 ? taken(nudge, seen, this.#at.seat.typedAt()) : undefined;
      if (gone) return gone;
      if (seen.draft === '') {
        const again = await this.#again();
        if (again.draft === '') return told('unknown', 'its input was emptied by somebody else', again);
        continue;
      }
      const hindered = foreign(nudge, seen, this.#at.seat.typedAt());
      if (hindered) return hindered;
      if (presses > MORE_MS.length) return told('draft-left', `${presses} Enters did not send it`, seen);
      const heard = eyes.outputs;
      if (!(await this.#enter(seen))) {
        if (++missed > MISSED) return told(nudge.enters > 0 ? 'unknown' : 'draft-left', 'its screen never stood still', seen);
        continue;
      }
      const done = await this.#verify();
      if (done) return done;
      presses++;
      const late = await this.#life(heard);
      if (late) return late;
      await eyes.pause(MORE_MS[presses - 1] ?? 0);
    }
  }

  /** Presses Enter, unless something has come between since `seen`; whether it was pressed. */
  async #enter(seen: Seen): Promise<boolean> {
    const nudge = this.#nudge;
    const { step, enters, enteredAt } = nudge;
    const mayGo = (now: Seen) =>
      now.state !== 'dialog' && isHeld(nudge, now) && foreign(nudge, now, this.#at.seat.typedAt()) === undefined;
    nudge.wasBusy = seen.state === 'busy';
    Object.assign(nudge, { step: 'entered', enters: enters + 1, enteredAt: this.#at.times.now() });
    [this.#work, this.#drawn] = [nudge.wasBusy ? 'goes on' : 'none', 0];
    if (await this.#write('\r', mayGo)) return true;
    this.#at.note(Object.assign(nudge, { step, enters, enteredAt }));
    return false;
  }

  /** Waits until no dialog is open, an input shows and no person types. */
  async #open(): Promise<Seen | NudgeResult> {
    const { eyes, times, seat } = this.#at;
    const nudge = this.#nudge;
    const from = times.now();
    let hiddenFrom = from;
    for (;;) {
      const seen = await this.#look();
      const now = times.now();
      const quiet = QUIET_MS - (now - seat.typedAt());
      const isDialog = seen.state === 'dialog';
      const isHindered = isDialog || quiet > 0;
      const isShown = seen.draft === '' || isHeld(nudge, seen) || (seen.draft !== undefined && now - hiddenFrom >= HIDDEN_MS);
      if (!isHindered && isShown) return seen;
      if (isHindered) {
        seat.keep(false); // a person may answer it
        hiddenFrom = now;
      }
      const left = isHindered ? DIALOG_MS - (now - from) : HIDDEN_MS - (now - hiddenFrom);
      if (left <= 0)
        return told(nudge.enters > 0 ? 'unknown' : 'draft-left', isDialog ? seen.why : 'its input does not show', seen);
      if (!isDialog && quiet > 0) await eyes.pause(Math.min(quiet, left));
      else await eyes.rest(left);
    }
  }

  async #verify(): Promise<NudgeResult | undefined> {
    const { eyes, times } = this.#at;
    const nudge = this.#nudge;
    const from = times.now();
    for (;;) {
      const seen = await this.#look();
      const done = taken(nudge, seen, this.#at.seat.typedAt());
      const left = VERIFY_MS - (times.now() - from);
      if (done || left <= 0 || seen.state === 'dialog') return done;
      await eyes.rest(left);
    }
  }

  /**
   * A program that stands still has not read the Enter, and would read two: the second perhaps in a dialog that the first has opened. One that is at work, as
   * its title may tell long before its rows are drawn again, is not asked twice by rows of before. A title or a bell alone is no sign.
   */
  async #life(heard: number): Promise<NudgeResult | undefined> {
    const { eyes, times } = this.#at;
    const from = times.now();
    for (;;) {
      const seen = await this.#look();
      const works = this.#work !== 'none';
      const signs = works || this.#drawn === 0 ? this.#drawn : eyes.outputs - heard;
      if (!isHeld(this.#nudge, seen) || signs >= (this.#work === 'begun' ? 1 : SIGNS_OF_LIFE)) return undefined;
      const left = from + (works ? DIALOG_MS : LIFELESS_MS) - times.now();
      if (left <= 0) return works ? told('unknown', 'it was at work, and has not drawn its input since', seen) : undefined;
      await eyes.rest(left);
    }
  }
}
