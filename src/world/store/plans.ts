import type { Proto, ProtoStep } from '#core/formula/proto';
import type { Books } from './books.ts';

/**
 * The plan of a protomolecule or molecule: the cooked formula with the texts of all its steps, in the fields `plan` (without steps) and `plan.0`,
 * `plan.1` … (100 steps each) of its long text. Deflated, as base64: texts of steps resemble each other.
 */
const CHUNK = 100;

/** A cooked formula as the text fields that hold it. */
function packPlan({ steps, ...head }: Proto): Record<string, string> {
  const fields: Record<string, string> = { plan: pack({ ...head, steps: steps.length }) };
  for (let from = 0; from < steps.length; from += CHUNK) fields[`plan.${from / CHUNK}`] = pack(steps.slice(from, from + CHUNK));
  return fields;
}

/** The field that holds the step at a place of the plan, and its place in it. */
const placeInPlan = (at: number) => ({ field: `plan.${Math.floor(at / CHUNK)}`, index: at % CHUNK });

/** The whole plan from its fields; undefined when there is none. @throws when a part of it is missing */
function unpackPlan(fields: Readonly<Record<string, string>>): Proto | undefined {
  const { plan } = fields;
  if (plan === undefined) return undefined;
  const head = unpack(plan) as Omit<Proto, 'steps'> & { steps: number };
  const steps = Array.from({ length: Math.ceil(head.steps / CHUNK) }, (_, i) => unpackSteps(fields[`plan.${i}`] ?? '')).flat();
  return { ...head, steps };
}

const unpackSteps = (field: string): ProtoStep[] => unpack(field) as ProtoStep[];

// Loaded when first used: most commands never need it, and hooks call gt at every prompt.
const zlib = () => process.getBuiltinModule('node:zlib');
const pack = (value: unknown): string => zlib().deflateRawSync(JSON.stringify(value)).toString('base64');
const unpack = (text: string): unknown => JSON.parse(zlib().inflateRawSync(Buffer.from(text, 'base64')).toString());

/** Plans never change once they are written, so what was read last is kept. */
const KEPT = 16;

/** Reads and packs plans. */
export type Plans = ReturnType<typeof plansOf>;

export function plansOf(books: Books) {
  const parts = new Map<string, ProtoStep[]>();
  return {
    /** The text fields that hold a plan, for the commit that writes its record. */
    pack: packPlan,
    /** The whole plan of a molecule or a protomolecule; undefined when there is none. */
    read: async (id: string): Promise<Proto | undefined> => unpackPlan(await books.text(id)),
    /** One step of it. */
    step: async (id: string, at: number): Promise<ProtoStep | undefined> => {
      const { field, index } = placeInPlan(at);
      const key = `${id} ${field}`;
      const known = parts.get(key) ?? unpackSteps((await books.textField(id, field)) ?? pack([]));
      parts.delete(key);
      parts.set(key, known);
      for (const oldest of parts.keys()) if (parts.size > KEPT) parts.delete(oldest);
      return known[index];
    },
  };
}
