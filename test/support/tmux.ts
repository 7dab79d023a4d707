/** Terminals that somebody else wrote: panes of a tmux server of the test's own. */
import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { test } from 'vitest';
import { bornOf, isAlive } from '#world/processes/scan';
import { until } from './until.ts';

/** Whether there is a tmux to try. */
export const HAS_TMUX = spawnSync('tmux', ['-V']).status === 0;

/** A test on terminals of tmux, with these other programs in them: skipped with a word where one of them is missing. */
export function triedOnTmux(title: string, run: () => Promise<void>, ...programs: string[]): void {
  triedOnTmuxFor({}, title, run, ...programs);
}

/** The same, for a test that takes its time (`timeout`, ms). */
export function triedOnTmuxFor(
  options: { readonly timeout?: number },
  title: string,
  run: () => Promise<void>,
  ...programs: string[]
): void {
  test(title, options, async ({ skip }) => {
    for (const name of ['tmux', ...programs])
      skip(spawnSync('sh', ['-c', `command -v ${name}`]).status !== 0, `there is no ${name} here: sudo apt install ${name}`);
    await run();
  });
}

/** What can be seen of a pane: its rows with colours and attributes, and what tmux knows of its cursor, title and modes. */
export type Seen = { readonly rows: string; readonly about: string };

const ABOUT = [
  'cursor_x',
  'cursor_y',
  'cursor_flag',
  'pane_title',
  'alternate_on',
  'keypad_cursor_flag',
  'keypad_flag',
  'insert_flag',
  'origin_flag',
  'wrap_flag',
  'mouse_any_flag',
  'mouse_sgr_flag',
  'scroll_region_upper',
  'scroll_region_lower',
  'pane_tabs',
];

/** A tmux server with one pane for each terminal. */
export class Tmux {
  readonly #socket = `gt-test-${randomBytes(5).toString('hex')}`;
  readonly #env: NodeJS.ProcessEnv;

  /** @param env the environment of the shells in it */
  constructor(env: NodeJS.ProcessEnv) {
    const { TMUX: _tmux, TMUX_PANE: _pane, ...rest } = env;
    this.#env = { ...rest, LC_ALL: 'C.UTF-8', LANG: 'C.UTF-8', TERM: 'xterm-256color' };
  }

  #run(words: readonly string[], input?: string): string {
    return execFileSync('tmux', ['-L', this.#socket, '-f', '/dev/null', ...words], {
      env: this.#env,
      encoding: 'utf8',
      ...(input !== undefined && { input }),
    });
  }

  /** Opens a terminal of this size with a shell whose prompt is `OUT>`. */
  open(name: string, cols: number, rows: number): void {
    const shell = "env PS1='OUT> ' sh -i";
    this.#run(['new-session', '-d', '-s', name, '-x', String(cols), '-y', String(rows), shell]);
    for (const [option, value] of [
      ['status', 'off'],
      ['allow-rename', 'off'],
      ['escape-time', '0'],
    ] as const)
      this.#run(['set-option', '-g', option, value]);
    this.resize(name, cols, rows);
  }

  resize(name: string, cols: number, rows: number): void {
    this.#run(['resize-window', '-t', name, '-x', String(cols), '-y', String(rows)]);
  }

  /** Presses keys by tmux' names for them. */
  press(name: string, ...keys: string[]): void {
    this.#run(['send-keys', '-t', name, ...keys]);
  }

  /** Types a text as it is, and Enter. */
  type(name: string, text: string): void {
    this.#run(['send-keys', '-t', name, '-l', text]);
    this.press(name, 'Enter');
  }

  /** Pastes as a terminal does: bracketed, where the program has asked for it. */
  paste(name: string, text: string): void {
    this.#run(['load-buffer', '-'], text);
    this.#run(['paste-buffer', '-p', '-r', '-t', name]);
  }

  text(name: string): string {
    return this.#run(['capture-pane', '-p', '-t', name]);
  }

  see(name: string): Seen {
    const about = this.#run(['display-message', '-p', '-t', name, ABOUT.map((word) => `${word}=#{${word}}`).join(' ')]);
    return { rows: this.#run(['capture-pane', '-e', '-p', '-t', name]), about };
  }

  /** Waits until a terminal shows a text. */
  shows(name: string, text: string | RegExp): Promise<string> {
    let last = '';
    return until(
      `${name} shows ${text}`,
      () => {
        last = this.text(name);
        return (typeof text === 'string' ? last.includes(text) : text.test(last)) && last;
      },
      30_000,
    ).catch((fault) => {
      throw new Error(`${fault.message}; it shows:\n${last}`);
    });
  }

  /** Waits until what is to be seen satisfies. */
  async sees(name: string, what: string, fits: (seen: Seen) => boolean): Promise<Seen> {
    let last: Seen | undefined;
    return until(
      what,
      () => {
        last = this.see(name);
        return fits(last) && last;
      },
      30_000,
    ).catch((fault) => {
      throw new Error(`${fault.message}; it shows:\n${JSON.stringify(last)}`);
    });
  }

  /** Ends the server, and waits until it and the shells in its panes have ended. */
  async close(): Promise<void> {
    let beings: Array<{ readonly pid: number; readonly born: string }> = [];
    try {
      const pids = new Set(this.#run(['list-panes', '-a', '-F', '#{pid} #{pane_pid}']).trim().split(/\s+/).map(Number));
      beings = [...pids].map((pid) => ({ pid, born: bornOf(pid) ?? '' }));
      this.#run(['kill-server']);
    } catch {} // it has ended
    await until('the terminals have ended', () => beings.every(({ pid, born }) => !isAlive(pid, born)));
  }
}
