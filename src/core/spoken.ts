/** The text of a nudge: what may be typed into an agent's terminal, and whether a prompt shows it. */

/** Sequences that paint, move or title (ECMA-48), whole: their parameters are no text either. */
const SEQUENCES =
  /\x1b\[[0-?]*[ -/]*[@-~]|\x9b[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c|$)|\x1b[ -/]*[0-~]?/g;
const CONTROLS = /[\x00-\x08\x0b-\x1f\x7f-\x9f]/g;

const withLineEnds = (written: string): string => written.replace(/\r\n?/g, '\n');

/** A text that paints, moves and rings nothing: only its tabs and line ends stay. */
export const withoutControls = (written: string): string => withLineEnds(written).replace(SEQUENCES, '').replace(CONTROLS, '');

/** What a program could take for a command of its own, or for the flag that it looks like. */
const PREFIX = '[nudge] ';

/**
 * Makes a text fit for a terminal: control characters go (tabs and line ends stay), and what begins with neither a letter, a digit nor a bracket gets a
 * word before it, since programs take `/`, `!` or `#` for commands. @returns the text, how many characters went, and whether it got the word
 */
export function fitForTerminal(written: string): { text: string; removed: number; prefixed: boolean } {
  const lines = withLineEnds(written);
  const clean = withoutControls(lines);
  const text = clean.replace(/^\s+/, '').trimEnd();
  const prefixed = text !== '' && !/^[\p{L}\p{N}[]/u.test(text);
  return { text: prefixed ? PREFIX + text : text, removed: lines.length - clean.length, prefixed };
}

/** Shorter texts stand in many prompts by chance: they must be all of it. */
const TELLING = 20;
const flat = (text: string) => text.replace(/\s+/g, ' ').trim();

/** Whether a prompt, as an agent's program reports it, holds a nudge's text: programs join nudges, wrap lines and change blanks. */
export function shows(prompt: string, text: string): boolean {
  const [whole, part] = [flat(prompt), flat(text)];
  if (part === '') return false;
  return part.length >= TELLING ? whole.includes(part) : whole === part || prompt.split('\n').some((line) => flat(line) === part);
}

/** The beginning of a text in one line, for lists. */
export function headOf(text: string, characters = 60): string {
  const line = flat(text);
  return line.length > characters ? `${[...line].slice(0, characters - 1).join('')}…` : line;
}
