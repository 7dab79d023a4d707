/** Somebody who types into a session, from the host's side. */
import type { PasteState } from '#core/terminal/paste';
import { PasteFollower } from '#core/terminal/paste';

/** One who types, as far as the writer has what was typed. */
export type TypistState = { readonly paste: PasteState; readonly isDropped: boolean };

/** One who types, over reconnections and hand-overs. */
export class Typist {
  /** Follows what came from this one. */
  readonly paste: PasteFollower;
  /** Follows what the writer was given of it, or what was dropped. */
  readonly #given: PasteFollower;
  /** The paste was closed without its end having come; what else comes of it needs a new beginning. */
  isBroken = false;
  /** The rest of the paste is not wanted: it was interrupted. */
  isDropped: boolean;
  /** Told how many more bytes the writer has. */
  onHanded: (count: number) => void = () => undefined;

  constructor(state?: TypistState) {
    this.paste = new PasteFollower(state?.paste);
    this.#given = new PasteFollower(state?.paste);
    this.isDropped = state?.isDropped ?? false;
  }

  /** Where the next host goes on: what the writer does not have comes again. */
  get state(): TypistState {
    return { paste: this.#given.state, isDropped: this.isDropped };
  }

  /** The writer has these bytes of theirs, or never will. */
  handed(bytes: Buffer): void {
    this.#given.push(bytes);
    if (bytes.length > 0) this.onHanded(bytes.length);
  }
}
