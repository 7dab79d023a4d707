import { sentence } from '#core/formula/faults';
import type { Proto } from '#core/formula/proto';
import type { Refusal } from '#core/refusals';
import { type CookWish, cookProto, fillWith } from '#world/formulas/cook-with';
import type { FormulaFiles } from '#world/formulas/formula-files';

/** A convoy's inputs are judged when it is planned; of what was given only its variables are filled in now. */
export function cookedForRun(files: FormulaFiles, wish: CookWish): { plan: Proto; source: string; warnings: string[] } | Refusal {
  const fresh = cookProto(files, wish);
  if ('refused' in fresh) return fresh;
  const { proto, source } = fresh;
  const known = Object.entries(wish.vars ?? {}).filter(([name]) => proto.type !== 'convoy' || Object.hasOwn(proto.vars, name));
  const filled = fillWith(proto, Object.fromEntries(known), source);
  if ('refused' in filled) return filled;
  return { plan: filled.plan, source, warnings: [...fresh.warnings, ...filled.warnings].map(sentence) };
}
