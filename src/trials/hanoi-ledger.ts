/**
 * The ledger of a tower of Hanoi, outside of gt: a line `ID DISC FROM TO BEFORE AFTER` for each move, pegs written A/B/C with the lowest disc first. Whoever
 * replays it from the top comes to the solved tower; a move that was made twice, left out or made too early shows.
 */
const PEGS = 'ABC';

type Pegs = readonly (readonly number[])[];

const written = (pegs: Pegs): string => pegs.map((peg) => peg.join(',')).join('/');

/** Replays a ledger. @returns the ids of its moves in order, and what is wrong with it: nothing, when it ends with the tower on C */
export function replay(text: string, discs: number): { readonly ids: readonly string[]; readonly faults: readonly string[] } {
  const all = Array.from({ length: discs }, (_, i) => discs - i);
  let pegs: Pegs = [all, [], []];
  const ids = new Set<string>();
  const faults: string[] = [];
  for (const line of text.split('\n').slice(0, -1)) {
    const [id = '', disc, from = '', to = '', before, after, ...rest] = line.split(' ');
    const next = moved(pegs, Number(disc), PEGS.indexOf(from), PEGS.indexOf(to));
    if (ids.has(id)) faults.push(`${id} stands there twice`);
    else if (rest.length > 0 || before !== written(pegs))
      faults.push(`${id} began with ${before}, it should be ${written(pegs)}`);
    else if (!next) faults.push(`${id} is against the rules: disc ${disc} from ${from} to ${to} of ${before}`);
    else if (after !== written(next)) faults.push(`${id} ended with ${after}, it should be ${written(next)}`);
    ids.add(id);
    pegs = next ?? pegs;
  }
  if (!text.endsWith('\n') && text !== '') faults.push('the last line is not whole');
  if (ids.size !== 2 ** discs - 1) faults.push(`${ids.size} moves, it should be ${2 ** discs - 1}`);
  if (written(pegs) !== written([[], [], all])) faults.push(`it ends with ${written(pegs)}`);
  return { ids: [...ids], faults };
}

/** The pegs after a move; undefined when the rules forbid it. */
function moved(pegs: Pegs, disc: number, from: number, to: number): Pegs | undefined {
  const there = pegs[to]?.at(-1);
  if (from === to || pegs[from]?.at(-1) !== disc || !pegs[to] || (there !== undefined && there < disc)) return undefined;
  return pegs.map((peg, i) => (i === from ? peg.slice(0, -1) : i === to ? [...peg, disc] : peg));
}
