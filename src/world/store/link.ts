export type Reply = string | number | null | Reply[] | Error;
export type Link = {
  call(...args: Array<string | number>): Promise<Reply>;
  pipeline(commands: ReadonlyArray<ReadonlyArray<string | number>>): Promise<Reply[]>;
  close(): void;
};
