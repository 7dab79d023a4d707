import { execFile, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import type { ScreenShown } from '#world/pty/host';

const run = promisify(execFile);

/** Whether there is a tmux to try. */
export const hasTmux = (): boolean => spawnSync('tmux', ['-V']).status === 0;

/** What a pane shows: its rows, without spaces at their ends, and where its cursor stands. */
export type PaneView = { readonly rows: readonly string[]; readonly x: number; readonly y: number };

/** One terminal that tmux draws, with a shell in it whose prompt is `OUT>`: a screen that somebody else has programmed. */
export class Pane {
  readonly #socket = `gt-soak-${randomBytes(5).toString('hex')}`;
  readonly #env: NodeJS.ProcessEnv;

  /** @param env of the shell */
  constructor(env: NodeJS.ProcessEnv) {
    const { TMUX: _tmux, TMUX_PANE: _pane, GT_SESSION: _session, ...rest } = env;
    this.#env = { ...rest, LC_ALL: 'C.UTF-8', LANG: 'C.UTF-8', TERM: 'xterm-256color' };
  }

  async #tmux(...words: string[]): Promise<string> {
    return (await run('tmux', ['-L', this.#socket, '-f', '/dev/null', ...words], { env: this.#env, maxBuffer: 1 << 24 })).stdout;
  }

  async open(cols: number, rows: number): Promise<void> {
    await this.#tmux('new-session', '-d', '-s', 'pane', '-x', String(cols), '-y', String(rows), "env PS1='OUT> ' sh -i");
    for (const [option, value] of [
      ['status', 'off'],
      ['escape-time', '0'],
    ] as const)
      await this.#tmux('set-option', '-g', option, value);
    await this.resize(cols, rows);
  }

  async resize(cols: number, rows: number): Promise<void> {
    await this.#tmux('resize-window', '-t', 'pane', '-x', String(cols), '-y', String(rows));
  }

  /** Keys by tmux' names. */
  async press(...keys: string[]): Promise<void> {
    await this.#tmux('send-keys', '-t', 'pane', ...keys);
  }

  /** A text as it is, and Enter. */
  async type(text: string): Promise<void> {
    await this.#tmux('send-keys', '-t', 'pane', '-l', text);
    await this.press('Enter');
  }

  async view(): Promise<PaneView> {
    const [text, at] = [
      await this.#tmux('capture-pane', '-p', '-t', 'pane'),
      await this.#tmux('display-message', '-p', '-t', 'pane', '#{cursor_x} #{cursor_y}'),
    ];
    const [x = 0, y = 0] = at.trim().split(' ').map(Number);
    return {
      rows: text
        .replace(/\n$/, '')
        .split('\n')
        .map((row) => row.trimEnd()),
      x,
      y,
    };
  }

  async end(): Promise<void> {
    await this.#tmux('kill-server').catch(() => '');
  }
}

/**
 * In what the terminal differs from the host's screen: its size, its rows, or its cursor; undefined when it does not. The host's text begins with lines that
 * were scrolled away, and ends at the last row that holds something: the cursor says which of its rows is which of the terminal's.
 */
export function difference(held: ScreenShown, { rows, x, y }: PaneView): string | undefined {
  if (held.rows !== rows.length) return `it has ${rows.length} rows, the host's screen has ${held.rows}`;
  const text = held.text.split('\n').map((row) => row.trimEnd());
  const above = held.cursor.y - y;
  if (held.cursor.x !== x || above < 0 || text.length - above > rows.length)
    return `its cursor is at ${x},${y}, the host's at ${held.cursor.x},${held.cursor.y} of ${text.length} rows`;
  const at = rows.findIndex((row, index) => row !== (text[index + above] ?? ''));
  return at < 0 ? undefined : `row ${at} is \`${rows[at]}\`, and the host holds \`${text[at + above] ?? ''}\``;
}
