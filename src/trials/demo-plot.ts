/** What the demo builds: two small programs with tests of their own, and twelve pieces of work on them, each done by a shell agent. */

export type Piece = {
  /** The demo's own name for it. */
  readonly key: string;
  readonly rig: 'calculator' | 'greeter';
  readonly title: string;
  readonly needs: readonly string[];
  /** What the agent does, and what it does when its work comes back. */
  readonly block: string;
  readonly rework?: string;
};

export const CHECK = 'node --test';

export const REPOSITORIES: Readonly<Record<Piece['rig'], Readonly<Record<string, string>>>> = {
  calculator: {
    'package.json': '{ "name": "calculator", "type": "module", "private": true }\n',
    'src/add.js': 'export const add = (a, b) => a + b;\n',
    'test/add.test.js': test('add', 'add(2, 3)', 5),
    'README.md': '# calculator\n',
  },
  greeter: {
    'package.json': '{ "name": "greeter", "type": "module", "private": true }\n',
    'src/greet.js': "export const greeting = 'Hello';\nexport const greet = (name) => `${greeting}, ${name}!`;\n",
    'test/greet.test.js':
      "import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nimport { greet } from '../src/greet.js';\ntest('greets by name', () => assert.match(greet('Ada'), /, Ada!$/));\n",
  },
};

/** A tree whose test fails: what the check must not let through. */
export const PLANTED_FAULT = { file: 'src/add.js', text: 'export const add = (a, b) => a - b;\n' };

function test(name: string, call: string, result: number): string {
  return `import assert from 'node:assert/strict';\nimport { test } from 'node:test';\nimport { ${name} } from '../src/${name}.js';\ntest('${name}', () => assert.equal(${call}, ${result}));\n`;
}

/** Writes a file, with a moment of work before it so that agents overlap. */
const write = (file: string, text: string) => `cat > ${file} <<'EOF'\n${text.replace(/\n$/, '')}\nEOF\n`;
const work = (seconds: number) => `for i in $(seq 1 ${seconds * 2}); do echo "working $i"; sleep 0.5; done\n`;
const commit = (message: string) => `git add -A\ngit commit -q -m "${message}"\n`;

function operation(name: string, source: string, call: string, result: number, seconds = 1): string {
  return (
    work(seconds) +
    write(`src/${name}.js`, source) +
    write(`test/${name}.test.js`, test(name, call, result)) +
    commit(`Add ${name}`)
  );
}

export const PIECES: readonly Piece[] = [
  {
    key: 'hello',
    rig: 'greeter',
    title: 'Greet with Good day',
    needs: [],
    block: `${work(1)}sed -i "s/'Hello'/'Good day'/" src/greet.js\n${commit('Greet with Good day')}`,
  },
  {
    key: 'welcome',
    rig: 'greeter',
    title: 'Greet with Welcome',
    needs: [],
    // Both change the same line from the same base: whichever lands second comes back.
    block: `${work(2)}sed -i "s/'Hello'/'Welcome'/" src/greet.js\n${commit('Greet with Welcome')}`,
    rework: `cat "$GT_EVIDENCE"\ngit checkout -q --theirs src/greet.js 2>/dev/null || true\nsed -i "s/greeting = '[^']*'/greeting = 'Welcome'/" src/greet.js\ngit add -A\ngit commit -q -m "Greet with Welcome, on top of Good day"\n`,
  },
  {
    key: 'multiply',
    rig: 'calculator',
    title: 'Multiply',
    needs: [],
    block: operation('multiply', 'export const multiply = (a, b) => a * b;\n', 'multiply(4, 5)', 20),
  },
  {
    key: 'divide',
    rig: 'calculator',
    title: 'Divide',
    needs: [],
    block: operation('divide', 'export const divide = (a, b) => Math.floor(b / a);\n', 'divide(20, 4)', 5),
    rework: `tail -n 5 "$GT_EVIDENCE"\n${write('src/divide.js', 'export const divide = (a, b) => a / b;\n')}${commit('Divide the right way round')}`,
  },
  {
    key: 'power',
    rig: 'calculator',
    title: 'Raise to a power',
    needs: ['multiply'],
    block: operation(
      'power',
      "import { multiply } from './multiply.js';\nexport const power = (a, n) => (n === 0 ? 1 : multiply(a, power(a, n - 1)));\n",
      'power(2, 10)',
      1024,
    ),
  },
  {
    key: 'subtract',
    rig: 'calculator',
    title: 'Subtract',
    needs: [],
    block: operation('subtract', 'export const subtract = (a, b) => a - b;\n', 'subtract(9, 4)', 5, 6),
  },
  {
    key: 'long',
    rig: 'calculator',
    title: 'Sum a list (its agent is killed half-way)',
    needs: [],
    block: operation(
      'sum',
      "import { add } from './add.js';\nexport const sum = (list) => list.reduce(add, 0);\n",
      'sum([1, 2, 3])',
      6,
      5,
    ),
  },
  {
    key: 'mean',
    rig: 'calculator',
    title: 'Mean of a list',
    needs: ['long', 'divide'],
    block: operation(
      'mean',
      "import { divide } from './divide.js';\nimport { sum } from './sum.js';\nexport const mean = (list) => divide(sum(list), list.length);\n",
      'mean([2, 4])',
      3,
    ),
  },
  {
    key: 'shout',
    rig: 'greeter',
    title: 'Shout',
    needs: [],
    block: greeterPiece('shout', 'export const shout = (text) => `${text.toUpperCase()}!`;\n', "shout('hey').length", 4, 5),
  },
  {
    key: 'whisper',
    rig: 'greeter',
    title: 'Whisper',
    needs: [],
    block: greeterPiece('whisper', 'export const whisper = (text) => text.toLowerCase();\n', "whisper('HEY').length", 3, 5),
  },
  {
    key: 'crowd',
    rig: 'greeter',
    title: 'Greet a crowd',
    needs: ['hello', 'welcome', 'shout'],
    block: greeterPiece(
      'crowd',
      "import { greet } from './greet.js';\nexport const crowd = (names) => names.map(greet);\n",
      "crowd(['a', 'b']).length",
      2,
      1,
    ),
  },
  {
    key: 'notes',
    rig: 'calculator',
    title: 'Write the release notes',
    needs: ['power', 'subtract', 'mean'],
    block: `${work(1)}ls src > NOTES.md\n${commit('Write the release notes')}`,
  },
];

function greeterPiece(name: string, source: string, call: string, result: number, seconds: number): string {
  return operation(name, source, call, result, seconds);
}

/** The description of a piece: words for people, blocks for the shell agent. */
export function describe({ title, block, rework }: Piece): string {
  const again = rework ? `\nWhen it comes back:\n\n\`\`\`sh rework\n${rework}\`\`\`\n` : '';
  return `${title}, with a test.\n\n\`\`\`sh\n${block}\`\`\`\n${again}`;
}
