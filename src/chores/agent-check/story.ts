import type { Scripts } from '#world/model-server/script';

/** What the program is told in a trial, and what the model answers. Every text has a mark by which the model's script is found. */

const TOOL = 'tool';

/** The first prompt: more than one line, and letters that a shell or a terminal could break. */
export const FIRST = [
  '[GAS TOWN] gt doctor tries this program; nobody works here. GTSCRIPT:first',
  `"Double" and 'single' quotes, a \\ and a $HOME, \`ticks\`, 100 %, ümlaut → ✓.`,
  'Answer with one word (first prompt, last line).',
].join('\n');
/** What is typed while it waits. */
export const NUDGE = '[GAS TOWN] gt doctor nudges this program. GTSCRIPT:nudge\nCall your shell once (nudge, last line).';
/** With what the conversation goes on, and its fork. */
export const AGAIN = '[GAS TOWN] gt doctor began this program again. GTSCRIPT:again';
export const FORKED = '[GAS TOWN] gt doctor began a fork of it. GTSCRIPT:forked';

/** What the shell of the program is asked to run: it tells the recorder its directory, by our own variable. */
export const TOOL_WORDS = `check ${TOOL}`;
const RUN = `"$GT_BIN" ${TOOL_WORDS}`;

/** What the model does. @param seen settles when a program that waits for its answer was looked at */
export const scripts = (seen: Promise<unknown>): Scripts => ({
  first: [{ text: 'Ready.' }],
  nudge: [{ text: 'A tool first.', run: RUN, until: seen }, { text: 'Done.' }],
  again: [{ text: 'Here again.' }],
  forked: [{ text: 'Forked.' }],
});
