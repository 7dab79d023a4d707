import { describe, expect, test } from 'vitest';
import { command, type Verb } from '#cli/command';
import { everyCommand } from '#cli/run';
import { TOPICS, type Topic } from '#cli/verbs';
import { Refused, refuse } from '#core/refusals';
import { RedisGone } from '#world/store/link';
import { call } from '../support/cli.ts';

const echo = command({
  args: [{ name: 'what', required: true, help: 'what to say' }],
  options: [{ name: 'loud', short: 'l', help: 'in capitals' }],
  example: 'gt echo hello',
  run: ({ args, opts, global, say }) => {
    say('echoing');
    return { said: opts.loud ? args.what.toUpperCase() : args.what, town: global.town ?? null };
  },
  text: ({ said }, { paint }) => paint.bold(said),
});
const does = (run: () => unknown): Verb => ({ help: 'Does it', load: () => command({ example: 'gt x', run }) });
const fails = (fault: unknown): Verb =>
  does(() => {
    throw fault;
  });

/** A small gt of the tests' own. */
const topics: readonly Topic[] = [
  {
    title: 'Words',
    verbs: {
      echo: { help: 'Says it again', aliases: ['say'], load: () => echo },
      all: {
        help: 'What there is',
        load: () => ({
          bare: 'list',
          verbs: { list: { help: 'Lists it', load: () => command({ example: 'gt all', run: () => 1 }) } },
        }),
      },
      rig: {
        help: 'Rigs',
        load: () => ({
          bare: 'list',
          verbs: {
            list: { help: 'Lists rigs', load: () => echo },
            add: { help: 'Adds a rig', aliases: ['create'], load: () => echo },
          },
        }),
      },
      mq: { help: 'The merge queue', load: () => ({ verbs: { next: { help: 'Who is next', load: () => echo } } }) },
      taken: does(() => refuse('WORK_TAKEN', { id: 'gp-1', holder: 'toast' })),
      thrown: fails(new Refused(refuse('WORKER_RUNS', { pid: 7 }))),
      gone: fails(new RedisGone('cut', '/run/redis')),
      bug: fails(new Error('no such luck\nsecond line', { cause: new Error('the root') })),
      nothing: does(() => undefined),
      sick: { help: 'Is ill', load: () => command({ example: 'gt sick', run: () => ['ill'], text: String, exit: () => 1 }) },
      secret: { help: 'Is hidden', hidden: true, load: () => echo },
      lean: { help: 'Is hot', hot: true, load: () => echo },
    },
  },
];
const gt = (...argv: string[]) => call(argv, {}, topics);

describe('what gt prints', () => {
  test('a value is shown for people, and how it went on stderr', async () => {
    expect(await gt('echo', 'hi')).toEqual({ exit: 0, out: 'hi\n', err: 'echoing\n' });
    expect(await gt('echo', 'hi', '--quiet')).toEqual({ exit: 0, out: 'hi\n', err: '' });
  });

  test('with --json the value is one document, wherever the word stands', async () => {
    for (const argv of [
      ['echo', 'hi', '--json'],
      ['--json', 'echo', 'hi'],
      ['--town', '/t', 'echo', '--json', 'hi'],
    ])
      expect(JSON.parse((await gt(...argv)).out)).toEqual({ said: 'hi', town: argv[1] === '/t' ? '/t' : null });
    expect((await gt('nothing', '--json')).out).toBe('');
  });

  test('colours go to a terminal alone, and NO_COLOR and --no-color are obeyed', async () => {
    const painted = async (argv: string[], terminal: boolean, env = {}) =>
      (await call(argv, { outIsTerminal: terminal, env }, topics)).out;
    expect(await painted(['echo', 'hi'], true)).toBe('\u001b[1mhi\u001b[22m\n');
    expect(await painted(['echo', 'hi'], false)).toBe('hi\n');
    expect(await painted(['echo', 'hi', '--no-color'], true)).toBe('hi\n');
    expect(await painted(['echo', 'hi'], true, { NO_COLOR: '1' })).toBe('hi\n');
    expect(await painted(['echo', 'hi'], true, { NO_COLOR: '' })).toContain('\u001b[');
    expect(await painted(['echo', 'hi'], true, { TERM: 'dumb' })).toBe('hi\n');
  });

  test('a refusal is two lines and its exit code', async () => {
    expect(await gt('taken')).toEqual({
      exit: 4,
      out: '',
      err: 'gp-1 is taken by toast.\nSee what it waits for: `gt why gp-1`.\n',
    });
    expect((await gt('thrown')).err).toContain('A worker runs already (pid 7).');
  });

  test('with --json a refusal is one document with its code', async () => {
    const { exit, out, err } = await gt('taken', '--json');
    expect({ exit, out }).toEqual({ exit: 4, out: '' });
    expect(JSON.parse(err)).toEqual({
      refused: 'WORK_TAKEN',
      says: 'gp-1 is taken by toast.',
      try: expect.stringContaining('gt why'),
      exit: 4,
    });
  });

  test('a Redis that is gone is a town that is down', async () => {
    expect(await gt('gone')).toMatchObject({
      exit: 5,
      err: expect.stringContaining('Redis is down or unreachable: /run/redis.'),
    });
  });

  test('a fault is one line and a hint, and its trace with GT_DEBUG', async () => {
    expect(await gt('bug')).toEqual({
      exit: 70,
      out: '',
      err: 'gt: no such luck\nThis is a bug or a broken system; GT_DEBUG=1 shows the trace.\n',
    });
    const { err } = await call(['bug'], { env: { GT_DEBUG: '1' } }, topics);
    expect(err).toMatch(/cli\.test\.ts[\s\S]*caused by: Error: the root/);
    expect(JSON.parse((await gt('bug', '--json')).err)).toMatchObject({
      fault: expect.stringContaining('no such luck'),
      exit: 70,
    });
  });

  test('an answer that is no success has an exit code of its own', async () => {
    expect(await gt('sick')).toEqual({ exit: 1, out: 'ill\n', err: '' });
  });

  test('what was interrupted ends with 130', async () => {
    const interrupted = AbortSignal.abort();
    expect((await call(['bug'], { interrupted }, topics)).exit).toBe(130);
    expect((await call(['nothing'], { interrupted }, topics)).exit).toBe(130);
  });
});

describe('how gt finds a verb', () => {
  test('aliases and verbs under a word', async () => {
    expect((await gt('say', 'hi')).out).toBe('hi\n');
    expect((await gt('rig', 'create', 'hi')).out).toBe('hi\n');
    expect((await gt('rig', 'some')).out).toBe('some\n');
    expect((await gt('--json', 'mq', 'next', 'a')).out).toContain('"a"');
  });

  test('an unknown verb is refused with the three nearest', async () => {
    const { exit, err } = await gt('ecko', 'hi');
    expect(exit).toBe(2);
    expect(err).toMatch(
      /^There is no command `gt ecko`\.\nDid you mean `gt echo`, `gt [a-z]+` or `gt [a-z]+`\? `gt help` lists all\.\n$/,
    );
    expect((await gt('mq', 'nxt')).err).toContain('Did you mean `gt mq next`?');
    expect((await gt('all', 'lst')).err).toMatch(/no command `gt all lst`.*\n.*`gt all list`/);
    expect((await gt('all', '--json')).exit).toBe(0);
    expect((await gt('toString')).exit).toBe(2);
    expect((await gt('--loud')).err).toContain('gt has no option `--loud`.');
  });

  test('wrong words are refused with a hint', async () => {
    for (const verb of ['echo', 'lean']) {
      expect(await gt(verb)).toMatchObject({ exit: 2, err: `gt ${verb} needs <what>.\nFor example: \`gt echo hello\`\n` });
      expect(await gt(verb, 'a', 'b')).toMatchObject({ exit: 2, err: expect.stringContaining('does not take `b`') });
      expect(await gt(verb, 'a', '--lod')).toMatchObject({ exit: 2, err: expect.stringContaining('Did you mean `--loud`') });
      expect(await gt(verb, 'a', '--town')).toMatchObject({ exit: 2, err: expect.stringContaining('--town needs a value') });
    }
  });
});

describe('help', () => {
  test('gt, gt help and gt --help list the verbs by topic', async () => {
    const [bare, help, flag] = await Promise.all([gt(), gt('help'), gt('--help')]);
    expect(bare).toEqual(help);
    expect(bare).toEqual(flag);
    expect(bare.exit).toBe(0);
    expect(bare.out).toMatch(/Words\n {2}echo +Says it again\n/);
    expect(bare.out).not.toContain('secret');
  });

  test('a word with verbs lists them, unless it has something to do alone', async () => {
    for (const argv of [['mq'], ['mq', 'help'], ['mq', '--help'], ['rig', '--help'], ['rig', 'help']])
      expect((await gt(...argv)).out).toContain('Verbs:');
    expect((await gt('rig')).err).toContain('needs <what>');
  });

  test('help before a verb is its --help, and refuses a verb that is not there', async () => {
    expect(await gt('help', 'echo')).toEqual(await gt('echo', '--help'));
    expect(await gt('help', 'rig', 'add')).toEqual(await gt('rig', 'add', '--help'));
    expect(await gt('rig', 'help', 'add')).toEqual(await gt('rig', 'add', '--help'));
    expect(await gt('help', 'rig')).toEqual(await gt('rig', '--help'));
    expect(await gt('help', 'ecko')).toMatchObject({ exit: 2, err: expect.stringContaining('There is no command `gt ecko`') });
  });

  test('help on a verb shows its words, options and example, and runs nothing', async () => {
    const { out, err } = await gt('echo', '-h');
    expect(err).toBe('');
    expect(out).toContain('Usage: gt echo <what> [options]');
    expect(out).toMatch(/-l, --loud +in capitals/);
    expect(out).toContain('Example: gt echo hello');
  });
});

describe('the verbs of gt', async () => {
  const verbs = Object.assign({}, ...TOPICS.map((topic) => topic.verbs)) as Record<string, Verb>;
  const commands = await everyCommand({ verbs });

  test('no two verbs share a name', () => {
    const names = TOPICS.flatMap((topic) =>
      Object.entries(topic.verbs).flatMap(([name, { aliases = [] }]) => [name, ...aliases]),
    );
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  });

  test.each(commands.map(({ path, command: one }) => [path.join(' '), path, one] as const))(
    'gt %s helps, with an example of its own',
    async (name, path, one) => {
      const { exit, out } = await call([...path, '--help']);
      expect(exit).toBe(0);
      // `gt bd …` is the program bd, and calls itself so.
      expect(out).toContain(`Usage: ${name.startsWith('bd ') ? name : `gt ${name}`}`);
      expect(out).toContain(`Example: ${one.example}`);
      expect(one.example).toMatch(/^(gt|bd) \S/);
      const options = one.options.map((option) => option.name);
      expect(options.filter((option) => ['town', 'json', 'no-color', 'quiet', 'yes', 'help'].includes(option))).toEqual([]);
    },
  );
});
