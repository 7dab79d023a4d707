import type { Verb } from './command.ts';

/** Verbs that belong together, under the title that `gt help` gives them. */
export type Topic = { readonly title: string; readonly verbs: Readonly<Record<string, Verb>> };

/**
 * Every verb of gt, by topic, with its line in `gt help`. A verb is one line here and one file under `cmd/`, which is loaded only when it is called.
 * A name or alias stands here once.
 */
export const TOPICS: readonly Topic[] = [
  {
    title: 'Town',
    verbs: {
      version: {
        help: 'Which gt this is',
        aliases: ['--version', '-v'],
        hot: true,
        load: async () => (await import('./cmd/version.ts')).version,
      },
      explain: {
        help: 'What a refusal means, and what to do about it',
        load: async () => (await import('./cmd/explain.ts')).explainCode,
      },
    },
  },
];
