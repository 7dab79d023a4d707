import { idsOf } from '#cli/ids';
import { type Refusal, refuse } from '#core/refusals';

/** What is typed at bd, as gt means it. */

/** A priority, 0 to 4; 2 where none was typed. */
export function priorityOf(written = '2'): number | Refusal {
  const level = /^\s*[pP]?([0-4])\s*$/.exec(written)?.[1];
  return level === undefined
    ? refuse('USAGE', { what: `--priority cannot be \`${written}\`.`, hint: 'Take 0 (most urgent) to 4.' })
    : Number(level);
}

/** Edges of a new item: what it needs, and what needs it. */
export type Edges = {
  readonly needs: readonly string[];
  readonly blocks: readonly string[];
  /** Kinds of edges that gt does not keep: they say where an item comes from, and hold nothing back. */
  readonly unkept: readonly string[];
};

/** `ID`, `depends-on:ID`, `blocked-by:ID` are needs; `blocks:ID` is the other way round. */
export function edgesOf(words: readonly string[]): Edges {
  const [needs, blocks, unkept]: [string[], string[], string[]] = [[], [], []];
  for (const word of idsOf(words)) {
    const at = word.indexOf(':');
    const [kind, id] = at < 0 ? ['', word] : [word.slice(0, at).trim(), word.slice(at + 1).trim()];
    if (['', 'depends-on', 'blocked-by'].includes(kind)) needs.push(id);
    else if (kind === 'blocks') blocks.push(id);
    else unkept.push(kind);
  }
  return { needs, blocks, unkept };
}
