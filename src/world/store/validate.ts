import type { Noun, Records } from '#core/records';
import { schemas } from '#core/records';
import type { Validate } from './books.ts';

/** Checks documents against their schema as they are read: a record that somebody edited by hand fails here, by name, and nowhere later. */
export const validate: Validate = <N extends Noun>(noun: N, doc: unknown): Records[N] => schemas[noun].parse(doc) as Records[N];
