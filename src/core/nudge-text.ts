/** A nudge as it is typed into a terminal, and as it is found again in the input of its program. */

/** Longest text that is typed, in bytes; and longest line where the program is not told where a paste ends. */
const LARGEST = 100_000;
const LONGEST_LINE = 1_000;
/** Characters by which a text is known again. */
const KNOWN_BY = 20;

/** What stands for a long paste in programs whose label is not known. */
const LABEL = /\[[^\]\n]*past[^\]\n]*\]/iu;

const PASTE_BEGIN = '\x1b[200~';
const PASTE_END = '\x1b[201~';

/** Without the marks of a paste, and without control characters but newline and tab; line ends are newlines; no blanks around it. */
export function sanitise(text: string): string {
  return text
    .replaceAll(/\x1b\[20[01]~/g, '')
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, '')
    .trim();
}

/** A text that has a line and no more, such as a title: whatever it holds, what is said after it stays in lines of its own. */
export const oneLine = (text: string): string => sanitise(text).replaceAll(/\s+/gu, ' ');

/** Whether a text (sanitised) has to go by a file: a terminal in line mode cuts long lines without a word, and takes each line end for an Enter. */
export function needsFile(text: string, isBracketed: boolean): boolean {
  const bytes = (part: string) => new TextEncoder().encode(part).length;
  if (bytes(text) > LARGEST) return true;
  return !isBracketed && (text.includes('\n') || bytes(text) > LONGEST_LINE);
}

/** The bytes that type a text (sanitised). */
export function pasteOf(text: string, isBracketed: boolean): string {
  return isBracketed ? `${PASTE_BEGIN}${text}${PASTE_END}` : text;
}

function squeeze(text: string): string {
  return text.replaceAll(/\s+/gu, '');
}

function isFolded(draft: string, folded: readonly RegExp[]): boolean {
  return [...folded, LABEL].some((label) => label.test(draft));
}

/** Without the labels that stand for long pastes. */
function unfolded(draft: string, folded: readonly RegExp[]): string {
  return [...folded, LABEL].reduce((rest, label) => rest.replace(new RegExp(label.source, `g${label.flags}`), ''), draft);
}

/** Whether a draft shows this text: its first or its last 20 characters (an input that scrolls shows the last), or a label for a long paste. */
export function holds(draft: string, text: string, folded: readonly RegExp[]): boolean {
  const [shown, wanted] = [squeeze(draft), squeeze(text)];
  if (isFolded(draft, folded)) return true;
  return shown !== '' && (shown.includes(wanted.slice(0, KNOWN_BY)) || shown.includes(wanted.slice(-KNOWN_BY)));
}

/** Whether rows of a screen show the end of this text, as an input does that has grown out of its frame. */
export function showsEnd(rows: readonly string[], text: string): boolean {
  const end = squeeze(text).slice(-KNOWN_BY);
  return end.length === KNOWN_BY && squeeze(rows.join('')).includes(end);
}

/** Whether a draft that shows this text shows more than it: something else was typed before or after it. */
export function holdsMore(draft: string, text: string, folded: readonly RegExp[]): boolean {
  const [rest, wanted] = [squeeze(unfolded(draft, folded)), squeeze(text)];
  return rest.length > wanted.length || (isFolded(draft, folded) && !wanted.includes(rest));
}

/** Whether a draft is this text and nothing else, or the label for it. */
export function isWholly(draft: string, text: string, folded: readonly RegExp[]): boolean {
  const shown = squeeze(unfolded(draft, folded));
  return shown === '' ? draft.trim() !== '' : shown === squeeze(text);
}
