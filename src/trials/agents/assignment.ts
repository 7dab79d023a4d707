import type { Conversation } from '#world/model-server/conversation';
import type { ScriptStep } from '#world/model-server/script';

/** The file that the model has written by the program's own tool for files. */
export const MADE = { file: 'round.js', text: 'export const round = (n) => Math.round(n * 100) / 100;\n' };

/** The directory that an earlier call of the shell told. */
function directoryIn({ turns }: Conversation): string {
  const told = turns.filter(({ who }) => who === 'tool').map(({ text }) => /cwd=(\/[^\s"\\]+)/.exec(text)?.[1]);
  const directory = told.find((one) => one !== undefined);
  if (directory === undefined) throw new Error('no result of a tool tells the directory');
  return directory;
}

/** The file in the words of every program's tool. */
function write(conversation: Conversation) {
  const path = `${directoryIn(conversation)}/${MADE.file}`;
  const patch = ['*** Begin Patch', `*** Add File: ${MADE.file}`, `+${MADE.text.trim()}`, '*** End Patch', ''].join('\n');
  return {
    Write: { file_path: path, content: MADE.text },
    write_file: { file_path: path, content: MADE.text },
    create: { path, file_text: MADE.text },
    apply_patch: patch,
  };
}

/** `write` has other words in two programs. */
function writeStep(conversation: Conversation) {
  const path = `${directoryIn(conversation)}/${MADE.file}`;
  const tool = conversation.tools.find(({ name }) => name === 'write');
  const named = tool?.properties.includes('filePath') ? { filePath: path } : { path };
  return { call: { ...write(conversation), ...(tool ? { write: { ...named, content: MADE.text } } : {}) } };
}

/** What a polecat does with its first prompt, without `$(…)`, which some programs refuse: look, edit, commit, hand in. */
export const ASSIGNMENT: readonly ScriptStep[] = [
  { text: 'I look at my work first.', run: '"$GT_BIN" hook && echo "cwd=$PWD"' },
  writeStep,
  {
    text: 'Now I commit.',
    run: `git add ${MADE.file} && git commit -q -m "Round to cents" && git rev-parse HEAD | sed s/^/committed=/`,
  },
  { run: '"$GT_BIN" done' },
  { text: 'It is handed in.' },
];
