/** Answers to the dialogs of a program that is a model, in time that a test moves. */
import type { DialogResult } from '#world/pty/dialog/asked';
import { Dialogs } from '#world/pty/dialog/dialogs';
import { HostRefused } from '#world/pty/host';
import { type DialogTemper, DialogTui, type Shown } from './dialog-tui.ts';
import { VirtualTime } from './virtual-time.ts';

export const REMOVE: Shown = { asks: 'Do you want to remove it?', choices: ['Yes', 'Yes, and all others', 'No'] };

/** The signs of this program, as a preset would have them. */
export const screenOf = (answers?: string) => ({
  ready: [{ where: 'footer', match: '\\? for shortcuts' }],
  dialogs: [{ name: 'permission', signs: [{ where: 'screen', match: 'Do you want to' }], ...(answers && { answers }) }],
  draft: { mark: '❯ ' },
});

type More = { readonly dialog?: string; readonly answer?: string; readonly screen?: object; readonly text?: string };

export class DialogDesk {
  readonly time = new VirtualTime();
  readonly told: string[] = [];
  tui = new DialogTui(this.time, []);
  dialogs = this.table();

  /** A table over the same session: what the next host would have. */
  table(): Dialogs {
    return new Dialogs({
      seat: (id) => {
        if (id !== 's') throw new HostRefused('SESSION_UNKNOWN', id);
        return this.tui;
      },
      free: (_, text) => text.replaceAll('hunter2', '*******'),
      times: this.time,
      tell: (session, answer, outcome) => this.told.push(`${session} ${answer} ${outcome}`),
      warn: (line) => this.told.push(line),
    });
  }

  begin(shown: readonly Shown[], temper: DialogTemper = {}): void {
    this.tui = new DialogTui(this.time, shown, temper);
    this.dialogs = this.table();
  }

  /** The words of what is open now. */
  async open(screen: object = screenOf()): Promise<string> {
    return (await this.dialogs.read('s', screen)).id;
  }

  /** Answers, and lets time pass until that has ended. */
  async answer(choice: number, more: More = {}): Promise<DialogResult> {
    const { screen = screenOf(), answer: id = 'q1@1.0', text } = more;
    const dialog = more.dialog ?? (await this.open(screen));
    const asked = { answer: id, session: 's', dialog, choice, data: screen, ...(text !== undefined && { text }) };
    let result: DialogResult | undefined;
    let fault: unknown;
    this.dialogs.answer(asked).then(
      (done) => {
        result = done;
      },
      (why: unknown) => {
        fault = why;
      },
    );
    await this.time.pass(120_000, () => result !== undefined || fault !== undefined);
    if (!result) throw fault;
    return result;
  }
}
