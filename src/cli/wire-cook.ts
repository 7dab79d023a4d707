import { type Fault, meant, sentence } from '#core/formula/faults';
import type { Proto } from '#core/formula/proto';
import type { Refusal } from '#core/refusals';
import { type Dish, fillWith } from '#world/formulas/cook-with';

/** What is cooked, filled. A convoy's inputs are judged when it is planned; of what was given only its variables are filled in now. */
export function filledForRun(
  { proto, source, warnings }: Omit<Dish, 'plan'>,
  vars: Readonly<Record<string, string>>,
): { plan: Proto; source: string; warnings: string[] } | Refusal {
  const unknown = proto.type === 'convoy' ? unknownInputs(proto, Object.keys(vars), source) : [];
  const known = Object.entries(vars).filter(([name]) => proto.type !== 'convoy' || Object.hasOwn(proto.vars, name));
  const filled = fillWith(proto, Object.fromEntries(known), source);
  if ('refused' in filled) return filled;
  return { plan: filled.plan, source, warnings: [...warnings, ...unknown, ...filled.warnings].map(sentence) };
}

/** Values that no text of a convoy knows by that name: a slip, most likely. `pr` and `files` are known to all. */
function unknownInputs({ vars, convoy }: Proto, given: readonly string[], file: string): Fault[] {
  const inputs = Object.keys(convoy?.inputs ?? {});
  // Texts may name a value that no input tells of.
  if (inputs.length === 0) return [];
  const known = [...inputs, ...Object.keys(vars), 'pr', 'files'];
  return given
    .filter((name) => !known.includes(name))
    .map((name) => {
      const hint = meant(name, known);
      return { file, line: 0, at: 'inputs', says: `there is no input \`${name}\``, ...(hint === undefined ? {} : { hint }) };
    });
}
