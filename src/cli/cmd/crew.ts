import { command, type Group, type Verb } from '#cli/command';
import { agentsText } from '#cli/role-text';
import { namedBy, wordsOf } from '#cli/role-words';
import { withDesk } from '#cli/wire';
import { addCrew, addDog, removeNamed } from '#cli/wire-crew';
import { rigNames, unknownRig } from '#cli/wire-rigs';
import { isRefusal } from '#core/refusals';
import { lastingList } from '#views/agents';
import { roleVerbs } from './lasting.ts';

/** Crew members, who stay with a rig in a clone of their own, and the town's dogs. */

const AGENT = { name: 'agent', value: 'agent', help: 'whose program it has (default: what the settings say)' } as const;

const addOne = command({
  args: wordsOf('crew').args,
  options: [
    ...wordsOf('crew').options,
    { name: 'branch', value: 'branch', help: 'where they work (default: crew/<name>, from where work lands)' },
    AGENT,
  ],
  about:
    'A clone of the rig for somebody who stays. Its branches are pushed to the rig; only the refinery moves the branch that work lands on.',
  example: 'gt crew add ann --rig shop',
  run: (call) => {
    const { branch, agent } = call.opts as { branch?: string; agent?: string };
    return addCrew(call, namedBy('crew', call.args, call.opts), { branch, agent });
  },
  text: ({ rig, name, dir, branch }) =>
    `${rig}/crew/${name} has a clone, on ${branch}:\n  cd ${dir}\n  gt crew start ${rig}/${name}`,
});

const list = command({
  args: [{ name: 'rig', help: 'of this rig only' }],
  options: [{ name: 'rig', value: 'rig', help: 'the same' }],
  example: 'gt crew list',
  run: (call) => {
    const rig = call.args.rig ?? call.opts.rig;
    return withDesk(call, { wait: 'person' }, async (town) => {
      const names = rigNames(town);
      if (isRefusal(names)) return names;
      if (rig !== undefined && !names.includes(rig)) return unknownRig(rig, names);
      return (await lastingList(town.desk.books, rig)).filter(({ role }) => role === 'crew');
    });
  },
  text: (crew, show) => (crew.length === 0 ? 'No crew yet: gt crew add <name> --rig <rig>' : agentsText(crew, show)),
});

const removeOne = (role: 'crew' | 'dog') =>
  command({
    args: wordsOf(role).args,
    options: [
      ...wordsOf(role).options,
      { name: 'force', help: 'also when its clone holds what is nowhere else: that is kept in the rig first' },
    ],
    about: 'Its directory goes, and it is in no list any more. Refused while it is wanted.',
    example: `gt ${role} remove${wordsOf(role).example}`,
    run: (call) =>
      removeNamed(call, namedBy(role, call.args, call.opts), { force: (call.opts as unknown as { force: boolean }).force }),
    text: ({ name }) => `${name} is gone.`,
  });

const remove = (role: 'crew' | 'dog'): Verb => ({ help: 'Lets it go', aliases: ['rm'], load: () => removeOne(role) });

export const crew: Group = {
  bare: 'list',
  verbs: {
    add: { help: 'Makes a clone for somebody who stays', aliases: ['create'], load: () => addOne },
    list: { help: 'Who is there', aliases: ['ls'], load: () => list },
    ...roleVerbs('crew'),
    remove: remove('crew'),
  },
};

const createDog = command({
  args: wordsOf('dog').args,
  options: [AGENT],
  example: 'gt dog create rex',
  run: (call) => addDog(call, namedBy('dog', call.args, call.opts), call.opts.agent),
  text: ({ name }) => `dogs/${name} is there: gt dog start ${name}`,
});

const listDogs = command({
  example: 'gt dog list',
  run: (call) =>
    withDesk(call, { wait: 'person' }, async (town) => (await lastingList(town.desk.books)).filter(({ role }) => role === 'dog')),
  text: (dogs, show) => (dogs.length === 0 ? 'No dog yet: gt dog create <name>' : agentsText(dogs, show)),
});

export const dog: Group = {
  bare: 'list',
  verbs: {
    create: { help: 'Makes a dog', aliases: ['add'], load: () => createDog },
    list: { help: 'Which there are', aliases: ['ls'], load: () => listDogs },
    ...roleVerbs('dog'),
    remove: remove('dog'),
  },
};
