/** The rules of the Towers of Hanoi, against which moves and ledgers are replayed. */

export type Move = { readonly disc: number; readonly from: string; readonly to: string };
type Pegs = { A: number[]; B: number[]; C: number[] };

/** Plays the moves from all discs on A; stops at the first that the rules forbid. Discs of a peg from the bottom. */
export function replay(discs: number, moves: readonly Move[]): { pegs: Pegs; fault?: string } {
  const pegs: Pegs = { A: Array.from({ length: discs }, (_, at) => discs - at), B: [], C: [] };
  for (const [at, { disc, from, to }] of moves.entries()) {
    const source = pegs[from as keyof Pegs];
    const target = pegs[to as keyof Pegs];
    if (source.at(-1) !== disc || (target.at(-1) ?? Number.POSITIVE_INFINITY) < disc)
      return { pegs, fault: `move ${at + 1}: disc ${disc} cannot go from ${from} to ${to} of ${told(pegs)}` };
    source.pop();
    target.push(disc);
  }
  return { pegs };
}

/** As a ledger writes them: A/B/C, discs from the bottom. */
export const told = ({ A, B, C }: Pegs): string => [A, B, C].map((peg) => peg.join(',')).join('/');

/** A line of a ledger. */
export type Line = Move & { readonly id: string; readonly before: string; readonly after: string };

/** The lines of a ledger's text; its last one is cut off if it was not written whole. */
export function ledgerOf(text: string): Line[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const [id = '', disc, from = '', to = '', before = '', after = ''] = line.split(' ');
      return { id, disc: Number(disc), from, to, before, after };
    });
}
