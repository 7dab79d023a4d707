import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from 'vitest';
import { AttachTown, BASH, gtLine as gt } from '../support/attach-town.ts';
import { type Seen, triedOnTmux } from '../support/tmux.ts';
import { until } from '../support/until.ts';

/** `gt attach` on terminals that tmux draws: what a person sees, and what is left when they leave. */
const STREAMS = new URL('../fixtures/streams/', import.meta.url);
const ground = new AttachTown();
const { town, tmux } = ground;
const agent = (block: string) => ground.agent(block);

beforeAll(() => ground.begin());
afterAll(() => ground.end());

triedOnTmux(
  'a person types, resizes, pastes 100 kB and leaves by Ctrl+\\: their terminal is as it was, and so is the screen when they are back',
  async () => {
    const id = await agent(BASH);
    tmux.open('one', 100, 30);
    await tmux.shows('one', 'OUT>');
    tmux.type('one', `cd ${town.dir}; stty -a > before; echo $PPID; ${gt('attach', id)}; stty -a > after`);
    await tmux.shows('one', 'in>');
    tmux.type('one', 'stty size');
    await tmux.shows('one', '30 100');
    tmux.resize('one', 90, 25);
    await until('the agent has the size', async () => {
      tmux.type('one', 'clear; stty size');
      return (await tmux.shows('one', /^\d+ \d+$/m)).includes('25 90');
    });
    const lines = Array.from({ length: 1300 }, (_, n) => `${n} ${'paste '.repeat(13)}`).join('\n');
    expect(lines.length).toBeGreaterThan(100_000);
    // said by a title: on the rows, the terminal's echo may come after what a program prints
    tmux.type('one', String.raw`clear; echo re""ady; cat > ${town.dir}/pasted; printf '\033]2;pasted it\007'`);
    await tmux.shows('one', /^ready/m);
    tmux.paste('one', `${lines}\n`);
    tmux.press('one', 'C-d');
    await tmux.sees('one', 'it is pasted', ({ about }) => about.includes('pasted it'));
    expect(readFileSync(join(town.dir, 'pasted'), 'utf8')).toBe(`${lines}\n`);

    tmux.type(
      'one',
      String.raw`clear; printf '\033[1;31mred\033[0m \033[4;38;5;99mline\033[0m 你好\n\033[7minverse\033[0m\033]2;a title\007'`,
    );
    // the prompt comes after the title
    const before = await tmux.sees(
      'one',
      'the agent has a title and its prompt',
      ({ rows, about }) => /inverse.*in>/.test(rows) && about.startsWith('cursor_x=11 cursor_y=1 ') && about.includes('a title'),
    );
    tmux.press('one', 'C-\\');
    await tmux.shows('one', /Left alpha\/\w+, which goes on\.\s+OUT>/);
    await until('stty has spoken', () => existsSync(join(town.dir, 'after')));
    const settings = (file: string) => readFileSync(join(town.dir, file), 'utf8').replace(/rows \d+; columns \d+/, '');
    expect(settings('after')).toBe(settings('before'));
    const left = tmux.see('one').about;
    expect(left).toMatch(/cursor_flag=1 .*alternate_on=0 .*mouse_any_flag=0/);
    expect(left).not.toContain('a title');

    tmux.type('one', gt('attach', id));
    const after = await tmux.sees('one', 'it is back', ({ rows, about }) => about === before.about && rows === before.rows);
    expect(after).toEqual(before);
    // twice it goes to the agent: a shell hears it as SIGQUIT, and says nothing
    tmux.type('one', `trap 'echo got quit' QUIT; echo s""et; read x`);
    await tmux.shows('one', /^set/m); // the signal throws away what was typed and not read
    tmux.press('one', 'C-\\', 'C-\\');
    await tmux.shows('one', /^(\^\\)*got quit/m); // and not the word as it was typed
    tmux.press('one', 'C-\\');
    await tmux.shows('one', 'Left alpha');
  },
);

triedOnTmux('two terminals on one agent: the size follows who types, the other sees as much as fits and is told', async () => {
  const id = await agent(BASH);
  tmux.open('wide', 100, 30);
  tmux.open('slim', 60, 20);
  for (const name of ['wide', 'slim']) await tmux.shows(name, 'OUT>');
  tmux.type('wide', gt('attach', id));
  await tmux.shows('wide', 'in>');
  tmux.type('slim', gt('attach', id));
  await tmux.shows('slim', 'its screen is 100x30');
  tmux.type('slim', 'stty size');
  await tmux.shows('slim', '20 60');
  await tmux.shows('wide', 'its screen is 60x20');
  tmux.type('wide', 'clear; stty size');
  await tmux.shows('wide', '30 100');
  await tmux.shows('slim', 'its screen is 100x30');
  tmux.press('slim', 'C-\\');
  await tmux.shows('slim', 'OUT>');
  tmux.type('slim', gt('watch', id));
  await tmux.shows('slim', /its screen is 100x30 *$/m);
  tmux.type('slim', 'not heard');
  tmux.press('slim', 'C-c');
  await tmux.shows('slim', 'Left alpha/');
  expect(tmux.text('wide')).not.toContain('not heard');
  tmux.type('wide', 'exit 0');
});

for (const [name, program, shown, keys, drawn] of [
  [
    'vim',
    'vim -u NONE -c "set nocompatible showmode number hlsearch" -c "syntax on" a.sh',
    '~',
    ['/', 'e', 'c', 'h', 'o', 'Enter', 'v', 'l'],
    // `l`, the last key, is drawn: `e` is chosen, and the cursor stands on the next
    ({ rows, about }: Seen) => /VISUAL/.test(rows) && /e\W+[\d;]+mcho/.test(rows) && about.startsWith('cursor_x=13 cursor_y=1 '),
  ],
  // a page of 27 lines and two more
  ['less', 'seq -f "line %g" 500 | less -J', 'line 20', ['Space', 'j', 'j'], ({ rows }: Seen) => /line 56\n.*:/.test(rows)],
] as const)
  triedOnTmux(
    `${name} looks the same before one leaves and after one is back`,
    async () => {
      const id = await agent(`printf 'if true; then\\n\\techo "x" # y\\nfi\\n' > a.sh; ${program}; rm -f a.sh`);
      tmux.open(name, 90, 28);
      await tmux.shows(name, 'OUT>');
      tmux.type(name, gt('attach', id));
      await tmux.shows(name, shown);
      tmux.press(name, ...keys);
      const before = await tmux.sees(name, 'all keys are drawn', (seen) => drawn(seen) && seen.about.includes('alternate_on=1'));
      tmux.press(name, 'C-\\');
      await tmux.shows(name, /Left alpha/);
      expect(tmux.see(name).about).toContain('alternate_on=0');
      tmux.type(name, gt('attach', id));
      const after = await tmux.sees(name, 'it is back', ({ rows, about }) => rows === before.rows && about === before.about);
      expect(after).toEqual(before);
      tmux.press(name, 'C-\\');
      await tmux.sees(name, 'it is left', ({ about }) => about.includes('alternate_on=0'));
    },
    name,
  );

triedOnTmux('so does every recorded screen', async () => {
  const files = readdirSync(STREAMS).filter((name) => name.endsWith('.bin'));
  const shows = files.map((name) => `read x; cat ${new URL(name, STREAMS).pathname}; printf '\\033]2;shown ${name}\\007'`);
  const id = await agent(`stty -echo\nprintf READY\n${shows.join('\n')}\nread x`);
  // tmux has one scroll region for both of its screens, others have one for each: a recording that leaves one behind looks the same
  const look = () => {
    const { rows, about } = tmux.see('corpus');
    return { rows, about: about.replaceAll(/scroll_region_\w+=\d+/g, '') };
  };
  tmux.open('corpus', 80, 24);
  await tmux.shows('corpus', 'OUT>');
  tmux.type('corpus', gt('attach', id));
  await tmux.shows('corpus', 'READY');
  for (const name of files) {
    tmux.press('corpus', 'Enter');
    await tmux.sees('corpus', `all of ${name}`, ({ about }) => about.includes(`shown ${name}`));
    const before = look();
    tmux.press('corpus', 'C-\\');
    await tmux.shows('corpus', /Left alpha/);
    tmux.type('corpus', gt('attach', id));
    let after = look();
    await until(`${name} is back`, () => {
      after = look();
      return JSON.stringify(after) === JSON.stringify(before);
    }).catch(() => undefined);
    expect(after, name).toEqual(before);
  }
  tmux.press('corpus', 'C-\\');
  await tmux.shows('corpus', /OUT> *$/m);
});
