import { PasteFollower } from '#core/terminal/paste';

/** One who types, over reconnections. */
export class Typist {
  /** Follows what came from this one. */
  readonly paste = new PasteFollower();
  /** The paste was closed without its end having come; what else comes of it needs a new beginning. */
  isBroken = false;
  /** The rest of the paste is not wanted: it was interrupted. */
  isDropped = false;
  /** Told how many more bytes the writer has. */
  onHanded: (count: number) => void = () => undefined;
}
