import type { Counts, MolStatus, StepLine, StepStanding } from '#views/mol-status';
import type { Palette } from './colour.ts';

/** How standings of steps look, in lists and pictures. */
const LOOKS: { readonly [S in StepStanding]: readonly [glyph: string, colour: keyof Palette] } = {
  done: ['✓', 'green'],
  skipped: ['⊘', 'dim'],
  cancelled: ['⊘', 'dim'],
  failed: ['✗', 'red'],
  'in hand': ['▶', 'cyan'],
  ready: ['○', 'yellow'],
  held: ['·', 'dim'],
};

export const glyph = (standing: StepStanding, paint: Palette): string => paint[LOOKS[standing][1]](LOOKS[standing][0]);

/** The legend of a picture: only what is in it. */
export function legend(standings: Iterable<StepStanding>, paint: Palette): string {
  const there = new Set(standings);
  const known = Object.keys(LOOKS) as StepStanding[];
  return known.flatMap((one) => (there.has(one) ? [`${glyph(one, paint)} ${one}`] : [])).join('  ');
}

/** "12 of 40 done, 1 in hand, 3 ready, 24 held". */
export function countsText(counts: Counts): string {
  const order = ['in hand', 'ready', 'failed', 'skipped', 'cancelled', 'held'] as const;
  const rest = order.flatMap((one) => (counts[one] > 0 ? [`${counts[one]} ${one}`] : []));
  return [`${counts.done} of ${counts.total} done`, ...rest].join(', ');
}

/** What a step says of itself in one line, after its glyph. */
export function stepText(step: StepLine, paint: Palette): string {
  const { evidence } = step;
  const proof = evidence?.commit?.slice(0, 10) ?? evidence?.file ?? evidence?.work;
  const notes = [
    ...(step.exec === 'agent' ? [] : [step.exec]),
    ...(step.standing === 'held' ? heldBy(step) : []),
    ...(step.needsYou && step.why ? [step.why] : step.standing === 'in hand' && step.by ? [step.by] : []),
    ...(!step.needsYou && (step.standing === 'failed' || step.standing === 'skipped') && step.why ? [step.why] : []),
    ...(proof ? [proof] : []),
  ];
  const title = step.title === step.key ? '' : ` ${step.title}`;
  return `${paint.bold(step.key)}${title}${notes.length > 0 ? paint.dim(`  (${notes.join('; ')})`) : ''}`;
}

/** What a held step waits for: of a container, its own steps are counted. */
function heldBy({ id, unmet }: StepLine): string[] {
  const needs = unmet.filter((need) => !need.startsWith(`${id}.`));
  const own = unmet.length - needs.length;
  return [
    ...(needs.length > 0 ? [`needs ${needs.slice(0, 3).map(shortId).join(', ')}${needs.length > 3 ? ' …' : ''}`] : []),
    ...(own > 0 ? [`${own} of its steps ${own === 1 ? 'is' : 'are'} open`] : []),
  ];
}

/** An id without its molecule. */
const shortId = (id: string): string => id.slice(id.indexOf('.') + 1);

/** The head of every page about a molecule. */
export function headText(mol: MolStatus, paint: Palette): string {
  const state = mol.closed ? `closed: ${mol.closed.outcome}` : mol.state;
  const under = mol.work ?? mol.step;
  return `${paint.bold(mol.id)} ${mol.title}  ${paint.cyan(state)}${mol.phase === 'vapor' ? paint.dim(' (wisp)') : ''}${under ? paint.dim(` under ${under}`) : ''}`;
}
