import { type Refusal, refuse } from './refusals.ts';

/** A fenced block of a markdown text: the words after its fence, and what stands in it. */
type Block = { readonly info: string; readonly body: string };

/**
 * The block of a description that the shell agent runs: the first fenced with ```sh, or, when the item has come back, the first fenced with
 * ```sh rework if there is one. A block fenced with more backticks or tildes may hold shorter fences. Lines end with LF whatever the text had.
 */
export function shellBlock(id: string, description: string, rework: boolean): string | Refusal {
  const blocks = fenced(description);
  const again = rework ? blocks.find(({ info }) => info === 'sh rework') : undefined;
  const block = again ?? blocks.find(({ info }) => info === 'sh');
  return block ? block.body : refuse('NOTHING_TO_RUN', { id });
}

/** The line before a block by which its runner knows what to close when it has run: a step's own block, or the item's where the step has none. */
const STEP_LINE = '#gt-step ';
const ITEM_LINE = '#gt-item ';

/** The block of a step, under a line that names it. A step without one is worked by the block of its item, which is run once in a session. */
export function stepBlock(
  { id, description }: { readonly id: string; readonly description: string },
  item: { readonly description: string; readonly rework: boolean },
): string | Refusal {
  const own = shellBlock(id, description, false);
  if (typeof own === 'string') return `${STEP_LINE}${id}\n${own}`;
  const whole = shellBlock(id, item.description, item.rework);
  return typeof whole === 'string' ? `${ITEM_LINE}${id}\n${whole}` : whole;
}

function fenced(text: string): Block[] {
  const blocks: Block[] = [];
  let open: { fence: string; indent: number; info: string; lines: string[] } | undefined;
  for (const line of text.split(/\r\n|\r|\n/)) {
    const mark = /^( {0,3})(`{3,}|~{3,})\s*(.*?)\s*$/.exec(line);
    const [, spaces = '', fence = '', info = ''] = mark ?? [];
    if (!open) {
      // A line such as ```sh``` is code within a line, and opens nothing.
      if (mark && !(fence.startsWith('`') && info.includes('`')))
        open = { fence, indent: spaces.length, info: info.replace(/\s+/g, ' '), lines: [] };
    } else if (mark && info === '' && fence.startsWith(open.fence)) {
      blocks.push({ info: open.info, body: bodyOf(open.lines) });
      open = undefined;
    } else open.lines.push(line.replace(new RegExp(`^ {0,${open.indent}}`), ''));
  }
  // A block that nobody closed reaches to the end.
  if (open) blocks.push({ info: open.info, body: bodyOf(open.lines) });
  return blocks;
}

const bodyOf = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
