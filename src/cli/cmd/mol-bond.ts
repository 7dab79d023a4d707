import { createHash } from 'node:crypto';
import { type Call, type Command, command } from '#cli/command';
import type { Face } from '#cli/pouring';
import { valuesOf } from '#cli/values';
import { type OpenTown, withDesk } from '#cli/wire';
import { filled, sayWhenDown, type Template, templateOf } from '#cli/wire-molecules';
import { hashed } from '#core/formula/proto';
import { BOND_TYPES, type BondType, refOf } from '#core/molecule/bond';
import { bondProtos } from '#core/molecule/bond-protos';
import { pouredId } from '#core/molecule/pour';
import type { Molecule } from '#core/records';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import { bond } from '#ops/bond';
import { pour } from '#ops/pour';
import { storeProto } from '#ops/store-proto';

/** What a bond made or changed. */
type Bonded = {
  readonly id: string | null;
  readonly kind: 'proto' | 'molecule';
  readonly bond: BondType;
  /** The molecule that was poured for it, with the ids of its steps. */
  readonly spawned: string | null;
  readonly ids: Readonly<Record<string, string>>;
  /** Nothing was made. */
  readonly dry?: true;
};

type BdBonded = {
  readonly result_id?: string | null;
  readonly bond_type?: BondType;
  readonly id_mapping?: Readonly<Record<string, string>>;
};

/** Bonds two of what there is: formulas, stored protomolecules, molecules. */
export const bonding = (face: Face): Command =>
  command({
    args: [
      { name: 'a', required: true, help: 'a molecule, a stored protomolecule or a formula' },
      { name: 'b', required: true, help: 'the same' },
    ],
    options: [
      {
        name: 'type',
        value: 'type',
        help: 'sequential (default; with --ref parallel), parallel, conditional: B only if A fails',
        choices: BOND_TYPES,
      },
      { name: 'var', value: 'name=value', help: 'a value for what is poured', many: true },
      { name: 'as', value: 'title', help: 'the title of two protomolecules as one' },
      { name: 'ref', value: 'ref', help: 'what is poured gets the id MOLECULE.ref; values are filled in: leg-{{who}}' },
      { name: 'pour', help: 'pour a molecule, also when the other one is a wisp' },
      { name: 'ephemeral', help: 'pour a wisp, also when the other one is a molecule' },
      { name: 'rig', value: 'rig', help: 'whose formulas (default: the rig that you are in)' },
      { name: 'dry-run', help: 'say what would be made, make nothing' },
    ],
    about:
      'Two protomolecules become a new stored one. With a molecule, a protomolecule is poured and bonded to it: it runs after it, beside it, or if it fails. ' +
      'Of two molecules B comes after A; in parallel B hangs under A.',
    example: `${face} mol bond mol-security-scan gp-wisp-4kx --var scope=src`,
    run: ({ args, opts, global, io, say }) => {
      if (opts.pour && opts.ephemeral)
        return refuse('BOND_SIDES', {
          what: '--pour and --ephemeral exclude each other.',
          hint: 'Give one of them, or none: then it is as the other one is.',
        });
      const vars = valuesOf(opts.var);
      if (isRefusal(vars)) return vars;
      return withDesk({ global, io }, { wait: 'agent' }, async (town) => {
        const sides: Side[] = [];
        for (const word of [args.a, args.b]) {
          const mol = await town.desk.books.read('molecule', word);
          const side = mol ?? (await templateOf(town, word, { rig: opts.rig, vars, io }));
          if (isRefusal(side)) return side;
          sides.push(mol ? { mol } : { template: side as Template });
        }
        const wish: Wish = {
          type: (opts.type ?? (opts.ref === undefined ? 'sequential' : 'parallel')) as BondType,
          vars,
          dry: opts['dry-run'],
          say,
          ...(opts.as === undefined ? {} : { as: opts.as }),
          ...(opts.ref === undefined ? {} : { ref: opts.ref }),
          ...(opts.pour ? { phase: 'liquid' as const } : opts.ephemeral ? { phase: 'vapor' as const } : {}),
        };
        const done = await bonded(town, sides as [Side, Side], wish);
        return isRefusal(done) ? done : shown(face, done);
      });
    },
    text: (value) => {
      const { result_id: result, bond_type: bdType, id_mapping: ids = {} } = value as BdBonded;
      const { id = result, bond: type = bdType, kind, dry } = value as Partial<Bonded>;
      // bd counts the records that were poured, the root first.
      const spawned = (value as Bonded).spawned && (Object.values(ids)[0] ?? (value as Bonded).spawned);
      if (dry) return `Nothing is made: they would be bonded (${type})`;
      if (spawned) return `${id} is bonded with ${spawned}, which was poured for it (${type})\nNext: gt mol status ${spawned}`;
      const next = kind === 'proto' || id?.startsWith('proto-') ? `\nNext: bd mol pour ${id}` : '';
      return `${id} is bonded (${type})${next}`;
    },
  });

type Side = { readonly mol: Molecule } | { readonly template: Template };
type Wish = {
  readonly type: BondType;
  readonly vars: Readonly<Record<string, string>>;
  readonly dry: boolean;
  readonly say: Call['say'];
  readonly as?: string;
  readonly ref?: string;
  readonly phase?: Molecule['phase'];
};

async function bonded(town: OpenTown, [a, b]: [Side, Side], wish: Wish): Promise<Bonded | Refusal> {
  const misplaced = !('mol' in a) && !('mol' in b) ? wish.ref : 'mol' in a && 'mol' in b ? (wish.ref ?? wish.phase) : undefined;
  if (misplaced !== undefined)
    return refuse('BOND_SIDES', {
      what: '--ref, --pour and --ephemeral are for what is poured, and nothing is.',
      hint: 'Name one molecule and one formula or protomolecule.',
    });
  if ('mol' in a && 'mol' in b) {
    if (wish.dry) return { id: a.mol.id, kind: 'molecule', bond: wish.type, spawned: null, ids: {}, dry: true };
    const done = await bond(town.desk, { a: a.mol.id, b: b.mol.id, type: wish.type });
    return isRefusal(done) ? done : { id: a.mol.id, kind: 'molecule', bond: wish.type, spawned: null, ids: {} };
  }
  if ('mol' in a) return spawn(town, a.mol, (b as { template: Template }).template, wish);
  if ('mol' in b) return spawn(town, b.mol, a.template, wish);
  const proto = hashed(bondProtos(a.template.proto, b.template.proto, wish.type, wish.as), sha256);
  if (wish.dry) return { id: null, kind: 'proto', bond: wish.type, spawned: null, ids: {}, dry: true };
  const stored = await storeProto(town.desk, proto, `${a.template.proto.formula} + ${b.template.proto.formula}`);
  return isRefusal(stored) ? stored : { id: stored.proto.id, kind: 'proto', bond: wish.type, spawned: null, ids: {} };
}

/** Pours a template, bonded to a molecule whichever of the two was named first; it is as that one is unless somebody says otherwise. */
async function spawn(town: OpenTown, mol: Molecule, template: Template, wish: Wish): Promise<Bonded | Refusal> {
  const ref = wish.ref === undefined ? undefined : refOf(wish.ref, wish.vars);
  if (isRefusal(ref)) return ref;
  const plan = filled(template, wish.vars, wish.say);
  if (isRefusal(plan)) return plan;
  if (wish.dry) return { id: mol.id, kind: 'molecule', bond: wish.type, spawned: null, ids: {}, dry: true };
  const made = await pour(town.desk, {
    plan,
    prefix: mol.id.replace(/-(mol|wisp)-.*$/, ''),
    rig: mol.rig,
    phase: wish.phase ?? mol.phase,
    vars: wish.vars,
    bond: { to: mol.id, type: wish.type },
    ...(template.id ? { proto: template.id } : {}),
    ...(ref === undefined ? {} : { ref }),
  });
  if (isRefusal(made)) return made;
  sayWhenDown(town, wish.say, 'it is poured');
  const ids = Object.fromEntries(
    [plan.root, ...plan.steps.map(({ id }) => id)].map((id) => [id, pouredId(made.id, plan.root, id)]),
  );
  return { id: mol.id, kind: 'molecule', bond: wish.type, spawned: made.id, ids };
}

function shown(face: Face, done: Bonded): unknown {
  if (face === 'gt') return done;
  const { id, kind, bond: type, spawned, ids, dry } = done;
  return {
    result_id: id,
    result_type: kind === 'proto' ? 'compound_proto' : 'compound_molecule',
    bond_type: type,
    ...(spawned === null ? {} : { spawned: Object.keys(ids).length, id_mapping: ids }),
    ...(dry ? { dry } : {}),
  };
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
