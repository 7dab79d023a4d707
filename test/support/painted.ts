/** Screens as agent programs draw them, judged by their presets. */
import { readFileSync } from 'node:fs';
import { presetFile } from '#core/preset';
import type { Signs } from '#core/screen-signs';
import { compileSigns } from '#core/screen-signs';
import type { Classified } from '#core/screen-state';
import { classify } from '#core/screen-state';
import type { ScreenView } from '#core/screen-view';
import { viewOf } from '#world/pty/screen/view';
import { Followed } from './screens.ts';

/** A line across an input. */
export const RULE = '─'.repeat(80);

export type Painted = {
  readonly rows: readonly string[];
  readonly title?: string;
  /** The row and column of a cursor that shows, from 0; without one it is hidden below the last row, as many programs leave it. */
  readonly cursor?: readonly [number, number];
  readonly cols?: number;
  readonly height?: number;
  readonly alternate?: boolean;
};

export const dim = (text: string) => `\x1b[2m${text}\x1b[22m`;
export const inverse = (text: string) => `\x1b[7m${text}\x1b[27m`;

/** The signs of a preset that gt brings along. */
export function signsOf(name: string): Signs {
  const file = new URL(`../../presets/${name}.json`, import.meta.url);
  return compileSigns(presetFile.parse(JSON.parse(readFileSync(file, 'utf8'))).screen);
}

export function paint({ rows, title = '', cursor, cols = 100, height = 30, alternate }: Painted): ScreenView {
  const screen = new Followed(cols, height);
  const place = cursor ? `\x1b[${cursor[0] + 1};${cursor[1] + 1}H` : '\r\n\x1b[?25l';
  const text = `${alternate ? '\x1b[?1049h\x1b[H' : ''}\x1b]2;${title}\x07\x1b[?2004h${rows.join('\r\n')}${place}`;
  screen.feed(Buffer.from(text));
  const view = viewOf(screen.emulator, screen.scanner.modes, 60);
  screen.dispose();
  return view;
}

export function judge(preset: string, painted: Painted): Classified {
  return classify(paint(painted), signsOf(preset));
}

/** Claude Code: its input lies between two rules, the footer below. */
export function claude(
  input: readonly string[],
  more: { above?: readonly string[]; footer?: string; title?: string } = {},
): Painted {
  const { above = ['● Done.', ''], footer = '  ⏵⏵ bypass permissions on · ← for agents', title = '✳ Claude Code' } = more;
  return { rows: [...above, RULE, ...input, RULE, footer], title };
}
